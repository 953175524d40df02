/* SPDX-License-Identifier: MIT
 *
 * Files as trees: both formats give the same one, every value knows its line, and what cannot be
 * read is named.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tree/tree.h"

static struct raft_tree *parse(const char *text, bool is_json)
{
    struct raft_tree_text given = {
        .name = "x", .text = text, .bytes = strlen(text), .is_json = is_json};
    struct raft_tree *tree = NULL;
    char message[256] = "";
    if (raft_tree_parse(&given, &tree, message, sizeof message) != RAFT_OK) {
        fail_msg("%s", message);
    }
    return tree;
}

static void expect_line(const struct raft_tree *value, uint32_t line, const char *path,
                        const char *shown)
{
    char text[128];
    assert_non_null(value);
    assert_int_equal(value->line, line);
    raft_tree_path(value, text, sizeof text);
    assert_string_equal(text, path);
    raft_tree_show(value, text, sizeof text);
    assert_string_equal(text, shown);
}

static void expect_tree(const struct raft_tree *root)
{
    const struct raft_tree *nodes = raft_tree_find(root, "nodes");
    expect_line(root, 1, "", "a map");
    expect_line(raft_tree_find(root, "name"), 2, "name", "\"demo\"");
    expect_line(nodes, 3, "nodes", "a list");
    assert_int_equal(nodes->count, 2);
    expect_line(nodes->first, 4, "nodes[0]", "a map");
    expect_line(raft_tree_find(nodes->first, "port"), 5, "nodes[0].port", "70000");
    expect_line(raft_tree_find(nodes->first, "up"), 6, "nodes[0].up", "true");
    expect_line(raft_tree_find(nodes->first->next, "host"), 8, "nodes[1].host", "null");
    expect_line(raft_tree_find(nodes->first->next, "x"), 9, "nodes[1].x", "1.5");
    assert_null(raft_tree_find(root, "port"));
    assert_null(raft_tree_find(nodes, "port"));
}

static void both_formats_give_the_same_tree(void **state)
{
    static const char json[] = "{\n\"name\": \"demo\",\n\"nodes\": [\n{\n\"port\": 70000,\n"
                               "\"up\": true},\n{\n\"host\": null,\n\"x\": 1.5}]}\n";
    static const char yaml[] = "{\nname: demo,\nnodes: [\n{\nport: 70000,\nup: true},\n{\n"
                               "host: ~,\nx: 1.5}]}\n";
    static const char block[] = "# nothing\n\nnodes:\n  - port: 1\n    name: \"1\"\n"
                                "  - \"}]:\\\"\"\n";
    static const char quoted[] = "\n\n{\"nodes\": [\n{\"port\": 1,\n\"name\": \"1\"},\n"
                                 "\"}]:\\\"\"\n]}";
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct raft_tree *tree = parse(i == 0 ? json : yaml, i == 0);
        if (i == 0) {
            expect_tree(tree);
        }
        raft_tree_free(&tree);
        tree = parse(i == 0 ? quoted : block, i == 0);
        const struct raft_tree *nodes = raft_tree_find(tree, "nodes");
        expect_line(raft_tree_find(nodes->first, "port"), 4, "nodes[0].port", "1");
        expect_line(raft_tree_find(nodes->first, "name"), 5, "nodes[0].name", "\"1\"");
        expect_line(nodes->first->next, 6, "nodes[1]", "\"}]:\"\"");
        raft_tree_free(&tree);
        assert_null(tree);
    }
}

static void only_plain_words_are_numbers_truth_or_nothing(void **state)
{
    static const struct {
        const char *text;
        enum raft_tree_kind kind;
    } cases[] = {
        {"85x", RAFT_TREE_TEXT},      {"85", RAFT_TREE_INTEGER},  {"-85", RAFT_TREE_INTEGER},
        {"+85", RAFT_TREE_INTEGER},   {"1.5", RAFT_TREE_NUMBER},  {"1e3", RAFT_TREE_NUMBER},
        {"1e", RAFT_TREE_TEXT},       {".5", RAFT_TREE_NUMBER},   {".", RAFT_TREE_TEXT},
        {"0x10", RAFT_TREE_TEXT},     {"\"85\"", RAFT_TREE_TEXT}, {"'null'", RAFT_TREE_TEXT},
        {"null", RAFT_TREE_NULL},     {"~", RAFT_TREE_NULL},      {"", RAFT_TREE_NULL},
        {"\"\"", RAFT_TREE_TEXT},     {"true", RAFT_TREE_BOOL},   {"False", RAFT_TREE_BOOL},
        {"no", RAFT_TREE_TEXT},       {"yes", RAFT_TREE_TEXT},    {"127.0.0.1", RAFT_TREE_TEXT},
        {"1_000", RAFT_TREE_TEXT},    {"12:30", RAFT_TREE_TEXT},  {"2001-01-01", RAFT_TREE_TEXT},
        {"1.5e-3", RAFT_TREE_NUMBER}, {"1.", RAFT_TREE_NUMBER},
    };
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "a: %s\n", cases[i].text);
        struct raft_tree *tree = parse(text, false);
        if (raft_tree_find(tree, "a")->kind != cases[i].kind) {
            fail_msg("%s is of kind %d", cases[i].text, raft_tree_find(tree, "a")->kind);
        }
        raft_tree_free(&tree);
    }
}

static void what_cannot_be_read_is_named(void **state)
{
    static const struct {
        const char *text;
        bool is_json;
        const char *message;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", false, "x:3: a stands here twice, first in line 1"},
        {"a: &x 1\nb: *x\n", false, "x:2: an alias (*); aliases are not read, write the value out"},
        {"a: !!str 5\n", false, "x:1: a tag (!); tags are not read here"},
        {"a: 1\n---\nb: 2\n", false,
         "x:2: a second document begins; one file describes one cluster"},
        {"? [a]\n: 1\n", false, "x:1: a list or map as a field's name"},
        {"a: \"\\0\"\n", false, "x:1: a text with a NUL byte in it"},
        {"a: [1, 2\nb: 3\n", false,
         "x:2: did not find expected ',' or ']' while parsing a flow "
         "sequence (line 1)"},
        {"a:\n\t- 1\n", false,
         "x:2: a tab at the beginning of the line; YAML is indented by blanks"},
        {"a:\n  - b: 1\n \tc: 2\n", false,
         "x:3: a tab at the beginning of the line; YAML is indented by blanks"},
        {"a: @b\n", false,
         "x:1: found character that cannot start any token while scanning for "
         "the next token (line 1)"},
        {"\xff\xfe{", true, "x:1: it is written in UTF-16; save it as UTF-8"},
        {"\xfe\xff", false, "x:1: it is written in UTF-16; save it as UTF-8"},
        {"\xef\xbb\xbf{", true, "x:1: string or '}' expected near end of file"},
        {"# only words\n", false, "x: there is nothing in it"},
        {"\x01\x02", false, "x:1: control characters are not allowed"},
        {"a: \xff\xfe\n", false, "x:1: invalid leading UTF-8 octet"},
        {"{\"a\": 1,\n\"a\": 2}", true, "x:2: duplicate object key near '\"a\"'"},
        {"{\"a\": 1,\n", true, "x:2: string or '}' expected near end of file"},
        {"{\"a\": \"\\u0000\"}", true, "x:1: a text with a NUL byte in it"},
        {"5", true, "x:1: a cluster's description begins with a brace {"},
        {"{\"a\": 123456789012345678901234567890}", true, "x:1: too big integer"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct raft_tree_text text = {.name = "x",
                                      .text = cases[i].text,
                                      .bytes = strlen(cases[i].text),
                                      .is_json = cases[i].is_json};
        struct raft_tree *tree = NULL;
        char message[256] = "";
        assert_int_equal(raft_tree_parse(&text, &tree, message, sizeof message), RAFT_MALFORMED);
        assert_string_equal(message, cases[i].message);
        assert_null(tree);
    }
}

/* A list in a list in a list; a map of very many fields. */
static void trees_are_bounded(void **state)
{
    char text[16 * 1024];
    char message[256];
    struct raft_tree *tree = NULL;
    size_t used = 0;
    (void)state;
    for (int format = 0; format < 2; format++) {
        memset(text, '[', RAFT_TREE_DEPTH_MAX + 1);
        memset(text + RAFT_TREE_DEPTH_MAX + 1, ']', RAFT_TREE_DEPTH_MAX + 1);
        struct raft_tree_text deep = {.name = "x",
                                      .text = text,
                                      .bytes = 2 * RAFT_TREE_DEPTH_MAX + 2,
                                      .is_json = format == 1};
        assert_int_equal(raft_tree_parse(&deep, &tree, message, sizeof message), RAFT_MALFORMED);
        assert_string_equal(message, "x:1: nested deeper than 32 levels");
        deep.text++;
        deep.bytes -= 2;
        assert_int_equal(raft_tree_parse(&deep, &tree, message, sizeof message), RAFT_OK);
        raft_tree_free(&tree);
    }
    for (int i = 0; i <= RAFT_TREE_FIELDS_MAX; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "f%d: 1\n", i);
    }
    struct raft_tree_text wide = {.name = "x", .text = text, .bytes = used};
    assert_int_equal(raft_tree_parse(&wide, &tree, message, sizeof message), RAFT_MALFORMED);
    assert_string_equal(message, "x:257: more than 256 fields in one map");
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void files_that_are_none_are_named(void **state)
{
    char root[] = "/tmp/test_tree.XXXXXX";
    char path[64];
    char expected[256];
    char message[256];
    struct raft_tree *tree = NULL;
    (void)state;
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/c.yaml", root);
    assert_int_equal(raft_tree_read(path, &tree, message, sizeof message), RAFT_NOT_FOUND);
    snprintf(expected, sizeof expected, "%s: cannot read it: No such file or directory", path);
    assert_string_equal(message, expected);
    assert_int_equal(raft_tree_read(root, &tree, message, sizeof message), RAFT_INVALID);
    snprintf(expected, sizeof expected, "%s: it is a directory; name a file in it", root);
    assert_string_equal(message, expected);
    write_file(path, "");
    assert_int_equal(raft_tree_read(path, &tree, message, sizeof message), RAFT_MALFORMED);
    snprintf(expected, sizeof expected, "%s: it is empty", path);
    assert_string_equal(message, expected);
    assert_int_equal(truncate(path, 100 * 1024 * 1024), 0); /* A hole: it takes no space. */
    assert_int_equal(raft_tree_read(path, &tree, message, sizeof message), RAFT_TOO_LARGE);
    snprintf(expected, sizeof expected,
             "%s: it is larger than 256 KiB; that is no cluster's description", path);
    assert_string_equal(message, expected);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(raft_tree_read(path, &tree, message, sizeof message), RAFT_INVALID);
    snprintf(expected, sizeof expected, "%s: it is a pipe to which nobody writes", path);
    assert_string_equal(message, expected);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(root), 0);
}

/* Who writes to a pipe may begin late, and write in pieces. */
static void a_pipe_is_read_to_its_end(void **state)
{
    char root[] = "/tmp/test_tree.XXXXXX";
    char path[64];
    char message[256] = "";
    struct raft_tree *tree = NULL;
    (void)state;
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/c", root);
    assert_int_equal(mkfifo(path, 0600), 0);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_WRONLY | O_CLOEXEC); /* It waits for the reader. */
        bool fine = write(fd, "a: ", 3) == 3;
        _exit(fine && write(fd, "[1, 2]\n", 7) == 7 ? 0 : 1);
    }
    assert_int_equal(raft_tree_read(path, &tree, message, sizeof message), RAFT_OK);
    assert_int_equal(raft_tree_find(tree, "a")->count, 2);
    raft_tree_free(&tree);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(root), 0);
}

/* The name decides, and where it says nothing the first character. */
static void the_format_is_known_by_name_or_brace(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        enum raft_error error;
    } cases[] = {
        {"c.yaml", "{a: 1}", RAFT_OK},
        {"c.yml", "a: 1", RAFT_OK},
        {"c.json", "{\"a\": 1}", RAFT_OK},
        {"c.json", "a: 1", RAFT_MALFORMED},
        {"c", " \n{\"a\": 1}", RAFT_OK},
        {"c", " {a: 1}", RAFT_MALFORMED},
        {"c", "a: {b: 1}", RAFT_OK},
        /* The mark of an editor before it. */
        {"c.json", "\xef\xbb\xbf{\"a\": 1}", RAFT_OK},
        {"c.yaml",
         "\xef\xbb\xbf"
         "a: 1",
         RAFT_OK},
        {"c", "\xef\xbb\xbf{a: 1}", RAFT_MALFORMED},
    };
    char root[] = "/tmp/test_tree.XXXXXX";
    char path[64];
    char message[256];
    (void)state;
    assert_non_null(mkdtemp(root));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct raft_tree *tree = NULL;
        snprintf(path, sizeof path, "%s/%s", root, cases[i].name);
        write_file(path, cases[i].text);
        assert_int_equal(raft_tree_read(path, &tree, message, sizeof message), cases[i].error);
        raft_tree_free(&tree);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(root), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_formats_give_the_same_tree),
        cmocka_unit_test(only_plain_words_are_numbers_truth_or_nothing),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(trees_are_bounded),
        cmocka_unit_test(files_that_are_none_are_named),
        cmocka_unit_test(a_pipe_is_read_to_its_end),
        cmocka_unit_test(the_format_is_known_by_name_or_brace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
