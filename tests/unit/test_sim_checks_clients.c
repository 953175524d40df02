/* SPDX-License-Identifier: MIT
 *
 * The checkers of what clients see and of what healing owes, with histories that are right and
 * broken ones.
 */
#include "node/sessions.h"
#include "watch_fixture.h"

enum { NAME = RAFT_SESSION_NAME_BYTES };

struct command {
    uint8_t bytes[NAME + 64]; /* name, then the app's command */
    size_t length;
};

/* What client `who` stores as its command number seq. */
static struct command make_command(uint8_t who, uint8_t seq, enum raft_kv_op op, const char *value)
{
    struct command command = {.bytes = {[8] = who, [23] = seq}};
    struct raft_kv_command kv = {.op = op, .key = {"k", 1}, .value = {value, strlen(value)}};
    size_t bytes = raft_kv_encode(&kv, command.bytes + NAME, sizeof command.bytes - NAME);
    assert_true(bytes > 0);
    command.length = NAME + bytes;
    return command;
}

static struct raft_entry entry_of(const struct command *command, raft_index index)
{
    return (struct raft_entry){.index = index,
                               .term = 1,
                               .type = RAFT_ENTRY_COMMAND,
                               .bytes = (uint32_t)command->length,
                               .data = command->bytes};
}

static struct raft_sim_call call_of(const struct command *command)
{
    return (struct raft_sim_call){
        .name = raft_sim_watch_name(command->bytes, command->length),
        .client = command->bytes[8],
        .seq = command->bytes[23],
        .command = {command->bytes + NAME, command->length - NAME},
    };
}

static void ask(struct fixture *f, const struct command *command, bool read)
{
    struct raft_sim_call call = call_of(command);
    call.read = read;
    see(f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_CALL, .call = &call});
}

/* The client gets a status and a value. */
static void answer(struct fixture *f, const struct command *command, bool read, raft_index index,
                   const char *result)
{
    struct raft_sim_call call = call_of(command);
    call.read = read;
    call.outcome = RAFT_SIM_DONE;
    call.index = index;
    call.result = (struct raft_span){result, 1 + strlen(result + 1)};
    see(f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_RETURN, .call = &call});
}

/* The command is stored at an index and applied by n1, run or not. */
static void run(struct fixture *f, const struct command *command, raft_index index, bool ran)
{
    struct raft_entry entry = entry_of(command, index);
    store_all(f, entry);
    see(f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_APPLY,
                                   .id = 1,
                                   .entry = &entry,
                                   .digest = index,
                                   .ran = ran,
                                   .result = {"", 1}});
    commit(f, 1, index);
}

static void begin_served(struct fixture *f)
{
    begin_led(f);
    f->watch->sessions = true;
    apply(f, 1, make_entry(1, 1, NULL), 1);
}

static const char done[] = "\0";
static const char missing[] = "\1";

static void a_plain_history_is_fine(void **state)
{
    struct command put = make_command(1, 1, RAFT_KV_PUT, "a");
    struct command get = make_command(2, 1, RAFT_KV_GET, "");
    struct command del = make_command(1, 2, RAFT_KV_DEL, "");
    struct command late = make_command(2, 2, RAFT_KV_GET, "");
    struct fixture f;
    (void)state;
    begin_served(&f);
    ask(&f, &put, false);
    ask(&f, &get, false);
    run(&f, &get, 2, true);
    run(&f, &put, 3, true);
    answer(&f, &put, false, 3, done);
    answer(&f, &get, false, 2, missing);
    ask(&f, &late, true);
    ask(&f, &del, false);
    run(&f, &del, 4, true);
    answer(&f, &del, false, 4, done);
    answer(&f, &late, true, 3, "\0a");
    expect_fine(&f);
    end(&f);
}

/* A copy of a command that was stored but not run is answered with what the first one gave. */
static void a_copy_that_is_not_run_is_fine(void **state)
{
    struct command first = make_command(1, 1, RAFT_KV_DEL, "");
    struct command other = make_command(2, 1, RAFT_KV_PUT, "b");
    struct fixture f;
    (void)state;
    begin_served(&f);
    ask(&f, &first, false);
    ask(&f, &other, false);
    run(&f, &first, 2, true);
    run(&f, &other, 3, true);
    run(&f, &first, 4, false);
    answer(&f, &other, false, 3, done);
    answer(&f, &first, false, 4, missing);
    expect_fine(&f);
    end(&f);
}

static void a_command_that_runs_twice(void **state)
{
    struct command put = make_command(1, 1, RAFT_KV_PUT, "a");
    struct fixture f;
    (void)state;
    begin_served(&f);
    ask(&f, &put, false);
    run(&f, &put, 2, true);
    run(&f, &put, 3, true);
    expect_broken(&f, "exactly once");
    end(&f);
}

static void an_answer_for_a_command_that_never_ran(void **state)
{
    struct command put = make_command(1, 1, RAFT_KV_PUT, "a");
    struct fixture f;
    (void)state;
    begin_served(&f);
    ask(&f, &put, false);
    run(&f, &put, 2, false);
    answer(&f, &put, false, 2, done);
    expect_broken(&f, "exactly once");
    end(&f);
}

static void an_answer_to_somebody_elses_command(void **state)
{
    struct command put = make_command(1, 1, RAFT_KV_PUT, "a");
    struct command other = make_command(2, 1, RAFT_KV_PUT, "b");
    struct fixture f;
    (void)state;
    begin_served(&f);
    ask(&f, &put, false);
    run(&f, &other, 2, true);
    answer(&f, &put, false, 2, done);
    expect_broken(&f, "exactly once");
    end(&f);
}

static void a_wrong_result(void **state)
{
    struct command put = make_command(1, 1, RAFT_KV_PUT, "a");
    struct command get = make_command(1, 2, RAFT_KV_GET, "");
    struct fixture f;
    (void)state;
    begin_served(&f);
    ask(&f, &put, false);
    run(&f, &put, 2, true);
    answer(&f, &put, false, 2, done);
    ask(&f, &get, false);
    run(&f, &get, 3, true);
    answer(&f, &get, false, 3, "\0b");
    expect_broken(&f, "linearizability");
    assert_non_null(strstr(f.watch->failure, "these conflict; client 1: get"));
    end(&f);
}

/* A write was answered; a read that was asked later is served from before it. */
static void a_stale_read(void **state)
{
    struct command put = make_command(1, 1, RAFT_KV_PUT, "a");
    struct command get = make_command(2, 1, RAFT_KV_GET, "");
    struct fixture f;
    (void)state;
    begin_served(&f);
    ask(&f, &put, false);
    run(&f, &put, 2, true);
    answer(&f, &put, false, 2, done);
    ask(&f, &get, true);
    answer(&f, &get, true, 1, missing);
    expect_broken(&f, "linearizability");
    end(&f);
}

static void a_read_of_the_future(void **state)
{
    struct command get = make_command(2, 1, RAFT_KV_GET, "");
    struct fixture f;
    (void)state;
    begin_served(&f);
    ask(&f, &get, true);
    answer(&f, &get, true, 2, missing);
    expect_broken(&f, "linearizability");
    end(&f);
}

/* Everything up to entry 2 is applied everywhere after the healing. */
static void heal(struct fixture *f, bool progress, raft_id lame)
{
    begin_led(f);
    for (raft_id id = 1; id <= 3; id++)
        apply(f, id, make_entry(1, 1, NULL), 1);
    see(f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_HEALED, .set = 7});
    for (raft_id id = 1; progress && id <= 3; id++)
        store(f, id, make_entry(2, 1, "a"));
    for (raft_id id = 1; progress && id <= 3; id++) {
        if (id == lame)
            continue;
        apply(f, id, make_entry(2, 1, "a"), 2);
        commit(f, id, 2);
    }
}

static void a_healed_cluster_that_works(void **state)
{
    struct fixture f;
    (void)state;
    heal(&f, true, 0);
    show(&f, RAFT_SIM_SEES_DUE, 0, 2);
    expect_fine(&f);
    end(&f);
}

static void a_healed_cluster_without_progress(void **state)
{
    struct fixture f;
    (void)state;
    heal(&f, false, 0);
    show(&f, RAFT_SIM_SEES_DUE, 0, 1);
    expect_broken(&f, "liveness");
    end(&f);
}

static void a_healed_cluster_without_a_leader(void **state)
{
    struct fixture f;
    (void)state;
    heal(&f, true, 0);
    become(&f, 3, RAFT_ROLE_CANDIDATE, 2);
    show(&f, RAFT_SIM_SEES_DUE, 0, 2);
    expect_broken(&f, "liveness");
    end(&f);
}

static void a_healed_node_that_stays_behind(void **state)
{
    struct fixture f;
    (void)state;
    heal(&f, true, 3);
    show(&f, RAFT_SIM_SEES_DUE, 0, 2);
    expect_broken(&f, "catch-up");
    end(&f);
}

static void a_healed_node_that_is_down(void **state)
{
    struct fixture f;
    (void)state;
    heal(&f, true, 0);
    show(&f, RAFT_SIM_SEES_CRASH, 3, 0);
    show(&f, RAFT_SIM_SEES_DUE, 0, 2);
    expect_broken(&f, "catch-up");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_history_is_fine),
        cmocka_unit_test(a_copy_that_is_not_run_is_fine),
        cmocka_unit_test(a_command_that_runs_twice),
        cmocka_unit_test(an_answer_for_a_command_that_never_ran),
        cmocka_unit_test(an_answer_to_somebody_elses_command),
        cmocka_unit_test(a_wrong_result),
        cmocka_unit_test(a_stale_read),
        cmocka_unit_test(a_read_of_the_future),
        cmocka_unit_test(a_healed_cluster_that_works),
        cmocka_unit_test(a_healed_cluster_without_progress),
        cmocka_unit_test(a_healed_cluster_without_a_leader),
        cmocka_unit_test(a_healed_node_that_stays_behind),
        cmocka_unit_test(a_healed_node_that_is_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
