/* SPDX-License-Identifier: MIT
 *
 * J3: the role timeline, the commit rates, the layout and the short words, at chosen moments.
 */
#include "top/layout.h"
#include "top/words.h"
#include "unit/top_fixture.h"

/* The last count columns of a slot, oldest first. */
static const char *read_lane(uint32_t slot, uint32_t count)
{
    static char text[TOP_TIMELINE_COLUMNS + 1];
    for (uint32_t i = 0; i < count; i++) {
        text[i] = top_timeline_letter(&tf_model.timeline, slot, count - 1 - i);
    }
    text[count] = '\0';
    return text;
}

static void role_event(raft_id id, uint64_t from, uint64_t to, uint64_t ms)
{
    struct raft_shm_event event = {
        .type = RAFT_SHM_EVENT_ROLE, .node = id, .a = from, .b = to, .real = TF_NOW + ms * 1000000};
    top_model_event(&tf_model, &event);
}

static void substate_event(raft_id id, uint64_t substate, uint64_t role, uint64_t ms)
{
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_SUBSTATE,
                                   .node = id,
                                   .a = substate,
                                   .b = role,
                                   .real = TF_NOW + ms * 1000000};
    top_model_event(&tf_model, &event);
}

static void process_event(raft_id id, uint64_t process, uint64_t ms)
{
    struct raft_shm_event event = {
        .type = RAFT_SHM_EVENT_PROCESS, .node = id, .a = process, .real = TF_NOW + ms * 1000000};
    top_model_event(&tf_model, &event);
}

/* What is too short for a look is kept by its event. */
static void test_short_roles_are_seen(void **state)
{
    (void)state;
    tf_begin(3);
    process_event(1, RAFT_SHM_PROCESS_UP, 0);
    substate_event(1, RAFT_SUBSTATE_PRE_VOTE, RAFT_ROLE_CANDIDATE, 1010);
    substate_event(1, RAFT_SUBSTATE_VOTING, RAFT_ROLE_CANDIDATE, 1020);
    role_event(1, RAFT_ROLE_CANDIDATE, RAFT_ROLE_LEADER, 1030);
    role_event(1, RAFT_ROLE_LEADER, RAFT_ROLE_FOLLOWER, 2600);
    top_timeline_advance(&tf_model.timeline, TF_NOW / 1000000 + 3600);
    assert_string_equal(read_lane(0, 9), " ..cLL~..");
}

static void test_deaths_and_pauses(void **state)
{
    (void)state;
    tf_begin(3);
    role_event(2, RAFT_ROLE_CANDIDATE, RAFT_ROLE_LEADER, 0);
    process_event(2, RAFT_SHM_PROCESS_PAUSED, 1000);
    process_event(2, RAFT_SHM_PROCESS_UP, 2000); /* what it was before */
    process_event(2, RAFT_SHM_PROCESS_DOWN, 3000);
    process_event(2, RAFT_SHM_PROCESS_UP, 4000);
    top_timeline_advance(&tf_model.timeline, TF_NOW / 1000000 + 4500);
    assert_string_equal(read_lane(1, 11), " LLzzzLxxx.");
}

/* Time that goes back, or leaps, and nodes that nobody knows. */
static void test_odd_times(void **state)
{
    (void)state;
    tf_begin(3);
    role_event(1, RAFT_ROLE_CANDIDATE, RAFT_ROLE_LEADER, 5000);
    role_event(1, RAFT_ROLE_LEADER, RAFT_ROLE_FOLLOWER, 1000);
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 0, 0), '~');
    top_timeline_advance(&tf_model.timeline, TF_NOW / 1000000 + 1000000000);
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 0, 0), '.');
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 0, TOP_TIMELINE_COLUMNS - 1), '.');
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 0, TOP_TIMELINE_COLUMNS), ' ');
    role_event(99, RAFT_ROLE_CANDIDATE, RAFT_ROLE_LEADER, 6000);
    assert_int_equal(top_timeline_letter(&tf_model.timeline, RAFT_NODES_MAX, 0), ' ');
}

static void test_samples(void **state)
{
    (void)state;
    tf_begin(5);
    tf_trouble();
    tf_node(2)->stale_leader = true;
    tf_update();
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 0, 0), 'z');
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 1, 0), 'l');
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 2, 0), 'L');
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 3, 0), 'p');
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 4, 0), 'x');
    top_model_vanish(&tf_model, TF_NOW + TF_SECOND);
    assert_int_equal(top_timeline_letter(&tf_model.timeline, 2, 0), 'x');
    assert_int_equal(tf_model.view.leader, 0);
}

static void test_rates(void **state)
{
    (void)state;
    static struct top_rates rates;
    memset(&rates, 0, sizeof(rates));
    top_rates_add(&rates, 10000, 500); /* the first number is no progress */
    assert_int_equal(top_rates_peak(&rates), 0);
    top_rates_add(&rates, 10500, 600);
    top_rates_add(&rates, 11000, 650);
    assert_int_equal(top_rates_at(&rates, 0), 100);
    assert_int_equal(top_rates_at(&rates, 1), 200);
    assert_int_equal(top_rates_now(&rates), 150);
    top_rates_add(&rates, 11400, 660); /* the same column */
    assert_int_equal(top_rates_at(&rates, 0), 120);
    top_rates_add(&rates, 13000, 20); /* a new cluster */
    assert_int_equal(top_rates_now(&rates), 0);
    top_rates_add(&rates, 13500, 25);
    assert_int_equal(top_rates_now(&rates), 5);
    assert_int_equal(top_rates_peak(&rates), 160);
    top_rates_add(&rates, 13500 + 1000000, 26);
    assert_int_equal(top_rates_peak(&rates), 1);
}

static void check_number(uint64_t value, int width, const char *wanted)
{
    char text[32];
    top_words_number(value, width, text, sizeof(text));
    assert_string_equal(text, wanted);
}

static void check_age(uint64_t ms, int width, const char *wanted)
{
    char text[32];
    top_words_age(ms, width, text, sizeof(text));
    assert_string_equal(text, wanted);
}

static void test_words(void **state)
{
    (void)state;
    check_number(0, 4, "0");
    check_number(9999, 4, "9999");
    check_number(10000, 4, "10k");
    check_number(1234567, 4, "1M");
    check_number(1234567, 7, "1234567");
    check_number(12345678, 7, "12345k");
    check_number(UINT64_MAX, 4, "18E");
    check_number(UINT64_MAX, 7, "18446P");
    check_age(999, 3, "999");
    check_age(1000, 3, "1s");
    check_age(100000, 3, "1m");
    check_age(90061000, 3, "25h");
    check_age(UINT64_MAX, 3, "old");
    char span[32];
    top_words_span(192, span, sizeof(span));
    assert_string_equal(span, "3m12");
    top_words_span(93784, span, sizeof(span));
    assert_string_equal(span, "1d2h");
}

static void expect_faults(raft_id id, const char *wanted)
{
    char text[128];
    top_words_faults(&tf_model.view, tf_node(id), text, sizeof(text));
    assert_string_equal(text, wanted);
}

static void test_faults(void **state)
{
    (void)state;
    tf_begin(4);
    expect_faults(1, "-");
    tf_cut(1, 2, 1);
    tf_model.view.faults.list[2] = (struct raft_fault){.id = 3};
    tf_model.view.faults.list[2].row[2] = 1; /* n3 to n1 only */
    tf_model.view.faults.used |= UINT64_C(1) << 2;
    expect_faults(1, "cut n2 deaf n3");
    expect_faults(2, "cut n1");
    expect_faults(3, "mute n1");
    tf_cut(2, 3, 4);
    tf_cut(2, 4, 5);
    expect_faults(2, "isolated");
    tf_node(4)->process = RAFT_SHM_PROCESS_DOWN;
    tf_node(4)->service.ended = 1;
    expect_faults(4, "cut n2 died");
    tf_node(4)->service.exit_asked = 1;
    tf_node(4)->service.exit_signal = 9;
    expect_faults(4, "cut n2 killed");
    assert_int_equal(top_words_link(&tf_model.view, tf_node(3), tf_node(1)), 'X');
    assert_int_equal(top_words_link(&tf_model.view, tf_node(1), tf_node(3)), '.');
    assert_int_equal(top_words_link(&tf_model.view, tf_node(1), tf_node(1)), '\\');
    assert_int_equal(top_words_link(&tf_model.view, tf_node(2), tf_node(4)), 'x');
}

/* Links that are not cut but bad: what all links of a node have in common, else with whom it has a
 * bad one; and ~ in the matrix. */
static void test_bad_links(void **state)
{
    (void)state;
    tf_begin(4);
    struct raft_fault *faults = tf_model.view.faults.list;
    faults[0] = (struct raft_fault){.id = 1, .link.quality = {200000, 5000, 0, 0, 0, 0}};
    faults[0].row[0] = 0xe; /* n1 to all others */
    faults[1] = (struct raft_fault){.id = 2, .link.quality = {0, 0, 0, 10000, 80500, 20000}};
    faults[1].row[1] = 0x4; /* n2 to n3 */
    tf_model.view.faults.used = 0x3;
    tf_model.view.faults.shaping = 0x3;
    expect_faults(1, "loss 20% dup 0.5%");
    expect_faults(2, "bad n1,n3");
    expect_faults(4, "bad n1");
    faults[1].row[1] = 0xd; /* n2 to all others */
    expect_faults(2, "corrupt 1% lag 80.5~20");
    faults[1].link.quality[RAFT_LINK_DELAY] = 0;
    expect_faults(2, "corrupt 1% lag 0~20");
    tf_cut(3, 4, 3);
    expect_faults(3, "cut n4 bad n1,n2");
    assert_int_equal(top_words_link(&tf_model.view, tf_node(1), tf_node(2)), '~');
    assert_int_equal(top_words_link(&tf_model.view, tf_node(4), tf_node(1)), '.');
    assert_int_equal(top_words_link(&tf_model.view, tf_node(3), tf_node(4)), 'X');
}

static bool is_ordered(const struct top_layout *layout, int height, int nodes)
{
    int last = layout->table_y + layout->table_rows;
    if (layout->table_rows < (nodes < 1 ? 0 : 1) || last > height) {
        return false;
    }
    return layout->events_y < 0 || (layout->events_rows > 0 && layout->events_y >= last - 1 &&
                                    layout->events_y + layout->events_rows <= height);
}

/* Every size and number of nodes has a layout whose panels stay inside. */
static void test_layouts(void **state)
{
    (void)state;
    for (int nodes = 0; nodes <= 63; nodes++) {
        for (int height = 1; height <= 70; height++) {
            static const int widths[] = {1, 10, 59, 60, 79, 80, 139, 140, 300};
            for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
                struct top_layout layout;
                top_layout_make(widths[i], height, (uint32_t)nodes, &layout);
                assert_true(is_ordered(&layout, height, nodes));
            }
        }
    }
    struct top_layout layout;
    top_layout_make(80, 24, 9, &layout);
    assert_false(layout.folded); /* nine still have their lanes, the events gave way */
    assert_int_equal(layout.events_y, -1);
    top_layout_make(80, 24, 10, &layout);
    assert_true(layout.folded);
    assert_true(layout.events_rows > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_roles_are_seen),
        cmocka_unit_test(test_deaths_and_pauses),
        cmocka_unit_test(test_odd_times),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_bad_links),
        cmocka_unit_test(test_layouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
