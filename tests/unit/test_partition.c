/* SPDX-License-Identifier: MIT
 *
 * J4, F18: every shape of partition as matrix: properties for clusters of 1 to 9 nodes whose slots
 * are not their order of ids, and the exact matrix where the shape has one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "faults/faults.h"

enum { NODES_MAX = 9 };

/* Position p of n lies in slot (5 p + 3) mod 63. */
static uint32_t slot_of(uint32_t position)
{
    return (5 * position + 3) % RAFT_NODES_MAX;
}

static uint64_t bit_of(uint32_t position)
{
    return UINT64_C(1) << slot_of(position);
}

static struct raft_partition_spec make_spec(enum raft_partition kind, uint32_t count)
{
    struct raft_partition_spec spec = {.kind = kind, .slots_count = count};
    for (uint32_t i = 0; i < count; i++) {
        spec.slots[i] = slot_of(i);
    }
    return spec;
}

static bool is_cut(const uint64_t *rows, uint32_t from, uint32_t to)
{
    return ((rows[slot_of(from)] >> slot_of(to)) & 1) != 0;
}

/* Bits by position of the nodes that this one hears, itself included. */
static uint32_t heard_by(const uint64_t *rows, uint32_t count, uint32_t node)
{
    uint32_t heard = 0;
    for (uint32_t from = 0; from < count; from++) {
        heard |= is_cut(rows, from, node) ? 0 : 1U << from;
    }
    return heard;
}

static bool is_symmetric(const uint64_t *rows, uint32_t count)
{
    for (uint32_t a = 0; a < count; a++) {
        for (uint32_t b = 0; b < a; b++) {
            if (is_cut(rows, a, b) != is_cut(rows, b, a)) {
                return false;
            }
        }
    }
    return true;
}

/* No bits for slots that do not exist, none for a node and itself. */
static void check_tidy(const uint64_t *rows, uint32_t count)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < count; i++) {
        all |= bit_of(i);
    }
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        uint64_t self = UINT64_C(1) << slot;
        assert_int_equal(rows[slot] & ~((all & self) != 0 ? all & ~self : 0), 0);
    }
}

/* Rows of a spec that must be fine. */
static void make_rows(const struct raft_partition_spec *spec, uint64_t *rows)
{
    char message[160] = "";
    assert_int_equal(raft_partition_rows(spec, rows, message, sizeof message), RAFT_OK);
    assert_string_equal(message, "");
    check_tidy(rows, spec->slots_count);
}

static void check_refused(const struct raft_partition_spec *spec, const char *sentence)
{
    uint64_t rows[RAFT_NODES_MAX];
    char message[160] = "";
    assert_int_equal(raft_partition_rows(spec, rows, message, sizeof message), RAFT_INVALID);
    assert_string_equal(message, sentence);
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        assert_int_equal(rows[slot], 0);
    }
}

static void test_names_parse_back(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < RAFT_PARTITION_COUNT; i++) {
        enum raft_partition kind = RAFT_PARTITION_COUNT;
        assert_true(raft_partition_parse(raft_partition_name((enum raft_partition)i), &kind));
        assert_int_equal(kind, i);
    }
    enum raft_partition kind;
    assert_false(raft_partition_parse("thirds", &kind));
    assert_string_equal(raft_partition_name(RAFT_PARTITION_COUNT), "unknown");
}

static void test_halves(void **state)
{
    (void)state;
    for (uint32_t count = 2; count <= NODES_MAX; count++) {
        struct raft_partition_spec spec = make_spec(RAFT_PARTITION_HALVES, count);
        uint64_t rows[RAFT_NODES_MAX];
        make_rows(&spec, rows);
        for (uint32_t a = 0; a < count; a++) {
            for (uint32_t b = 0; b < count; b++) {
                assert_int_equal(is_cut(rows, a, b), (a < count / 2) != (b < count / 2));
            }
        }
    }
}

static void test_random_is_halves_shuffled_by_the_seed(void **state)
{
    (void)state;
    for (uint32_t count = 2; count <= NODES_MAX; count++) {
        uint32_t different = 0;
        uint32_t first = 0;
        for (uint64_t seed = 1; seed <= 16; seed++) {
            struct raft_random random;
            uint64_t rows[RAFT_NODES_MAX];
            struct raft_partition_spec spec = make_spec(RAFT_PARTITION_RANDOM, count);
            spec.random = &random;
            raft_random_seed(&random, seed);
            make_rows(&spec, rows);
            assert_true(is_symmetric(rows, count));
            uint32_t side = heard_by(rows, count, 0);
            uint32_t size = (uint32_t)__builtin_popcount(side);
            assert_true(size == count / 2 || size == count - count / 2);
            for (uint32_t node = 0; node < count; node++) {
                uint32_t all = (1U << count) - 1;
                bool same = ((side >> node) & 1) != 0;
                assert_int_equal(heard_by(rows, count, node), same ? side : all & ~side);
            }
            first = seed == 1 ? side : first;
            different += side != first;
        }
        assert_true(count == 2 || different > 0);
    }
}

static void test_isolate_leaves_each_target_alone(void **state)
{
    (void)state;
    for (uint32_t count = 2; count <= NODES_MAX; count++) {
        struct raft_partition_spec spec = make_spec(RAFT_PARTITION_ISOLATE, count);
        spec.groups[0] = bit_of(0) | bit_of(1);
        spec.groups_count = 1;
        uint64_t rows[RAFT_NODES_MAX];
        make_rows(&spec, rows);
        assert_true(is_symmetric(rows, count));
        assert_int_equal(heard_by(rows, count, 0), 1);
        assert_int_equal(heard_by(rows, count, 1), 2);
        for (uint32_t node = 2; node < count; node++) {
            assert_int_equal(heard_by(rows, count, node), ((1U << count) - 1) & ~3U);
        }
    }
}

static void test_groups_and_the_unnamed(void **state)
{
    (void)state;
    struct raft_partition_spec spec = make_spec(RAFT_PARTITION_GROUPS, 7);
    spec.groups[0] = bit_of(0) | bit_of(4);
    spec.groups[1] = bit_of(1);
    spec.groups_count = 2;
    uint64_t rows[RAFT_NODES_MAX];
    make_rows(&spec, rows);
    static const uint32_t heard[7] = {0x11, 0x02, 0x6c, 0x6c, 0x11, 0x6c, 0x6c};
    for (uint32_t node = 0; node < 7; node++) {
        assert_int_equal(heard_by(rows, 7, node), heard[node]);
    }
}

static void test_cut_and_one_way(void **state)
{
    (void)state;
    struct raft_partition_spec spec = make_spec(RAFT_PARTITION_CUT, 4);
    spec.groups[0] = bit_of(0) | bit_of(2);
    spec.groups[1] = bit_of(3);
    spec.groups_count = 2;
    uint64_t rows[RAFT_NODES_MAX];
    make_rows(&spec, rows);
    static const uint32_t both[4] = {0x7, 0xf, 0x7, 0xa};
    for (uint32_t node = 0; node < 4; node++) {
        assert_int_equal(heard_by(rows, 4, node), both[node]);
    }
    spec.kind = RAFT_PARTITION_ONE_WAY;
    make_rows(&spec, rows);
    static const uint32_t one[4] = {0xf, 0xf, 0xf, 0xa};
    for (uint32_t node = 0; node < 4; node++) {
        assert_int_equal(heard_by(rows, 4, node), one[node]);
    }
}

static void test_bridge_joins_two_halves(void **state)
{
    (void)state;
    for (uint32_t count = 3; count <= NODES_MAX; count++) {
        for (uint32_t bridge = 0; bridge <= count; bridge++) {
            struct raft_partition_spec spec = make_spec(RAFT_PARTITION_BRIDGE, count);
            bool named = bridge < count;
            spec.groups[0] = named ? bit_of(bridge) : 0;
            spec.groups_count = named ? 1 : 0;
            uint64_t rows[RAFT_NODES_MAX];
            make_rows(&spec, rows);
            uint32_t centre = named ? bridge : count / 2;
            uint32_t all = (1U << count) - 1;
            assert_true(is_symmetric(rows, count));
            assert_int_equal(heard_by(rows, count, centre), all);
            uint32_t lower = heard_by(rows, count, centre == 0 ? 1 : 0) & ~(1U << centre);
            assert_int_equal(__builtin_popcount(lower), (count - 1) / 2);
            for (uint32_t node = 0; node < count; node++) {
                uint32_t side = ((lower >> node) & 1) != 0 ? lower : all & ~lower;
                uint32_t wanted = node == centre ? all : side | (1U << centre);
                assert_int_equal(heard_by(rows, count, node), wanted);
            }
        }
    }
}

static void test_ring_and_chain(void **state)
{
    (void)state;
    for (uint32_t count = 4; count <= NODES_MAX; count++) {
        struct raft_partition_spec spec = make_spec(RAFT_PARTITION_RING, count);
        uint64_t ring[RAFT_NODES_MAX];
        uint64_t chain[RAFT_NODES_MAX];
        make_rows(&spec, ring);
        spec.kind = RAFT_PARTITION_CHAIN;
        make_rows(&spec, chain);
        for (uint32_t a = 0; a < count; a++) {
            for (uint32_t b = 0; b < count; b++) {
                uint32_t apart = a > b ? a - b : b - a;
                assert_int_equal(is_cut(ring, a, b), apart > 1 && apart != count - 1);
                assert_int_equal(is_cut(chain, a, b), apart > 1);
            }
        }
    }
}

/* Jepsen: every node sees a majority, no two nodes the same one. */
static void test_majority_ring(void **state)
{
    (void)state;
    for (uint32_t count = 3; count <= NODES_MAX; count++) {
        struct raft_partition_spec spec = make_spec(RAFT_PARTITION_MAJORITY_RING, count);
        uint64_t rows[RAFT_NODES_MAX];
        make_rows(&spec, rows);
        assert_int_equal(is_symmetric(rows, count), count != 3);
        for (uint32_t a = 0; a < count; a++) {
            uint32_t seen = (uint32_t)__builtin_popcount(heard_by(rows, count, a));
            assert_int_equal(seen, count / 2 + 1 + (count == 7 ? 1 : 0));
            for (uint32_t b = 0; b < a; b++) {
                assert_int_not_equal(heard_by(rows, count, a), heard_by(rows, count, b));
            }
        }
    }
}

static void test_majority_ring_of_three_and_five_exactly(void **state)
{
    (void)state;
    static const uint32_t three[3] = {0x5, 0x3, 0x6};
    static const uint32_t five[5] = {0x13, 0x07, 0x0e, 0x1c, 0x19};
    uint64_t rows[RAFT_NODES_MAX];
    struct raft_partition_spec spec = make_spec(RAFT_PARTITION_MAJORITY_RING, 3);
    make_rows(&spec, rows);
    for (uint32_t node = 0; node < 3; node++) {
        assert_int_equal(heard_by(rows, 3, node), three[node]);
    }
    spec = make_spec(RAFT_PARTITION_MAJORITY_RING, 5);
    make_rows(&spec, rows);
    for (uint32_t node = 0; node < 5; node++) {
        assert_int_equal(heard_by(rows, 5, node), five[node]);
    }
}

static void check_star(uint32_t count, uint32_t hub)
{
    struct raft_partition_spec spec = make_spec(RAFT_PARTITION_STAR, count);
    spec.groups[0] = bit_of(hub);
    spec.groups_count = 1;
    uint64_t rows[RAFT_NODES_MAX];
    make_rows(&spec, rows);
    for (uint32_t a = 0; a < count; a++) {
        for (uint32_t b = 0; b < count; b++) {
            assert_int_equal(is_cut(rows, a, b), a != b && a != hub && b != hub);
        }
    }
}

static void test_star(void **state)
{
    (void)state;
    for (uint32_t count = 3; count <= NODES_MAX; count++) {
        for (uint32_t hub = 0; hub < count; hub++) {
            check_star(count, hub);
        }
    }
}

static void test_shapes_that_cut_nothing_are_refused(void **state)
{
    (void)state;
    static const uint32_t smallest[RAFT_PARTITION_COUNT] = {
        [RAFT_PARTITION_HALVES] = 2, [RAFT_PARTITION_RANDOM] = 2,
        [RAFT_PARTITION_BRIDGE] = 3, [RAFT_PARTITION_RING] = 4,
        [RAFT_PARTITION_STAR] = 3,   [RAFT_PARTITION_MAJORITY_RING] = 3,
        [RAFT_PARTITION_CHAIN] = 3,  [RAFT_PARTITION_ISOLATE] = 2,
    };
    for (uint32_t kind = 0; kind < RAFT_PARTITION_COUNT; kind++) {
        for (uint32_t count = 1; count < smallest[kind]; count++) {
            struct raft_random random;
            raft_random_seed(&random, 1);
            struct raft_partition_spec spec = make_spec((enum raft_partition)kind, count);
            spec.random = &random;
            spec.groups[0] = bit_of(0);
            spec.groups_count = 1;
            uint64_t rows[RAFT_NODES_MAX];
            char message[160] = "";
            assert_int_equal(raft_partition_rows(&spec, rows, message, sizeof message),
                             RAFT_INVALID);
            assert_non_null(strstr(message, "it would cut no link between the "));
        }
    }
}

static void test_wrong_arguments_are_refused_in_words(void **state)
{
    (void)state;
    struct raft_partition_spec spec = make_spec(RAFT_PARTITION_ISOLATE, 5);
    check_refused(&spec, "partition isolate: name at least one node to isolate");
    spec = make_spec(RAFT_PARTITION_GROUPS, 5);
    check_refused(&spec, "partition groups: name at least one group, as in: groups 1,2 3,4,5");
    spec.groups_count = 2;
    spec.groups[0] = bit_of(0);
    check_refused(&spec, "partition groups: group 2 is empty");
    spec.groups[1] = bit_of(0) | bit_of(1);
    check_refused(&spec, "partition groups: a node is named in two groups");
    spec.groups[1] = bit_of(6);
    check_refused(&spec, "partition groups: a named node is not in this cluster");
    spec = make_spec(RAFT_PARTITION_CUT, 5);
    check_refused(&spec, "partition cut: it wants two sides, as in: cut n1-n2");
    spec.kind = RAFT_PARTITION_ONE_WAY;
    check_refused(&spec, "partition one-way: it wants two sides, as in: one-way n1>n2");
    spec.groups[0] = spec.groups[1] = bit_of(2);
    spec.groups_count = 2;
    check_refused(&spec, "partition one-way: a node stands on both sides");
    spec = make_spec(RAFT_PARTITION_STAR, 5);
    check_refused(&spec, "partition star: name the one node that is the hub");
    spec.groups[0] = bit_of(0) | bit_of(1);
    spec.groups_count = 1;
    check_refused(&spec, "partition star: name the one node that is the hub");
    spec.kind = RAFT_PARTITION_BRIDGE;
    check_refused(&spec, "partition bridge: only one node can be the bridge");
    spec = make_spec(RAFT_PARTITION_HALVES, 1);
    check_refused(&spec,
                  "partition halves: it would cut no link between the 1 node of this cluster");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_parse_back),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_random_is_halves_shuffled_by_the_seed),
        cmocka_unit_test(test_isolate_leaves_each_target_alone),
        cmocka_unit_test(test_groups_and_the_unnamed),
        cmocka_unit_test(test_cut_and_one_way),
        cmocka_unit_test(test_bridge_joins_two_halves),
        cmocka_unit_test(test_ring_and_chain),
        cmocka_unit_test(test_majority_ring),
        cmocka_unit_test(test_majority_ring_of_three_and_five_exactly),
        cmocka_unit_test(test_star),
        cmocka_unit_test(test_shapes_that_cut_nothing_are_refused),
        cmocka_unit_test(test_wrong_arguments_are_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
