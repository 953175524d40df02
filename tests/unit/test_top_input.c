/* SPDX-License-Identifier: MIT
 *
 * J3: what each key does: the table of keys, the commands they stand for, the modes, read-only.
 */
#include "command.h"
#include "top/actions.h"
#include "top/edit.h"
#include "unit/top_fixture.h"

static void expect_run(uint32_t key, const char *command)
{
    struct top_request request = tf_press(key);
    assert_int_equal(request.want, TOP_WANT_RUN);
    assert_string_equal(request.text, command);
}

static void expect_nothing(uint32_t key)
{
    assert_int_equal(tf_press(key).want, TOP_WANT_NOTHING);
}

/* Every row can be found by its key, says what it does, and no key stands there twice. */
static void test_table_is_sound(void **state)
{
    (void)state;
    size_t count = 0;
    const struct top_key *keys = top_keys(&count);
    assert_true(count > 20);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(top_key_find(keys[i].key), &keys[i]);
        assert_true(strlen(keys[i].help) > 3 && strlen(keys[i].help) < 36);
        assert_true(strlen(keys[i].label) < 7);
        assert_int_equal(keys[i].bar != NULL, keys[i].rank > 0);
        assert_int_equal(keys[i].bar != NULL, keys[i].name != NULL);
        bool acts = keys[i].act == TOP_ACT_COMMAND;
        assert_true(!acts || keys[i].command);
        assert_true(!keys[i].confirm || keys[i].changes);
    }
    assert_null(top_key_find('Z'));
    assert_ptr_equal(top_key_find(TOP_KEY_DOWN), top_key_find('j'));
    assert_ptr_equal(top_key_find('7'), top_key_find('0'));
}

/* What a key stands for is a command of the table, each step of it. */
static void test_commands_exist(void **state)
{
    (void)state;
    size_t count = 0;
    size_t steps = 0;
    const struct top_key *keys = top_keys(&count);
    for (size_t i = 0; i < count; i++) {
        const char *step = keys[i].command;
        while (step) {
            char verb[32];
            snprintf(verb, sizeof(verb), "%.*s", (int)strcspn(step, " ;"), step);
            assert_non_null(command_find(verb));
            steps++;
            step = strchr(step, ';');
            step = step ? step + 2 : NULL;
        }
    }
    assert_true(steps > 15);
}

static void complete(const char *typed, const char *wanted)
{
    (void)tf_press(':');
    tf_type(typed);
    expect_nothing(TOP_KEY_TAB);
    assert_string_equal(tf_model.edit.text, wanted);
    (void)tf_press(TOP_KEY_ESCAPE);
}

static void test_completion(void **state)
{
    (void)state;
    tf_begin(3);
    tf_update();
    complete("partit", "partition ");
    complete("re", "res"); /* restart, resume */
    complete("no-such", "no-such");
    complete("supervis", "supervis"); /* internal */
    complete("", "");
    complete("partition ha", "partition halves ");
    complete("no-such ha", "no-such ha");
    complete("kill lead", "kill leader ");
    complete("kill fol", "kill follower"); /* follower, followers */
    complete("partition isolate maj", "partition isolate majority ");
    complete("put lead", "put lead");
}

static void test_keys_are_commands(void **state)
{
    (void)state;
    tf_begin(5);
    tf_update();
    assert_int_equal(tf_model.selected, 3); /* the leader, at first */
    expect_run('x', "stop n3");
    expect_run('X', "kill n3");
    expect_run('s', "start n3");
    expect_run('r', "restart n3");
    expect_run('R', "kill n3; start n3");
    expect_run('p', "pause n3");
    expect_run('i', "partition isolate n3 --add");
    expect_run('H', "heal --all");
    expect_run('v', "campaign n3");
    expect_run('w', "put top1 w1767355471");
    expect_run('w', "put top2 w1767355471");
    snprintf(tf_model.view.cluster.app, sizeof tf_model.view.cluster.app, "bank");
    expect_run('w', "bank credit 3");
    snprintf(tf_model.view.cluster.app, sizeof tf_model.view.cluster.app, "queue");
    expect_run('w', "queue create top4-1767355471");
    expect_nothing('t'); /* leads already */
    assert_int_equal(tf_model.prompt.state, TOP_RUN_FAILED);
    expect_nothing('4');
    expect_run('t', "transfer n4");
    expect_nothing('Z');
    assert_int_equal(tf_press('q').want, TOP_WANT_DETACH);
    assert_int_equal(tf_press(3).want, TOP_WANT_DETACH);
    assert_int_equal(tf_press('l').want, TOP_WANT_LOGS);
}

static void test_selection(void **state)
{
    (void)state;
    tf_begin(13);
    tf_update();
    expect_nothing('1');
    expect_nothing(TOP_KEY_UP);
    assert_int_equal(tf_model.selected, 1);
    expect_nothing(TOP_KEY_DOWN);
    expect_nothing('j');
    assert_int_equal(tf_model.selected, 3);
    expect_nothing('0');
    assert_int_equal(tf_model.selected, 10);
    for (int i = 0; i < 20; i++) {
        expect_nothing('j');
    }
    assert_int_equal(tf_model.selected, 13);
    tf_model.view.nodes_count = 2; /* n13 left the cluster */
    tf_model.view.leader = 2;
    tf_update();
    assert_int_equal(tf_model.selected, 2);
    expect_nothing('9'); /* no such node */
    assert_int_equal(tf_model.selected, 2);
}

static void test_tags(void **state)
{
    (void)state;
    tf_begin(5);
    tf_update();
    expect_nothing('1');
    expect_nothing(' ');
    expect_nothing('4');
    expect_nothing(' ');
    expect_run('X', "kill n1,n4");
    expect_run('R', "kill n1,n4; start n1,n4");
    tf_node(1)->process = RAFT_SHM_PROCESS_PAUSED;
    expect_run('p', "pause n1,n4");
    tf_node(4)->process = RAFT_SHM_PROCESS_PAUSED;
    expect_run('p', "resume n1,n4");
    expect_nothing(TOP_KEY_ESCAPE);
    expect_nothing('2');
    expect_run('X', "kill n2");
}

static void test_isolate_and_rejoin(void **state)
{
    (void)state;
    tf_begin(3);
    tf_update();
    expect_nothing('2');
    tf_cut(2, 1, 1);
    expect_run('i', "partition isolate n2 --add");
    tf_cut(2, 3, 2);
    expect_run('i', "heal n2");
    tf_begin(1);
    tf_update();
    expect_run('i', "partition isolate n1 --add"); /* alone is not isolated */
}

/* u takes back what was broken last, whatever it was. */
static void test_undo(void **state)
{
    (void)state;
    tf_begin(5);
    tf_update();
    expect_nothing('u');
    assert_int_equal(tf_model.prompt.state, TOP_RUN_FAILED);
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_FAULT, .a = 7, .b = 1}, 9, "cut");
    tf_cut(1, 2, 7);
    expect_run('u', "heal f7");
    tf_kill(5);
    expect_run('u', "start n5");
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_FAULT, .a = 8, .b = 1}, 3, "cut");
    tf_cut(1, 3, 8);
    expect_run('u', "heal f8");
    tf_node(2)->process = RAFT_SHM_PROCESS_PAUSED;
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_PROCESS,
                                     .node = 2,
                                     .a = RAFT_SHM_PROCESS_PAUSED},
             1, "paused");
    expect_run('u', "resume n2");
}

static void test_cut(void **state)
{
    (void)state;
    tf_begin(5);
    tf_update();
    expect_nothing('c');
    assert_int_equal(tf_model.mode, TOP_MODE_CUT);
    expect_run(TOP_KEY_ENTER, "partition cut n3-n1 --add");
    expect_nothing('c');
    expect_nothing('j');
    expect_nothing('j'); /* over n3 itself */
    expect_run('\n', "partition cut n3-n4 --add");
    expect_nothing('c');
    expect_nothing('3'); /* itself: still asking */
    assert_int_equal(tf_model.mode, TOP_MODE_CUT);
    expect_run('5', "partition cut n3-n5 --add");
    expect_nothing('c');
    expect_nothing(TOP_KEY_ESCAPE);
    assert_int_equal(tf_model.mode, TOP_MODE_NODES);
    tf_begin(1);
    tf_update();
    expect_nothing('c');
    assert_int_equal(tf_model.mode, TOP_MODE_NODES);
}

/* Only y means yes: Enter, Space and every other key mean No. */
static void test_dialog_defaults_to_no(void **state)
{
    (void)state;
    static const uint32_t noes[] = {TOP_KEY_ENTER, '\n', ' ', 'n', 'Q', 'q', TOP_KEY_ESCAPE, 3};
    tf_begin(5);
    tf_update();
    for (size_t i = 0; i < sizeof(noes) / sizeof(noes[0]); i++) {
        expect_nothing('Q');
        assert_int_equal(tf_model.mode, TOP_MODE_DIALOG);
        expect_nothing(noes[i]);
        assert_int_equal(tf_model.mode, TOP_MODE_NODES);
    }
    expect_nothing('Q');
    expect_run('y', "down");
}

static void test_refusal_asks_for_force(void **state)
{
    (void)state;
    tf_begin(3);
    tf_update();
    top_model_ask_force(&tf_model, "kill n1,n2", "raftctl: kill: a majority would be lost\n");
    assert_int_equal(tf_model.mode, TOP_MODE_DIALOG);
    expect_run('y', "kill n1,n2 --force");
}

/* d puts its command into the prompt, to be edited; tagged nodes are all named. */
static void test_delay_is_a_command_to_edit(void **state)
{
    (void)state;
    tf_begin(3);
    tf_update();
    expect_nothing('d');
    assert_int_equal(tf_model.mode, TOP_MODE_PROMPT);
    tf_type(" loss=5%");
    expect_run(TOP_KEY_ENTER, "link n3 delay=80ms loss=5%");
}

/* --readonly takes away exactly the keys that change something, and says so. */
static void test_readonly(void **state)
{
    (void)state;
    tf_begin(5);
    tf_model.readonly = true;
    tf_update();
    size_t count = 0;
    const struct top_key *keys = top_keys(&count);
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        tf_model.mode = TOP_MODE_NODES;
        tf_model.prompt.state = TOP_RUN_NONE;
        struct top_request request = tf_press(keys[i].key);
        assert_int_not_equal(request.want, TOP_WANT_RUN);
        if (keys[i].changes) {
            taken++;
            assert_int_equal(tf_model.mode, TOP_MODE_NODES);
            assert_int_equal(tf_model.prompt.state, TOP_RUN_FAILED);
        }
    }
    assert_int_equal(taken, 16);
}

static void test_prompt(void **state)
{
    (void)state;
    tf_begin(3);
    tf_update();
    expect_nothing(':');
    tf_type("put kk v");
    expect_nothing(TOP_KEY_BACKSPACE);
    expect_nothing(TOP_KEY_HOME);
    for (int i = 0; i < 5; i++) {
        expect_nothing(TOP_KEY_RIGHT);
    }
    expect_nothing(TOP_KEY_DELETE);
    expect_nothing(TOP_KEY_END);
    expect_nothing(0x3ba); /* Greek kappa */
    expect_run(TOP_KEY_ENTER, "put k \xce\xba");
    assert_int_equal(tf_model.mode, TOP_MODE_NODES);
    expect_nothing(':');
    expect_nothing(TOP_KEY_UP);
    expect_nothing(TOP_KEY_BACKSPACE); /* the whole character */
    expect_run(TOP_KEY_ENTER, "put k ");
    expect_nothing(':');
    tf_type("  ");
    expect_nothing(TOP_KEY_ENTER); /* nothing to run */
    expect_nothing(':');
    tf_type("q");
    expect_nothing(TOP_KEY_ESCAPE);
    assert_int_equal(tf_model.mode, TOP_MODE_NODES);
}

static void test_prompt_is_bounded(void **state)
{
    (void)state;
    tf_begin(3);
    tf_update();
    expect_nothing(':');
    for (int i = 0; i < 3 * TOP_EDIT_BYTES; i++) {
        expect_nothing(i % 2 ? 0x20ac : 'x');
    }
    assert_true(tf_model.edit.length < TOP_EDIT_BYTES);
    free(tf_draw(80, 24));
    assert_true(tf_frame.cursor_x < 80);
    for (int i = 0; i < 3 * TOP_EDIT_BYTES; i++) {
        expect_nothing(8);
    }
    assert_int_equal(tf_model.mode, TOP_MODE_PROMPT);
    assert_int_equal(tf_model.edit.length, 0);
    expect_nothing(TOP_KEY_BACKSPACE); /* out of the empty line */
    assert_int_equal(tf_model.mode, TOP_MODE_NODES);
}

static uint32_t count_shown(const char *filter)
{
    const struct top_event *events[TOP_EVENTS_SHOWN];
    return top_eventlog_list(&tf_model.log, filter, events, TOP_EVENTS_SHOWN);
}

/* A filter shows routine events too; Esc clears it. */
static void test_filter(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_trouble();
    tf_update();
    uint32_t all = count_shown("");
    assert_true(all > 8);
    expect_nothing('/');
    tf_type("PRE-vote");
    assert_string_equal(tf_model.filter, "PRE-vote");
    assert_int_equal(count_shown(tf_model.filter), 1);
    expect_nothing(TOP_KEY_ENTER);
    assert_string_equal(tf_model.filter, "PRE-vote");
    expect_nothing('/');
    expect_nothing(TOP_KEY_ESCAPE);
    assert_string_equal(tf_model.filter, "");
    assert_true(count_shown(".") > all);
    assert_int_equal(top_eventlog_hidden(&tf_model.log, "."), 0);
    assert_int_equal(top_eventlog_hidden(&tf_model.log, "no such words"), count_shown("."));
}

/* A flood of routine events does not push out what matters, and the order is that of arrival. */
static void test_flood(void **state)
{
    (void)state;
    tf_begin(3);
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_COMMAND}, 9, "kill n1");
    for (int i = 0; i < 3 * TOP_EVENTS_KEPT; i++) {
        tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_SUBSTATE,
                                         .node = 2,
                                         .a = RAFT_SUBSTATE_COMMITTED},
                 1, "committed");
    }
    assert_int_equal(count_shown(""), 1);
    const struct top_event *events[TOP_EVENTS_SHOWN];
    uint32_t count = top_eventlog_list(&tf_model.log, ".", events, TOP_EVENTS_SHOWN);
    assert_int_equal(count, TOP_EVENTS_SHOWN);
    for (uint32_t i = 1; i < count; i++) {
        assert_true(events[i]->order < events[i - 1]->order);
    }
}

static void time_out(raft_id id)
{
    tf_event(
        (struct raft_shm_event){.type = RAFT_SHM_EVENT_TRACE, .node = id, .a = RAFT_TRACE_TIMEOUT},
        1, "election timeout");
}

/* A cut-off candidate times out again and again: told once, until it has found its role. */
static void test_repeated_timeouts(void **state)
{
    (void)state;
    tf_begin(3);
    time_out(1);
    time_out(1);
    time_out(2);
    time_out(1);
    assert_int_equal(count_shown(""), 2);
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_ROLE,
                                     .node = 1,
                                     .a = RAFT_ROLE_CANDIDATE,
                                     .b = RAFT_ROLE_FOLLOWER},
             1, "candidate -> follower");
    time_out(1);
    time_out(2);
    assert_int_equal(count_shown(""), 3);
    assert_int_equal(count_shown("."), 7);
}

static void step_down(raft_id id)
{
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_TRACE,
                                     .node = id,
                                     .a = RAFT_TRACE_STEPPED_DOWN},
             1, "stepped down: no quorum heard");
}

/* A leader's step down matters, a candidate's is routine. */
static void test_step_down(void **state)
{
    (void)state;
    tf_begin(3);
    step_down(2);
    assert_int_equal(count_shown(""), 0);
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_ROLE,
                                     .node = 2,
                                     .a = RAFT_ROLE_CANDIDATE,
                                     .b = RAFT_ROLE_LEADER},
             1, "candidate -> leader");
    step_down(1);
    step_down(2);
    step_down(2);
    assert_int_equal(count_shown(""), 2);
    assert_int_equal(count_shown("stepped"), 4);
}

static void test_pages(void **state)
{
    (void)state;
    tf_begin(5);
    tf_update();
    expect_nothing('?');
    assert_int_equal(tf_model.mode, TOP_MODE_HELP);
    expect_nothing('X'); /* kills nobody from here */
    expect_nothing('?');
    assert_int_equal(tf_model.mode, TOP_MODE_NODES);
    expect_nothing(TOP_KEY_ENTER);
    assert_int_equal(tf_model.mode, TOP_MODE_INSPECT);
    expect_nothing(TOP_KEY_RIGHT);
    assert_int_equal(tf_model.selected, 4);
    expect_nothing('q'); /* back, not out */
    assert_int_equal(tf_model.mode, TOP_MODE_NODES);
    top_model_show(&tf_model, "text", "a\nb\nc\n", 6);
    expect_nothing('k');
    assert_int_equal(tf_model.text.scroll, 0);
    assert_int_equal(tf_press(3).want, TOP_WANT_DETACH);
    expect_nothing(TOP_KEY_ESCAPE);
    expect_nothing('f');
    assert_true(tf_model.frozen);
}

static void test_escape_ends_what_runs(void **state)
{
    (void)state;
    tf_begin(3);
    tf_update();
    top_model_ran(&tf_model, TF_NOW, "wait leader=n9");
    assert_int_equal(tf_press(TOP_KEY_ESCAPE).want, TOP_WANT_CANCEL);
    top_model_result(&tf_model, TF_NOW, 143, "ended by Esc");
    expect_nothing(TOP_KEY_ESCAPE);
    assert_int_equal(tf_model.prompt.state, TOP_RUN_NONE);
}

/* A result leaves the prompt line after a while; what failed stays in the list of events. */
static void test_result_fades(void **state)
{
    (void)state;
    tf_begin(3);
    tf_update();
    top_model_ran(&tf_model, TF_NOW, "kill n9");
    top_model_result(&tf_model, TF_NOW, 4, "raftctl: kill: no node n9\n");
    top_model_tick(&tf_model, TF_NOW + 5 * TF_SECOND);
    assert_int_equal(tf_model.prompt.state, TOP_RUN_FAILED);
    top_model_tick(&tf_model, TF_NOW + (TOP_RESULT_SECONDS + 1) * TF_SECOND);
    assert_int_equal(tf_model.prompt.state, TOP_RUN_NONE);
    assert_int_equal(count_shown("no node n9 (exit 4)"), 1);
    top_model_ran(&tf_model, TF_NOW, "events -f");
    top_model_result(&tf_model, TF_NOW, 143, "ended by Esc");
    assert_int_equal(count_shown("events -f: ended by Esc (exit 143)"), 1);
    top_model_ran(&tf_model, TF_NOW, "kill n1");
    top_model_result(&tf_model, TF_NOW, 0, "killed n1  seq 12\n"); /* its event tells already */
    assert_int_equal(count_shown("killed n1"), 0);
}

static void check_words(const char *line, size_t count, const char *const *wanted)
{
    char buffer[TOP_COMMAND_BYTES * 2];
    char *words[64];
    assert_int_equal(top_actions_parse(line, buffer, sizeof(buffer), words, 64), count);
    for (size_t i = 0; i < count; i++) {
        if (wanted[i]) {
            assert_string_equal(words[i], wanted[i]);
        } else {
            assert_null(words[i]);
        }
    }
}

static void test_words(void **state)
{
    (void)state;
    check_words("kill n1", 4, (const char *const[]){"kill", "n1", NULL, NULL});
    check_words("kill n1; start n1", 7,
                (const char *const[]){"kill", "n1", NULL, "start", "n1", NULL, NULL});
    check_words(" put k 'two  words' ", 5,
                (const char *const[]){"put", "k", "two  words", NULL, NULL});
    check_words("put k \"a; b\"", 5, (const char *const[]){"put", "k", "a; b", NULL, NULL});
    check_words("put k a;b ''", 6, (const char *const[]){"put", "k", "a;b", "", NULL, NULL});
    check_words("; ; status ;", 3, (const char *const[]){"status", NULL, NULL});
    check_words("put k 'open", 0, NULL);
    check_words("   ", 0, NULL);
    check_words(";", 0, NULL);
    char many[TOP_COMMAND_BYTES] = "";
    for (size_t i = 0; i + 2 < sizeof(many); i += 2) {
        memcpy(many + i, "a ", 3);
    }
    check_words(many, 0, NULL);
}

static int finish(void **state)
{
    (void)state;
    top_frame_finish(&tf_frame);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_sound),
        cmocka_unit_test(test_commands_exist),
        cmocka_unit_test(test_completion),
        cmocka_unit_test(test_keys_are_commands),
        cmocka_unit_test(test_selection),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_isolate_and_rejoin),
        cmocka_unit_test(test_undo),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_dialog_defaults_to_no),
        cmocka_unit_test(test_refusal_asks_for_force),
        cmocka_unit_test(test_delay_is_a_command_to_edit),
        cmocka_unit_test(test_readonly),
        cmocka_unit_test(test_prompt),
        cmocka_unit_test(test_prompt_is_bounded),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_repeated_timeouts),
        cmocka_unit_test(test_step_down),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_escape_ends_what_runs),
        cmocka_unit_test(test_result_fades),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, finish);
}
