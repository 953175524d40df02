/* SPDX-License-Identifier: MIT
 *
 * The supervisor and its members: nodes are made and let go, and cluster.json follows what the
 * nodes have committed, also over the death of a supervisor. What the nodes say is written into the
 * table by the test.
 */
#include "unit/supervisor_fixture.h"

/* A supervisor that the test may write nodes' records next to. */
static void begin_and_open(struct place *place)
{
    char table[PATH_MAX];
    begin(place, true);
    raft_paths_table(&place->paths, table, sizeof table);
    raft_shm_close(&place->shm);
    assert_int_equal(raft_shm_open(table, true, &place->shm, place->message, sizeof place->message),
                     RAFT_OK);
    assert_int_equal(ask(place, "start", 0xe), 0);
}

static struct raft_json *make_request(const char *op, raft_id id)
{
    struct raft_json *json = raft_json_object();
    raft_json_add_string(json, "verb", "member");
    raft_json_add_string(json, "op", op);
    raft_json_add_integer(json, "id", id);
    return json;
}

static int64_t ask_member(struct place *place, const char *op, raft_id id)
{
    return send_request(place, make_request(op, id));
}

static int64_t settle(struct place *place, raft_id id, const char *want, int64_t timeout_ms)
{
    struct raft_json *json = make_request("settle", id);
    raft_json_add_string(json, "want", want);
    raft_json_add_integer(json, "timeout_ms", timeout_ms);
    return send_request(place, json);
}

static struct raft_spec read_spec(struct place *place)
{
    struct raft_spec spec;
    char path[PATH_MAX];
    raft_paths_spec(&place->paths, path, sizeof path);
    assert_int_equal(raft_spec_read(path, &spec, place->message, sizeof place->message), RAFT_OK);
    return spec;
}

/* The node in this slot says that these are the members. */
static void say_config(struct place *place, raft_id id, raft_index index, bool is_committed,
                       const struct raft_config *config)
{
    struct raft_shm_service service = look(place, id);
    struct raft_shm_node record = {.incarnation = service.incarnation,
                                   .id = service.id,
                                   .pid = service.pid,
                                   .config_index = index,
                                   .config_committed = is_committed ? 1 : 0,
                                   .config = *config};
    raft_shm_node_write(place->shm, id - 1, &record);
}

static const struct raft_config four = {4,
                                        {{1, RAFT_MEMBER_VOTER},
                                         {2, RAFT_MEMBER_VOTER},
                                         {3, RAFT_MEMBER_VOTER},
                                         {4, RAFT_MEMBER_LEARNER | RAFT_MEMBER_JOINING}}};
static const struct raft_config without_two = {
    3, {{1, RAFT_MEMBER_VOTER}, {3, RAFT_MEMBER_VOTER}, {4, RAFT_MEMBER_VOTER}}};
static const struct raft_config two = {2, {{1, RAFT_MEMBER_VOTER}, {2, RAFT_MEMBER_VOTER}}};

static void makes_a_node_and_follows_what_is_committed(void **state)
{
    struct place *place = *state;
    begin_and_open(place);
    assert_int_equal(ask_member(place, "add", 0), 0);
    assert_int_equal(raft_json_integer(place->answer, "id", 0), 4);
    assert_int_equal(look(place, 4).process, RAFT_SHM_PROCESS_UP);
    struct raft_spec spec = read_spec(place);
    assert_int_equal(spec.nodes_count, 4);
    assert_int_equal(spec.next_id, 5);
    assert_int_equal(spec.nodes[3].member, RAFT_SPEC_NEW);
    assert_int_equal(spec.founders_count, 3);
    /* What is not committed, or half of a change, is nobody's standing yet. */
    say_config(place, 1, 8, false, &four);
    assert_int_equal(settle(place, 4, "joining", 50), 1);
    assert_non_null(strstr(error_text(place), "n4 is new still"));
    say_config(place, 1, 8, true, &four);
    assert_int_equal(settle(place, 4, "joining", CALL_MS), 0);
    say_config(place, 3, 9, true, &without_two);
    uint32_t pid = look(place, 2).pid;
    assert_int_equal(settle(place, 2, "gone", CALL_MS), 0);
    assert_true(is_gone(pid));
    spec = read_spec(place);
    assert_int_equal(spec.nodes_count, 3);
    assert_int_equal(spec.members_index, 9);
    assert_null(raft_spec_find(&spec, 2));
    assert_int_equal(raft_spec_find(&spec, 4)->member, RAFT_SPEC_VOTER);
    /* An older word does not bring anybody back. */
    say_config(place, 1, 8, true, &four);
    assert_int_equal(settle(place, 4, "joining", 50), 1);
    assert_int_equal(ask(place, "start", 1 << 2), 4);
    /* The next one gets its place and port, but not its id. */
    assert_int_equal(ask_member(place, "add", 0), 0);
    assert_int_equal(raft_json_integer(place->answer, "id", 0), 5);
    assert_int_equal(look(place, 2).id, 5);
    go_down(place);
}

static void a_node_that_does_not_start_is_taken_back(void **state)
{
    struct place *place = *state;
    begin_and_open(place);
    set_mode(place, 4, "refuse");
    assert_int_equal(ask_member(place, "add", 0), 1);
    assert_non_null(strstr(error_text(place), "the port is not to my liking"));
    assert_int_equal(settle(place, 4, "gone", CALL_MS), 0);
    struct raft_spec spec = read_spec(place);
    assert_int_equal(spec.nodes_count, 3);
    assert_int_equal(spec.next_id, 5);
    go_down(place);
}

static void expels_only_who_is_no_member(void **state)
{
    struct place *place = *state;
    begin_and_open(place);
    assert_int_equal(ask_member(place, "add", 0), 0);
    uint32_t pid = look(place, 4).pid;
    assert_int_equal(ask_member(place, "expel", 1), 1);
    assert_non_null(strstr(error_text(place), "n1 is a voter"));
    assert_int_equal(ask_member(place, "expel", 4), 0);
    assert_int_equal(settle(place, 4, "gone", CALL_MS), 0);
    assert_true(is_gone(pid));
    assert_int_equal(ask_member(place, "expel", 9), 4);
    assert_int_equal(ask_member(place, "crown", 1), 2);
    assert_int_equal(settle(place, 1, "king", 50), 2);
    go_down(place);
}

static void lose_supervisor(struct place *place)
{
    assert_int_equal(kill(place->supervisor, SIGKILL), 0);
    (void)end_supervisor(place);
}

/* Killed between the nodes' commit and its own part: the next one does it. */
static void a_successor_does_what_was_committed_meanwhile(void **state)
{
    struct place *place = *state;
    begin_and_open(place);
    assert_int_equal(ask_member(place, "add", 0), 0);
    uint32_t pid = look(place, 3).pid;
    lose_supervisor(place);
    say_config(place, 1, 7, true, &two);
    begin(place, false);
    assert_int_equal(settle(place, 3, "gone", CALL_MS), 0);
    assert_true(is_gone(pid));
    /* The new node was asked for, and is in no configuration: it waits. */
    struct raft_spec spec = read_spec(place);
    assert_int_equal(raft_spec_find(&spec, 4)->member, RAFT_SPEC_NEW);
    assert_int_equal(look(place, 4).process, RAFT_SHM_PROCESS_UP);
    go_down(place);
}

/* Killed after it wrote that a node is gone, before the process was stopped. */
static void a_successor_stops_who_is_gone_in_the_file(void **state)
{
    struct place *place = *state;
    char path[PATH_MAX];
    begin_and_open(place);
    uint32_t pid = look(place, 3).pid;
    lose_supervisor(place);
    struct raft_spec spec = read_spec(place);
    spec.nodes[2].member = RAFT_SPEC_GONE;
    raft_paths_spec(&place->paths, path, sizeof path);
    assert_int_equal(raft_spec_write(path, &spec, place->message, sizeof place->message), RAFT_OK);
    begin(place, true);
    assert_int_equal(settle(place, 3, "gone", CALL_MS), 0);
    assert_true(is_gone(pid));
    assert_int_equal(ask(place, "start", 1 << 3), 4);
    struct raft_shm_service record;
    assert_true(!raft_shm_service_read(place->shm, 2, &record) || record.id == 0);
    go_down(place);
}

/* A damaged or lying record: members that nobody knows, a joint or impossible configuration. */
static void nonsense_in_the_table_removes_nobody(void **state)
{
    struct place *place = *state;
    const struct raft_config joint = {
        2, {{1, RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER}, {2, RAFT_MEMBER_OLD_VOTER}}};
    const struct raft_config impossible = {2, {{2, RAFT_MEMBER_VOTER}, {1, 77}}};
    begin_and_open(place);
    say_config(place, 1, 50, true, &joint);
    say_config(place, 2, 51, true, &impossible);
    say_config(place, 3, 52, true, &(struct raft_config){0});
    assert_int_equal(settle(place, 3, "gone", 100), 1);
    assert_int_equal(read_spec(place).nodes_count, 3);
    go_down(place);
}

int main(int argc, char **argv)
{
    int code = 0;
    if (is_role(argc, argv, &code)) {
        return code;
    }
    const struct CMUnitTest tests[] = {
        IN_PLACE(makes_a_node_and_follows_what_is_committed),
        IN_PLACE(a_node_that_does_not_start_is_taken_back),
        IN_PLACE(expels_only_who_is_no_member),
        IN_PLACE(a_successor_does_what_was_committed_meanwhile),
        IN_PLACE(a_successor_stops_who_is_gone_in_the_file),
        IN_PLACE(nonsense_in_the_table_removes_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
