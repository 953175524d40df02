/* SPDX-License-Identifier: MIT
 *
 * J3: what a person sees, frame by frame: the whole picture at every size and in every trouble.
 */
#include "unit/top_fixture.h"

static void test_healthy(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_update();
    tf_golden("top_80x24_healthy", 80, 24);
}

static void test_trouble(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_trouble();
    tf_update();
    tf_model.selected = 4;
    tf_golden("top_80x24_trouble", 80, 24);
    tf_golden("top_140x40_trouble", 140, 40);
    tf_golden("top_60x14_trouble", 60, 14);
    tf_golden("top_20x5_trouble", 20, 5);
    tf_golden("top_40x10_trouble", 40, 10);
    tf_golden("top_10x3_trouble", 10, 3);
    tf_golden("top_1x1_trouble", 1, 1);
}

static void test_unicode(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_trouble();
    tf_update();
    tf_frame.utf8 = true;
    tf_golden("top_80x24_utf8", 80, 24);
    tf_frame.utf8 = false;
}

static void test_many_nodes(void **state)
{
    (void)state;
    tf_begin(9);
    tf_history();
    tf_update();
    tf_golden("top_80x24_nine", 80, 24);
    tf_begin(13);
    tf_history();
    tf_update();
    tf_golden("top_80x24_thirteen", 80, 24);
    tf_begin(40);
    tf_history();
    tf_update();
    tf_model.selected = 30;
    tf_golden("top_80x24_forty", 80, 24);
}

static void test_one_node(void **state)
{
    (void)state;
    tf_begin(1);
    tf_update();
    tf_golden("top_80x24_one", 80, 24);
}

/* Columns never shift, whatever the numbers. */
static void test_huge_numbers(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_model.view.term = UINT64_MAX;
    tf_model.view.commit = UINT64_MAX;
    for (raft_id id = 1; id <= 5; id++) {
        struct raft_shm_node *node = &tf_node(id)->node;
        node->term = UINT64_MAX - id;
        node->commit = UINT64_MAX / 3 * id / 5;
        node->applied = node->commit;
        node->first = UINT64_MAX - 99;
        node->last = UINT64_MAX;
        tf_node(id)->lag = INT64_MAX;
        tf_node(id)->heartbeat_age_ms = INT64_MAX / 2;
    }
    for (uint32_t i = 0; i < 4; i++) {
        tf_node(3)->node.peers[i].rtt_us = UINT32_MAX;
    }
    tf_update();
    tf_golden("top_80x24_huge", 80, 24);
    tf_golden("top_140x40_huge", 140, 40);
}

static void expect_shown(int width, int height, const char *words)
{
    char *text = tf_draw(width, height);
    if (strstr(text, words) == NULL) {
        fail_msg("\"%s\" is not in\n%s", words, text);
    }
    free(text);
}

static void test_long_silence(void **state)
{
    static const struct {
        int64_t ms;
        const char *shown;
    } ages[] = {{9041, " !9s "}, {12000, " 12s "}, {59999, " 59s "}, {120000, " !2m "}};
    (void)state;
    tf_begin(5);
    tf_node(4)->overdue = true;
    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
        tf_node(4)->heartbeat_age_ms = ages[i].ms;
        tf_update();
        expect_shown(80, 24, ages[i].shown);
    }
}

static void test_names(void **state)
{
    (void)state;
    tf_begin(3);
    tf_node(2)->service = (struct raft_shm_service){.name = "bob_the_builder"};
    tf_update();
    expect_shown(120, 40, "  ID NAME            STATE");
    expect_shown(120, 40, "  n2 bob_the_builder ");
    expect_shown(120, 40, "  n1 -               ");
    expect_shown(80, 24, "  ID STATE"); /* no room */
    tf_node(2)->service.name[1] = '\0';
    tf_update();
    expect_shown(120, 40, "  ID NAME STATE");
}

static void test_faults_cut_short(void **state)
{
    (void)state;
    tf_begin(7);
    for (raft_id id = 3; id <= 6; id++) {
        tf_cut(2, id, id);
    }
    tf_update();
    expect_shown(80, 24, " cut n3,n4,+\n");
    expect_shown(140, 40, " cut n3,n4,n5,n6");
}

static void test_help(void **state)
{
    (void)state;
    tf_begin(5);
    tf_update();
    (void)tf_press('?');
    tf_golden("top_80x24_help", 80, 24);
    tf_golden("top_80x40_help", 80, 40);
}

static void test_inspect(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_trouble();
    tf_update();
    tf_model.selected = 3;
    (void)tf_press(TOP_KEY_ENTER);
    tf_golden("top_80x24_inspect", 80, 24);
}

static void test_dialog(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_update();
    (void)tf_press('Q');
    tf_golden("top_80x24_dialog", 80, 24);
    tf_golden("top_20x5_dialog", 20, 5);
}

static void test_readonly(void **state)
{
    (void)state;
    tf_begin(5);
    tf_model.readonly = true;
    tf_history();
    tf_update();
    (void)tf_press('X');
    tf_golden("top_80x24_readonly", 80, 24);
    (void)tf_press('?');
    tf_golden("top_80x40_readonly_help", 80, 40);
}

static void test_prompt(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_update();
    (void)tf_press(':');
    tf_golden("top_80x24_prompt_empty", 80, 24);
    tf_type("put greeting hello");
    tf_golden("top_80x24_prompt", 80, 24);
    assert_int_equal(tf_frame.cursor_x, 19);
    assert_int_equal(tf_frame.cursor_y, 22);
    (void)tf_press(TOP_KEY_ESCAPE);
    (void)tf_press('c');
    tf_golden("top_80x24_cut", 80, 24);
}

static void test_result(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_update();
    top_model_ran(&tf_model, TF_NOW, "kill n9");
    top_model_result(&tf_model, TF_NOW, 4,
                     "raftctl: kill: no node n9 in cluster demo (it has n1..n5)\n");
    tf_golden("top_80x24_failed", 80, 24);
}

static void test_gone(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_update();
    tf_model.gone = true;
    tf_golden("top_80x24_gone", 80, 24);
    tf_model.gone = false;
    tf_model.view.supervised = false;
    tf_model.view.leader = 0;
    tf_model.view.health = RAFT_HEALTH_NO_LEADER;
    tf_model.frozen = true;
    tf_golden("top_80x24_no_supervisor", 80, 24);
}

/* No size is refused, and nothing is written outside (the sanitizers watch). */
static void test_every_size(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 1, 5, 9, 63};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        tf_begin(counts[i] ? counts[i] : 1);
        tf_model.view.nodes_count = counts[i];
        tf_history();
        tf_update();
        for (int mode = TOP_MODE_NODES; mode <= TOP_MODE_DIALOG; mode++) {
            tf_model.mode = (enum top_mode)mode;
            for (int size = 0; size < 64; size++) {
                char *text = tf_draw(1 + size * 3, 1 + (size * 7) % 50);
                assert_int_equal(tf_frame.height, 1 + (size * 7) % 50);
                free(text);
            }
        }
    }
}

static void check_shows(const char *text, bool shown)
{
    char *frame = tf_draw(100, 24);
    if ((strstr(frame, text) != NULL) != shown) {
        fail_msg("%s is %s in:\n%s", text, shown ? "missing" : "there", frame);
    }
    free(frame);
}

/* A node comes into the place of one that has left, and learns; then the cluster shrinks to one. */
static void test_members_come_and_go(void **state)
{
    (void)state;
    tf_begin(5);
    tf_history();
    tf_trouble();
    tf_update();
    tf_model.selected = 5;
    check_shows("n5 DOWN", true);
    struct raft_view_node *n6 = tf_node(5);
    n6->id = 6;
    n6->node.id = 6;
    n6->service.id = 6;
    n6->process = RAFT_SHM_PROCESS_UP;
    n6->member = RAFT_MEMBER_LEARNER | RAFT_MEMBER_JOINING;
    tf_model.view.joint = true;
    tf_update();
    check_shows("n5 DOWN", false);
    check_shows("n6 joining", true);
    check_shows("quorum 3/5 joint", true);
    assert_int_equal(tf_model.selected, tf_model.view.leader); /* Who was selected has left. */
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 4, 8), ' '); /* Not n5's past. */
    n6->member = RAFT_MEMBER_LEARNER;
    check_shows("n6 learner", true);
    n6->member = 0;
    check_shows("n6 outside", true);
    tf_model.selected = 6;
    tf_model.view.nodes[0] = tf_model.view.nodes[2];
    tf_model.view.nodes_count = 1;
    tf_update();
    check_shows("n3 LEADER", true);
    check_shows("n6 outside", false);
}

/* Control characters and escape sequences from elsewhere never reach the terminal. */
static void test_tames_text(void **state)
{
    (void)state;
    tf_begin(5);
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_COMMAND}, 1,
             "put k \033[2J\r\n\x9b\xff\xc3(");
    tf_update();
    char *text = tf_draw(80, 24);
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\r'));
    assert_null(strchr(text, '\x9b'));
    assert_non_null(strstr(text, "put k ?[2J????"));
    free(text);
}

/* What everybody expects is not said. */
static void test_names_the_app(void **state)
{
    (void)state;
    tf_begin(5);
    tf_update();
    snprintf(tf_model.view.cluster.app, sizeof(tf_model.view.cluster.app), "kv");
    check_shows("app kv", false);
    snprintf(tf_model.view.cluster.app, sizeof(tf_model.view.cluster.app), "queue");
    check_shows("app queue", true);
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
        cmocka_unit_test(test_healthy),
        cmocka_unit_test(test_trouble),
        cmocka_unit_test(test_unicode),
        cmocka_unit_test(test_many_nodes),
        cmocka_unit_test(test_one_node),
        cmocka_unit_test(test_huge_numbers),
        cmocka_unit_test(test_long_silence),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_faults_cut_short),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_inspect),
        cmocka_unit_test(test_dialog),
        cmocka_unit_test(test_readonly),
        cmocka_unit_test(test_prompt),
        cmocka_unit_test(test_result),
        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_tames_text),
        cmocka_unit_test(test_members_come_and_go),
        cmocka_unit_test(test_names_the_app),
    };
    return cmocka_run_group_tests(tests, NULL, finish);
}
