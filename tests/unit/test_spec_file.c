/* SPDX-License-Identifier: MIT
 *
 * Cluster files: what they say is in the struct, and every error names the file, the line, the
 * field, what was expected and what stood there (A7).
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

#include "app/apps.h"
#include "cluster/spec_file.h"

struct place {
    char root[64];
    char path[96];
    char message[512];
    struct raft_spec_file file;
};

static int enter_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->root, sizeof place->root, "/tmp/test_file.XXXXXX");
    assert_non_null(mkdtemp(place->root));
    *state = place;
    return 0;
}

static int leave_place(void **state)
{
    struct place *place = *state;
    raft_spec_file_finish(&place->file);
    (void)unlink(place->path); /* A test may not have written it. */
    int status = rmdir(place->root);
    free(place);
    return status;
}

static enum raft_error load(struct place *place, const char *name, const char *text)
{
    snprintf(place->path, sizeof place->path, "%s/%s", place->root, name);
    FILE *file = fopen(place->path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    raft_spec_file_finish(&place->file);
    enum raft_error error =
        raft_spec_load(place->path, &place->file, place->message, sizeof place->message);
    assert_int_equal(unlink(place->path), 0);
    return error;
}

static void expect_load(struct place *place, const char *name, const char *text)
{
    if (load(place, name, text) != RAFT_OK) {
        fail_msg("%s", place->message);
    }
}

static void expect_complaint(struct place *place, const char *name, const char *text,
                             const char *complaint)
{
    assert_int_equal(load(place, name, text), RAFT_INVALID);
    const char *tail = place->message + strlen(place->path);
    if (strncmp(place->message, place->path, strlen(place->path)) != 0 ||
        strcmp(tail, complaint) != 0) {
        fail_msg("of %s\nexpected %s\ngot      %s", text, complaint, place->message);
    }
}

static void a_file_fills_the_struct(void **state)
{
    struct place *place = *state;
    static const char text[] =
        "name: demo\napp: queue\nelection_timeout_ms: 300\nheartbeat_ms: 20\n"
        "seed: 18446744073709551615\npre_vote: false\ncheck_quorum: true\n"
        "lease_reads: true\nsnapshot_every: 100\n"
        "restart: crash\nhttp_token: secret\nnodes:\n"
        "  - {id: n2, port: 9102, http: 8102}\n"
        "  - {id: 5, host: \"::1\", http: \"0.0.0.0:80\"}\n"
        "  - {http: none}\n";
    const struct raft_spec *spec = &place->file.spec;
    expect_load(place, "c.yaml", text);
    assert_string_equal(spec->name, "demo");
    assert_string_equal(spec->app, "queue");
    assert_string_equal(spec->timing, "custom");
    assert_int_equal(spec->election_timeout, 300000);
    assert_int_equal(spec->heartbeat_interval, 20000);
    assert_true(spec->seed == UINT64_MAX);
    assert_false(spec->pre_vote);
    assert_true(spec->check_quorum);
    assert_true(spec->restart_crash);
    assert_true(spec->lease_reads);
    assert_int_equal(spec->snapshot_every, 100);
    assert_string_equal(spec->http_token, "secret");
    assert_int_equal(spec->nodes_count, 3);
    assert_int_equal(spec->nodes[0].id, 2);
    assert_int_equal(spec->nodes[0].endpoint.port, 9102);
    assert_string_equal(spec->nodes[0].endpoint.host, "127.0.0.1");
    assert_int_equal(spec->nodes[0].http.port, 8102);
    assert_int_equal(spec->nodes[2].http.port, 0);
    assert_string_equal(spec->nodes[1].endpoint.host, "::1");
    assert_int_equal(spec->nodes[1].endpoint.port, 0);
    assert_string_equal(spec->nodes[1].http.host, "0.0.0.0");
    assert_int_equal(spec->nodes[2].id, 6); /* One past the node before it. */
    assert_int_equal(spec->next_id, 7);
    assert_int_equal(spec->founders_count, 3);
    assert_int_equal(spec->founders[1], 5);
    assert_int_equal(place->file.without_http, 4);
    assert_int_equal(place->file.given, 2 * RAFT_SPEC_GIVEN_SNAPSHOT_EVERY - 1 -
                                            RAFT_SPEC_GIVEN_COUNT); /* All but a count. */
    assert_false(place->file.has_starts);
}

static void a_file_may_say_nothing_but_a_number(void **state)
{
    struct place *place = *state;
    expect_load(place, "c.json", "{\"nodes\": 5}");
    assert_int_equal(place->file.given, RAFT_SPEC_GIVEN_COUNT);
    assert_int_equal(place->file.spec.nodes_count, 5);
    assert_int_equal(place->file.spec.nodes[4].id, 5);
    assert_true(place->file.spec.pre_vote);
    expect_load(place, "c.yaml", "nodes: [{port: 9101}, {}]\n");
    assert_int_equal(place->file.spec.nodes[0].http.port, 9101); /* the number of UDP */
    assert_int_equal(place->file.spec.nodes[1].http.port, 0);
    expect_load(place, "c.yaml", "timing: fast\n");
    assert_int_equal(place->file.spec.nodes_count, 0);
    assert_int_equal(place->file.spec.election_timeout, 150000);
    expect_load(place, "c.yaml", "election_timeout_ms: 100\n");
    assert_int_equal(place->file.spec.heartbeat_interval, 10000);
}

/* YAML, line 1 being "app: kv". */
static const struct {
    const char *text;
    const char *complaint;
} complaints[] = {
    {"nodes:\n- {}\n- {}\n- {port: 85x}",
     ":5: nodes[2].port: expected a port 1..65535, got \"85x\""},
    {"nodes: [{port: \"85\"}]", ":2: nodes[0].port: expected a port 1..65535, got \"85\""},
    {"nodes: [{port: 1.5}]", ":2: nodes[0].port: expected a port 1..65535, got 1.5"},
    {"nodes: [{port: 70000}]", ":2: nodes[0].port: expected a port 1..65535, got 70000"},
    {"nodes: [{port: 0}]", ":2: nodes[0].port: expected a port 1..65535, got 0"},
    {"nodes: [{port: 080}]", ":2: nodes[0].port: expected a port 1..65535, got 080"},
    {"nodes: [{port: -1}]", ":2: nodes[0].port: expected a port 1..65535, got -1"},
    {"nodes: [{port: null}]", ":2: nodes[0].port: expected a port 1..65535, got null"},
    {"nodes: [{port: [1]}]", ":2: nodes[0].port: expected a port 1..65535, got a list"},
    {"nodes: [{prot: 1}]", ":2: nodes[0].prot: unknown field; did you mean port?"},
    {"nodes: [{colour: 1}]",
     ":2: nodes[0].colour: unknown field; there are id, name, host, port, http, start"},
    {"nodes: [7]", ":2: nodes[0]: expected a map of id, name, host, port, http, start, got 7"},
    {"nodes: []", ":2: nodes: expected 1 to 63 nodes, got 0"},
    {"nodes: 0", ":2: nodes: expected a number of nodes 1..63 or a list of them, got 0"},
    {"nodes: 64", ":2: nodes: expected a number of nodes 1..63 or a list of them, got 64"},
    {"nodes: many", ":2: nodes: expected a number of nodes 1..63 or a list of them, got \"many\""},
    {"nodes: [{host: example.org}]",
     ":2: nodes[0].host: expected a numeric IPv4 or IPv6 address, or localhost, got "
     "\"example.org\""},
    {"nodes: [{host: 1}]", ":2: nodes[0].host: expected a numeric IPv4 or IPv6 address, or "
                           "localhost, got 1"},
    {"nodes: [{host: 192.0.2.1}]",
     ":2: nodes[0].host: expected an address of this machine alone (127.0.0.1 or ::1), got "
     "192.0.2.1: nodes cannot prove to each other who they are yet"},
    {"nodes: [{http: \"192.0.2.1:80\"}]",
     ":2: nodes[0].http: 192.0.2.1 can be reached by others: give an http_token, or 127.0.0.1"},
    {"nodes: [{http: \"::1:80\"}]",
     ":2: nodes[0].http: expected a port 1..65535, ADDRESS:PORT, or none, got \"::1:80\""},
    {"nodes: [{http: \"127.0.0.1:0\"}]",
     ":2: nodes[0].http: expected a port 1..65535, ADDRESS:PORT, or none, got \"127.0.0.1:0\""},
    {"nodes: [{http: true}]",
     ":2: nodes[0].http: expected a port 1..65535, ADDRESS:PORT, or none, got true"},
    {"nodes: [{id: 0}]",
     ":2: nodes[0].id: expected a node's id (2 or n2, up to 1000000000), got 0"},
    {"nodes: [{id: x2}]",
     ":2: nodes[0].id: expected a node's id (2 or n2, up to 1000000000), got \"x2\""},
    {"nodes: [{id: 4294967295}]",
     ":2: nodes[0].id: expected a node's id (2 or n2, up to 1000000000), got 4294967295"},
    {"nodes:\n- id: 2\n- id: n2\n",
     ":4: nodes[1].id: the id n2 is taken: nodes[0].id has it already (line 3)"},
    {"nodes:\n- id: 2\n- {id: 1}\n",
     ":4: nodes[1].id: n1 stands behind n2 (line 3); nodes are listed by ascending id"},
    {"nodes:\n- port: 9101\n- port: 9102\n- port: 9101\n",
     ":5: nodes[2].port: 127.0.0.1:9101 is taken: nodes[0].port has it already (line 3)"},
    {"nodes:\n- {http: 9101, host: \"::1\"}\n- {http: \"[::1]:9101\"}\n",
     ":4: nodes[1].http: [::1]:9101 is taken: nodes[0].http has it already (line 3)"},
    {"nodes:\n- {port: 9101, http: 9102}\n- port: 9102\n",
     ":4: nodes[1].port: HTTP at 127.0.0.1:9102 is taken: nodes[0].http has it already (line 3)"},
    {"nodes:\n- port: 9101\n- {port: 9102, http: 9101}\n",
     ":4: nodes[1].http: 127.0.0.1:9101 is taken: nodes[0].port has it already (line 3)"},
    {"nodes:\n- {port: 9101, host: \"::1\"}\n- {port: 9101, host: \"0:0::1\"}\n",
     ":4: nodes[1].port: [0:0::1]:9101 is taken: nodes[0].port has it already (line 3)"},
    {"nodes:\n- {http: \"[0:0:0:0:0:0:0:1]:9101\"}\n- {http: \"[::1]:9101\"}\n",
     ":4: nodes[1].http: [::1]:9101 is taken: nodes[0].http has it already (line 3)"},
    {"nodes:\n- {port: 9101, http: 9102}\n- port: 9102\n",
     ":4: nodes[1].port: HTTP at 127.0.0.1:9102 is taken: nodes[0].http has it already (line 3)"},
    {"nodes:\n- port: 9101\n- {port: 9102, http: 9101}\n",
     ":4: nodes[1].http: 127.0.0.1:9101 is taken: nodes[0].port has it already (line 3)"},
    {"name: null", ":2: name: expected a name of 1 to 32 letters, digits, '.', '_' or '-', not "
                   "beginning with '.' or '-', got null"},
    {"name: a/b", ":2: name: expected a name of 1 to 32 letters, digits, '.', '_' or '-', not "
                  "beginning with '.' or '-', got \"a/b\""},
    {"timing: slow", ":2: timing: expected fast, lan or wan, got \"slow\""},
    {"timing: lan\nheartbeat_ms: 5", ":2: timing: give a timing by name or heartbeat_ms, not "
                                     "both"},
    {"heartbeat_ms: 5",
     ":2: heartbeat_ms: election_timeout_ms is missing: heartbeat_ms alone is no timing"},
    {"election_timeout_ms: 600001",
     ":2: election_timeout_ms: expected milliseconds 1..600000, got 600001"},
    {"election_timeout_ms: 30\nheartbeat_ms: 16",
     ":2: election_timeout_ms: expected at least twice the heartbeat of 16 ms, got 30"},
    {"seed: 18446744073709551616",
     ":2: seed: expected a number 0..18446744073709551615, got 18446744073709551616"},
    {"pre_vote: yes", ":2: pre_vote: expected true or false, got \"yes\""},
    {"lease_reads: 1", ":2: lease_reads: expected true or false, got 1"},
    {"check_quorum: false\nlease_reads: true",
     ":3: lease_reads: reads by lease want check_quorum: true"},
    {"snapshot_every: 0", ":2: snapshot_every: expected a number of entries 1..1000000000, got 0"},
    {"snapshot_every: 1000000001",
     ":2: snapshot_every: expected a number of entries 1..1000000000, got 1000000001"},
    {"check_quorum: 1", ":2: check_quorum: expected true or false, got 1"},
    {"restart: always", ":2: restart: expected crash or never, got \"always\""},
    {"http_token: 5", ":2: http_token: expected a text of 1 to 64 characters (in quotes, if you "
                      "mean the text), got 5"},
    {"http_token: \"\"", ":2: http_token: expected a text of 1 to 64 characters, got \"\""},
    {"http_token: \"a\\nb\"",
     ":2: http_token: expected a text of 1 to 64 characters, got \"a\\nb\""},
    {"nods: 3", ":2: nods: unknown field; did you mean nodes?"},
    {"anything: 3",
     ":2: anything: unknown field; there are name, app, timing, election_timeout_ms, "
     "heartbeat_ms, seed, restart, pre_vote, check_quorum, lease_reads, "
     "snapshot_every, http_token, nodes, faults, addresses"},
    {"heartbeat: 5", ":2: heartbeat: unknown field; did you mean heartbeat_ms?"},
    {"election: 5", ":2: election: unknown field; did you mean election_timeout_ms?"},
    {"adresses: []", ":2: adresses: unknown field; did you mean addresses?"},
    {"nodes: [{id: 1000000001}]",
     ":2: nodes[0].id: expected a node's id (2 or n2, up to 1000000000), got 1000000001"},
};

static void A7_every_complaint_names_place_and_cause(void **state)
{
    struct place *place = *state;
    char text[256];
    for (size_t i = 0; i < sizeof complaints / sizeof complaints[0]; i++) {
        snprintf(text, sizeof text, "app: kv\n%s\n", complaints[i].text);
        expect_complaint(place, "c.yaml", text, complaints[i].complaint);
    }
    expect_complaint(place, "c.yaml", "app: chess\n",
                     ":1: app: expected an app: one of " RAFT_APP_NAMES ", got \"chess\"");
    expect_complaint(place, "c.json", "{\n\"nodes\": [\n{\"port\":\n\"85x\"}]}",
                     ":4: nodes[0].port: expected a port 1..65535, got \"85x\"");
    expect_complaint(place, "c.yaml", "- 1\n",
                     ":1: expected a map of name, app, timing, election_timeout_ms, heartbeat_ms, "
                     "seed, restart, pre_vote, check_quorum, lease_reads, snapshot_every, "
                     "http_token, nodes, faults, addresses, got a list");
}

static void A7_nodes_have_names(void **state)
{
    struct place *place = *state;
    const struct raft_spec *spec = &place->file.spec;
    expect_load(place, "c.yaml",
                "nodes:\n- name: alpha\n- {}\n- {name: Node_3, start: {role: leader, term: 2,\n"
                "    voted_for: Node_3, next_index: {alpha: 1, n2: 1}}}\n- {start: {term: 2,\n"
                "    voted_for: alpha}}\n");
    assert_string_equal(spec->nodes[0].name, "alpha");
    assert_string_equal(spec->nodes[1].name, "");
    assert_ptr_equal(raft_spec_find_name(spec, "Node_3"), &spec->nodes[2]);
    assert_null(raft_spec_find_name(spec, ""));
    assert_int_equal(place->file.starts[2].peers[0].id, 1);
    assert_int_equal(place->file.starts[3].voted_for, 1);
    expect_complaint(place, "c.yaml", "nodes:\n- name: a\n- {}\n- name: a\n",
                     ":4: nodes[2].name: the name a is taken: nodes[0].name has it already "
                     "(line 2)");
    static const char *const wrong[] = {
        "leader", "all", "n3", "f1",  "not", "a-b", "a,b",
        "3rd",    "_a",  "",   "a.b", "a b", "!a",  "abcdefghijklmnop",
        "3",      "null"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[64];
        bool is_plain = strcmp(wrong[i], "3") == 0 || strcmp(wrong[i], "null") == 0;
        snprintf(text, sizeof text,
                 is_plain ? "nodes: [{name: %s}]\n" : "nodes: [{name: \"%s\"}]\n", wrong[i]);
        assert_int_equal(load(place, "c.yaml", text), RAFT_INVALID);
        assert_non_null(strstr(place->message, ":1: nodes[0].name: expected a name of 1 to 15 "));
    }
}

static void start_states_are_read(void **state)
{
    static const char text[] =
        "app: bank\nnodes:\n"
        "- start: {role: leader, term: 8, log: [1, {term: 1, command: credit 5}, 4]}\n"
        "- start: {log: [1, 2, 2], next_index: [4, 1], match_index: {n1: 1, 3: 0}}\n"
        "- start: {role: candidate, term: 5}\n"
        "- start: {term: 3, voted_for: n2}\n- {}\n";
    struct place *place = *state;
    const struct raft_start_state *starts = place->file.starts;
    struct raft_bank_command command;
    /* Two of the lists are too short for five nodes; the complaint comes first. */
    expect_complaint(
        place, "c.yaml", text,
        ":4: nodes[1].start.next_index: expected 4 numbers, one for each other node in "
        "order, got 2");
    char shorter[sizeof text];
    snprintf(shorter, sizeof shorter, "%s", text);
    *strstr(shorter, "- start: {term: 3") = 0;
    expect_load(place, "c.yaml", shorter);
    assert_true(place->file.has_starts);
    assert_int_equal(starts[0].role, RAFT_START_LEADER);
    assert_int_equal(starts[0].term, 8);
    assert_int_equal(starts[0].voted_for, 1);
    assert_int_equal(starts[0].entries_count, 3);
    assert_int_equal(starts[0].entries[2].term, 4);
    assert_null(starts[0].entries[0].command);
    assert_true(raft_bank_decode(
        (struct raft_span){starts[0].entries[1].command, starts[0].entries[1].bytes}, &command));
    assert_int_equal(command.op, RAFT_BANK_CREDIT);
    assert_int_equal(command.amount, 5);
    assert_int_equal(starts[1].role, RAFT_START_NONE);
    assert_int_equal(starts[1].term, 2); /* Not said: that of the last entry. */
    assert_int_equal(starts[1].peers_count, 2);
    assert_int_equal(starts[1].peers[0].id, 1);
    assert_int_equal(starts[1].peers[0].next, 4);
    assert_int_equal(starts[1].peers[0].match, 1);
    assert_int_equal(starts[1].peers[1].id, 3);
    assert_int_equal(starts[1].peers[1].next, 1);
    assert_int_equal(starts[2].role, RAFT_START_CANDIDATE);
    assert_int_equal(starts[2].voted_for, 3);
}

static void commands_of_every_app_are_encoded(void **state)
{
    static const struct {
        const char *app;
        const char *command;
        const char *verb;
        size_t arguments;
    } cases[] = {
        {"kv", "put color dark blue", "put", 2}, {"kv", "\"put color \"", "put", 2},
        {"kv", "del color", "del", 1},           {"bank", "debit 7", "debit", 1},
        {"queue", "create dog", "create", 1},    {"queue", "put dog I love dogs!", "put", 2},
        {"queue", "get dog", "get", 1},
    };
    struct place *place = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct raft_app_words words;
        char text[256];
        snprintf(text, sizeof text, "app: %s\nnodes: [{start: {log: [{term: 1, command: %s}]}}]\n",
                 cases[i].app, cases[i].command);
        expect_load(place, "c.yaml", text);
        const struct raft_start_entry *entry = &place->file.starts[0].entries[0];
        assert_true(raft_app_describe((struct raft_span){entry->command, entry->bytes}, &words));
        assert_string_equal(words.verb, cases[i].verb);
        assert_int_equal(words.count, cases[i].arguments);
    }
}

static const struct {
    const char *text; /* of the first of two nodes; the second has the log 1, 1, 2 of term 2 */
    const char *complaint;
} impossible[] = {
    {"role: king", "role: expected leader, candidate or follower, got \"king\""},
    {"role: leader", "a leader has a term of at least 1"},
    {"role: candidate, term: 0", "term: a candidate has a term of at least 1"},
    {"role: leader, term: 3, voted_for: 2", "voted_for: a leader has voted for itself"},
    {"voted_for: 2", "voted_for: there is no vote in term 0"},
    {"voted_for: 3, term: 1", "voted_for: expected a node of this file, got 3"},
    {"voted_for: me, term: 1",
     "voted_for: expected a node's id (2 or n2, up to 1000000000) or its name, got \"me\""},
    {"term: x", "term: expected a term, 0 or more, got \"x\""},
    {"term: 9007199254740992", "term: expected a term, 0 or more, got 9007199254740992"},
    {"term: 3, log: [4]", "term: expected at least 4, the term of the last entry, got 3"},
    {"log: [2, 1]", "log[1]: expected a term of at least 2, as the entry before it has, got 1"},
    {"log: [0]", "log[0]: expected a term, 1 or more, got 0"},
    {"log: 5", "log: expected a list of entries: terms (1, 1, 4) or {term: 1, command: ...}, "
               "got 5"},
    {"log: [{command: del x}]", "log[0]: term is missing: expected a term, 1 or more"},
    {"log: [{term: 1, comand: del x}]", "log[0].comand: unknown field; did you mean command?"},
    {"log: [{term: 1, command: x}]", "log[0].command: expected a command of the app kv: \"put "
                                     "KEY VALUE\" or \"del KEY\", got \"x\""},
    {"log: [{term: 1, command: {endpoint: topic}}]",
     "log[0].command: expected a command of the app kv: \"put KEY VALUE\" or \"del KEY\", got "
     "a map"},
    {"next_index: 5", "next_index: expected a list of numbers, one for each other node, or a "
                      "map such as {n2: 6}, got 5"},
    {"next_index: [2]", "next_index: expected 1..1 for n2, got 2"},
    {"next_index: [x]", "next_index[0]: expected an index, 0 or more, got \"x\""},
    {"next_index: {n3: 1}", "next_index.n3: expected another node of this file, such as n2"},
    {"next_index: {n1: 1}", "next_index.n1: expected another node of this file, such as n2"},
    {"log: [1, 1, 1], match_index: [3]",
     "match_index: expected at most 2 for n2, got 3: further on it does not have the same log"},
    {"log: [1, 1, 1], match_index: [2], next_index: [2]",
     "next_index: expected 3..4 for n2, got 2"},
    {"rule: leader", "rule: unknown field; did you mean role?"},
};

static void states_that_cannot_be_are_refused(void **state)
{
    struct place *place = *state;
    for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
        char text[256];
        char complaint[256];
        bool is_field = strncmp(impossible[i].complaint, "a leader", 8) != 0;
        snprintf(text, sizeof text, "nodes:\n- start: {%s}\n- start: {log: [1, 1, 2]}\n",
                 impossible[i].text);
        snprintf(complaint, sizeof complaint, ":2: nodes[0].start%s%s", is_field ? "." : ": ",
                 impossible[i].complaint);
        expect_complaint(place, "c.yaml", text, complaint);
    }
    expect_complaint(place, "c.yaml",
                     "nodes:\n- start: {role: leader, term: 6}\n- {}\n- start:\n    term: 6\n"
                     "    role: leader\n",
                     ":6: nodes[2].start.role: a second leader of term 6: n1 is one (line 2)");
    expect_complaint(place, "c.yaml",
                     "nodes:\n- start: {log: [1, 1, {term: 2, command: del x}]}\n- start:\n"
                     "    log:\n    - 1\n    - 1\n    - {term: 2, command: del y}\n",
                     ":7: nodes[1].start.log[2]: the entry of term 2 at this index is another one "
                     "in n1 (line 2)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_fills_the_struct, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(a_file_may_say_nothing_but_a_number, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(A7_every_complaint_names_place_and_cause, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(A7_nodes_have_names, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(start_states_are_read, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(commands_of_every_app_are_encoded, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(states_that_cannot_be_are_refused, enter_place,
                                        leave_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
