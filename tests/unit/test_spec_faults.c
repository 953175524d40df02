/* SPDX-License-Identifier: MIT
 *
 * The faults of a cluster file: what they mean, what is refused, and that they are kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/spec_faults.h"
#include "cluster/spec_file.h"

static char message[512];

/* The file is the caller's, freed with drop_file. */
static enum raft_error read_text(const char *text, struct raft_spec_file **file)
{
    char path[] = "/tmp/test_faults.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
    close(fd);
    *file = calloc(1, sizeof **file);
    assert_non_null(*file);
    enum raft_error error = raft_spec_load(path, *file, message, sizeof message);
    assert_int_equal(unlink(path), 0);
    return error;
}

static void drop_file(struct raft_spec_file **file)
{
    raft_spec_file_finish(*file);
    free(*file);
    *file = NULL;
}

static void refuse(const char *text, const char *why)
{
    struct raft_spec_file *file;
    assert_int_equal(read_text(text, &file), RAFT_INVALID);
    if (strstr(message, why) == NULL) {
        fail_msg("want \"%s\", got \"%s\"", why, message);
    }
    drop_file(&file);
}

static uint32_t count_links(const struct raft_spec *spec, uint32_t fault)
{
    uint64_t rows[RAFT_NODES_MAX] = {0};
    char missing[RAFT_SPEC_LINKS_BYTES];
    uint32_t count = 0;
    (void)raft_spec_fault_rows(spec, &spec->faults[fault], rows, missing);
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        count += (uint32_t)__builtin_popcountll(rows[slot]);
    }
    return count;
}

static void test_faults_are_read(void **state)
{
    (void)state;
    struct raft_spec_file *file;
    assert_int_equal(read_text("faults:\n"
                               "  - {link: all, loss: 20%, dup: 5, reorder: 0.5%, corrupt: 1.5}\n"
                               "  - {link: n1>n2, delay: 80ms, jitter: 1.5}\n"
                               "  - {link: 3, delay: 2s, _comment: all links of n3}\n"
                               "  - {link: \"1,n2-*\", loss: 100%}\n"
                               "nodes: 5\n",
                               &file),
                     RAFT_OK);
    static const struct raft_spec_fault wanted[] = {
        {"*", {{200000, 50000, 5000, 15000, 0, 0}}},
        {"n1>n2", {{0, 0, 0, 0, 80000, 1500}}},
        {"3", {{0, 0, 0, 0, 2000000, 0}}},
        {"1,n2-*", {{1000000, 0, 0, 0, 0, 0}}},
    };
    static const uint32_t links[] = {20, 1, 8, 12};
    const struct raft_spec *spec = &file->spec;
    assert_int_equal(spec->faults_count, 4);
    assert_true((file->given & RAFT_SPEC_GIVEN_FAULTS) != 0);
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(spec->faults[i].links, wanted[i].links);
        assert_memory_equal(&spec->faults[i].link, &wanted[i].link, sizeof wanted[i].link);
        assert_int_equal(count_links(spec, i), links[i]);
    }
    drop_file(&file);
}

static void test_what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    refuse("faults: [{link: all, loss: 0.2}]",
           ":1: faults[0].loss: expected a share 0%..100%, such "
           "as 20% or 0.5%, got 0.2");
    refuse("faults: loss", ":1: faults: expected a list of faults, got \"loss\"");
    refuse("faults:\n  - all", ":2: faults[0]: ");
    refuse("faults:\n  - loss: 1%\n", ":2: faults[0]: link is missing: expected links: n1>n2");
    refuse("faults:\n  - link: all\n", ":2: faults[0]: it would change nothing");
    refuse("faults:\n  - link: all\n    loss: 0\n", ":2: faults[0]: it would change nothing");
    refuse("faults:\n  - link: all\n    loss: 120%\n",
           ":3: faults[0].loss: expected a share 0%..100%, such as 20% or 0.5%, got \"120%\"");
    refuse("faults:\n  - link: all\n    loss: -1\n", ":3: faults[0].loss: expected a share");
    refuse("faults:\n  - link: all\n    loss: null\n", ":3: faults[0].loss: expected a share");
    refuse("faults:\n  - link: all\n    delay: 20%\n",
           ":3: faults[0].delay: expected a time 0..60s, such as 80ms or 1.5s, got \"20%\"");
    refuse("faults:\n  - link: all\n    jitter: [1]\n", ":3: faults[0].jitter: expected a time");
    refuse("faults:\n  - link: all\n    los: 1\n", "unknown field; did you mean loss?");
    refuse("faults:\n  - link: leader>n2\n    loss: 1\n", ":2: faults[0].link: expected links:");
    refuse("faults:\n  - link: n1>n2>n3\n    loss: 1\n", ":2: faults[0].link: expected links:");
    refuse("faults:\n  - link: true\n    loss: 1\n", ":2: faults[0].link: expected links:");
    refuse("faults:\n  - link: n0\n    loss: 1\n", ":2: faults[0].link: expected links:");
    refuse("faults:\n  - link: 4294967295\n    loss: 1\n", ":2: faults[0].link: expected links:");
    refuse("nodes: 3\nfaults:\n  - link: n1\n    loss: 1\n  - link: n2>n4\n    loss: 1\n",
           ":5: faults[1].link: there is no node n4");
    refuse("nodes: 3\nfaults:\n  - link: n1-n1\n    loss: 1\n",
           ":3: faults[0].link: there is no link between two nodes in it");
    char many[2048] = "faults:\n";
    for (int i = 0; i <= RAFT_SPEC_FAULTS_MAX; i++) {
        size_t used = strlen(many);
        snprintf(many + used, sizeof many - used, "  - {link: all, loss: 1}\n");
    }
    refuse(many, "faults: expected at most 16 faults, got 17");
}

static void test_nodes_go_by_their_names_too(void **state)
{
    (void)state;
    struct raft_spec_file *file;
    assert_int_equal(read_text("nodes: [{name: east}, {name: west}, {}]\n"
                               "faults:\n"
                               "  - {link: east>west, loss: 1%}\n"
                               "  - {link: \"east,n3>2\", loss: 1%}\n",
                               &file),
                     RAFT_OK);
    assert_int_equal(count_links(&file->spec, 0), 1);
    assert_int_equal(count_links(&file->spec, 1), 2);
    drop_file(&file);
    refuse("nodes: [{name: east}, {}]\nfaults:\n  - {link: east>north, loss: 1%}\n",
           ":3: faults[0].link: there is no node north");
}

/* A file that does not say how many nodes there are is judged when that is known. */
static void test_nodes_may_be_said_elsewhere(void **state)
{
    (void)state;
    struct raft_spec_file *file;
    struct raft_spec spec;
    assert_int_equal(read_text("faults: [{link: n5, loss: 1%}]", &file), RAFT_OK);
    struct raft_spec_options options = {.name = "demo", .file = file, .nodes = 5};
    assert_int_equal(raft_spec_fill(&options, &spec, message, sizeof message), RAFT_OK);
    options.nodes = 4;
    assert_int_equal(raft_spec_fill(&options, &spec, message, sizeof message), RAFT_INVALID);
    assert_string_equal(message, "faults[0].link: there is no node n5 in this cluster "
                                 "(it has n1..n4)");
    drop_file(&file);
}

static void test_cluster_json_keeps_them(void **state)
{
    (void)state;
    char path[] = "/tmp/test_faults.XXXXXX";
    struct raft_spec_file *file;
    static struct raft_spec made;
    static struct raft_spec read;
    char text[256] = "";
    assert_int_equal(
        read_text("faults: [{link: all, loss: 0.0001%, jitter: 3us}, {link: n2, delay: 1s}]",
                  &file),
        RAFT_OK);
    struct raft_spec_options options = {.name = "demo", .file = file, .nodes = 3};
    assert_int_equal(raft_spec_make(&options, &made, message, sizeof message), RAFT_OK);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(raft_spec_write(path, &made, message, sizeof message), RAFT_OK);
    assert_int_equal(raft_spec_read(path, &read, message, sizeof message), RAFT_OK);
    assert_true(raft_spec_faults_are_equal(&made, &read));
    assert_int_equal(read.faults_count, 2);
    assert_false(raft_spec_file_differs(file, &read, text, sizeof text));
    raft_spec_remove(&read, 2); /* Its fault is on nothing any more, and still it can be kept. */
    assert_int_equal(count_links(&read, 1), 0);
    assert_int_equal(count_links(&read, 0), 2);
    assert_int_equal(raft_spec_write(path, &read, message, sizeof message), RAFT_OK);
    assert_int_equal(raft_spec_read(path, &read, message, sizeof message), RAFT_OK);
    drop_file(&file);
    assert_int_equal(read_text("faults: [{link: all, loss: 0.0002%}]", &file), RAFT_OK);
    assert_true(raft_spec_file_differs(file, &made, text, sizeof text));
    assert_string_equal(text, "other faults");
    drop_file(&file);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_are_read),
        cmocka_unit_test(test_what_makes_no_sense_is_refused),
        cmocka_unit_test(test_nodes_go_by_their_names_too),
        cmocka_unit_test(test_nodes_may_be_said_elsewhere),
        cmocka_unit_test(test_cluster_json_keeps_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
