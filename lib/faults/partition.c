/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "faults/faults.h"

/* One partition under construction; positions 0..count-1 are the nodes in order of their ids. */
struct plan {
    const struct raft_partition_spec *spec;
    uint64_t all; /* slots that exist */
    uint64_t *rows;
    char *message;
    size_t message_bytes;
};

typedef enum raft_error (*shape_function)(struct plan *plan);

static enum raft_error refuse(struct plan *plan, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static enum raft_error shape_halves(struct plan *plan);
static enum raft_error shape_random(struct plan *plan);
static enum raft_error shape_isolate(struct plan *plan);
static enum raft_error shape_groups(struct plan *plan);
static enum raft_error shape_cut(struct plan *plan);
static enum raft_error shape_one_way(struct plan *plan);
static enum raft_error shape_bridge(struct plan *plan);
static enum raft_error shape_ring(struct plan *plan);
static enum raft_error shape_majority_ring(struct plan *plan);
static enum raft_error shape_star(struct plan *plan);
static enum raft_error shape_chain(struct plan *plan);

static const char *const names[] = {
#define X(name, text) [RAFT_PARTITION_##name] = text,
    RAFT_PARTITIONS(X)
#undef X
};

static const shape_function shapes[] = {
    [RAFT_PARTITION_HALVES] = shape_halves,
    [RAFT_PARTITION_RANDOM] = shape_random,
    [RAFT_PARTITION_ISOLATE] = shape_isolate,
    [RAFT_PARTITION_GROUPS] = shape_groups,
    [RAFT_PARTITION_CUT] = shape_cut,
    [RAFT_PARTITION_ONE_WAY] = shape_one_way,
    [RAFT_PARTITION_BRIDGE] = shape_bridge,
    [RAFT_PARTITION_RING] = shape_ring,
    [RAFT_PARTITION_MAJORITY_RING] = shape_majority_ring,
    [RAFT_PARTITION_STAR] = shape_star,
    [RAFT_PARTITION_CHAIN] = shape_chain,
};
_Static_assert(sizeof shapes / sizeof shapes[0] == RAFT_PARTITION_COUNT, "a kind has no shape");

const char *raft_partition_name(enum raft_partition kind)
{
    return (uint32_t)kind < RAFT_PARTITION_COUNT ? names[kind] : "unknown";
}

bool raft_partition_parse(const char *text, enum raft_partition *kind)
{
    for (uint32_t i = 0; i < RAFT_PARTITION_COUNT; i++) {
        if (strcmp(text, names[i]) == 0) {
            *kind = (enum raft_partition)i;
            return true;
        }
    }
    return false;
}

/* Forgets bits that no shape may set, and says whether anything is left. */
static bool tidy_rows(struct plan *plan)
{
    bool any = false;
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        bool exists = ((plan->all >> slot) & 1) != 0;
        plan->rows[slot] &= exists ? plan->all & ~(UINT64_C(1) << slot) : 0;
        any = any || plan->rows[slot] != 0;
    }
    return any;
}

enum raft_error raft_partition_rows(const struct raft_partition_spec *spec,
                                    uint64_t rows[RAFT_NODES_MAX], char *message,
                                    size_t message_bytes)
{
    ASSERT((uint32_t)spec->kind < RAFT_PARTITION_COUNT);
    ASSERT(spec->slots_count <= RAFT_NODES_MAX && spec->groups_count <= RAFT_NODES_MAX);
    struct plan plan = {
        .spec = spec, .rows = rows, .message = message, .message_bytes = message_bytes};
    memset(rows, 0, RAFT_NODES_MAX * sizeof rows[0]);
    for (uint32_t i = 0; i < spec->slots_count; i++) {
        ASSERT(spec->slots[i] < RAFT_NODES_MAX);
        plan.all |= UINT64_C(1) << spec->slots[i];
    }
    for (uint32_t i = 0; i < spec->groups_count; i++) {
        if ((spec->groups[i] & ~plan.all) != 0) {
            return refuse(&plan, "a named node is not in this cluster");
        }
    }
    enum raft_error error = shapes[spec->kind](&plan);
    if (error == RAFT_OK && !tidy_rows(&plan)) {
        error = refuse(&plan, "it would cut no link between the %u node%s of this cluster",
                       spec->slots_count, spec->slots_count == 1 ? "" : "s");
    }
    return error;
}

static enum raft_error refuse(struct plan *plan, const char *format, ...)
{
    char why[160];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(why, sizeof why, format, list); /* a cut sentence is still one */
    va_end(list);
    if (plan->message_bytes != 0) {
        (void)snprintf(plan->message, plan->message_bytes, "partition %s: %s",
                       names[plan->spec->kind], why);
    }
    memset(plan->rows, 0, RAFT_NODES_MAX * sizeof plan->rows[0]);
    return RAFT_INVALID;
}

static uint64_t bit_at(const struct plan *plan, uint32_t position)
{
    return UINT64_C(1) << plan->spec->slots[position];
}

static uint32_t count_bits(uint64_t mask)
{
    return (uint32_t)__builtin_popcountll(mask);
}

/* Messages from every slot in senders to every slot in receivers are lost. */
static void cut_one_way(struct plan *plan, uint64_t senders, uint64_t receivers)
{
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        if (((senders >> slot) & 1) != 0) {
            plan->rows[slot] |= receivers;
        }
    }
}

static void cut_both(struct plan *plan, uint64_t a, uint64_t b)
{
    cut_one_way(plan, a, b);
    cut_one_way(plan, b, a);
}

/* The node at this position hears only those in sees (itself never counts as cut). */
static void hear_only(struct plan *plan, uint32_t position, uint64_t sees)
{
    cut_one_way(plan, plan->all & ~sees, bit_at(plan, position));
}

/* The node `distance` steps further round the circle. */
static uint64_t bit_around(const struct plan *plan, uint32_t position, uint32_t distance)
{
    return bit_at(plan, (position + distance) % plan->spec->slots_count);
}

/* Itself and `reach` nodes on each side round the circle. */
static uint64_t mask_around(const struct plan *plan, uint32_t position, uint32_t reach)
{
    uint32_t count = plan->spec->slots_count;
    uint64_t mask = bit_at(plan, position);
    for (uint32_t distance = 1; distance <= reach; distance++) {
        mask |= bit_around(plan, position, distance % count);
        mask |= bit_around(plan, position, count - distance % count);
    }
    return mask;
}

static uint64_t mask_first(const struct plan *plan, const uint32_t *order, uint32_t count)
{
    uint64_t mask = 0;
    for (uint32_t i = 0; i < count; i++) {
        mask |= bit_at(plan, order[i]);
    }
    return mask;
}

static void order_plainly(const struct plan *plan, uint32_t order[RAFT_NODES_MAX])
{
    for (uint32_t i = 0; i < plan->spec->slots_count; i++) {
        order[i] = i;
    }
}

static enum raft_error shape_halves(struct plan *plan)
{
    uint32_t order[RAFT_NODES_MAX];
    order_plainly(plan, order);
    uint64_t half = mask_first(plan, order, plan->spec->slots_count / 2);
    cut_both(plan, half, plan->all & ~half);
    return RAFT_OK;
}

static enum raft_error shape_random(struct plan *plan)
{
    ASSERT(plan->spec->random != NULL);
    uint32_t order[RAFT_NODES_MAX];
    order_plainly(plan, order);
    for (uint32_t left = plan->spec->slots_count; left > 1; left--) {
        uint32_t i = (uint32_t)raft_random_below(plan->spec->random, left);
        uint32_t taken = order[i];
        order[i] = order[left - 1];
        order[left - 1] = taken;
    }
    uint64_t half = mask_first(plan, order, plan->spec->slots_count / 2);
    cut_both(plan, half, plan->all & ~half);
    return RAFT_OK;
}

static enum raft_error shape_isolate(struct plan *plan)
{
    const struct raft_partition_spec *spec = plan->spec;
    if (spec->groups_count == 0 || spec->groups[0] == 0) {
        return refuse(plan, "name at least one node to isolate");
    }
    cut_both(plan, spec->groups[0], plan->all);
    return RAFT_OK;
}

static enum raft_error shape_groups(struct plan *plan)
{
    const struct raft_partition_spec *spec = plan->spec;
    uint64_t named = 0;
    if (spec->groups_count == 0) {
        return refuse(plan, "name at least one group, as in: groups 1,2 3,4,5");
    }
    for (uint32_t i = 0; i < spec->groups_count; i++) {
        if (spec->groups[i] == 0) {
            return refuse(plan, "group %u is empty", i + 1);
        }
        if ((spec->groups[i] & named) != 0) {
            return refuse(plan, "a node is named in two groups");
        }
        named |= spec->groups[i];
        cut_both(plan, spec->groups[i], plan->all & ~spec->groups[i]);
    }
    return RAFT_OK;
}

static enum raft_error check_two_sides(struct plan *plan)
{
    const struct raft_partition_spec *spec = plan->spec;
    if (spec->groups_count != 2 || spec->groups[0] == 0 || spec->groups[1] == 0) {
        return refuse(plan, "it wants two sides, as in: %s",
                      spec->kind == RAFT_PARTITION_CUT ? "cut n1-n2" : "one-way n1>n2");
    }
    if ((spec->groups[0] & spec->groups[1]) != 0) {
        return refuse(plan, "a node stands on both sides");
    }
    return RAFT_OK;
}

static enum raft_error shape_cut(struct plan *plan)
{
    enum raft_error error = check_two_sides(plan);
    if (error == RAFT_OK) {
        cut_both(plan, plan->spec->groups[0], plan->spec->groups[1]);
    }
    return error;
}

static enum raft_error shape_one_way(struct plan *plan)
{
    enum raft_error error = check_two_sides(plan);
    if (error == RAFT_OK) {
        cut_one_way(plan, plan->spec->groups[0], plan->spec->groups[1]);
    }
    return error;
}

/* Without a target the bridge is the node in the middle, so that the halves differ least. */
static enum raft_error shape_bridge(struct plan *plan)
{
    const struct raft_partition_spec *spec = plan->spec;
    uint64_t bridge = spec->groups_count == 0 ? 0 : spec->groups[0];
    if (count_bits(bridge) > 1) {
        return refuse(plan, "only one node can be the bridge");
    }
    if (bridge == 0 && spec->slots_count > 0) {
        bridge = bit_at(plan, spec->slots_count / 2);
    }
    uint64_t half = 0;
    for (uint32_t i = 0; i < spec->slots_count; i++) {
        uint64_t bit = bit_at(plan, i);
        if (bit != bridge && count_bits(half) < (spec->slots_count - 1) / 2) {
            half |= bit;
        }
    }
    cut_both(plan, half, plan->all & ~half & ~bridge);
    return RAFT_OK;
}

static enum raft_error shape_ring(struct plan *plan)
{
    for (uint32_t i = 0; i < plan->spec->slots_count; i++) {
        hear_only(plan, i, mask_around(plan, i, 1));
    }
    return RAFT_OK;
}

/* Each node hears itself and m - 1 others, m a bare majority. Links are symmetric where a regular
 * graph of that degree exists (Jepsen's majorities-ring is exactly this for 5 nodes); of 3 nodes
 * each hears only the one before it, and other counts 4k + 3 take one neighbour more. */
static enum raft_error shape_majority_ring(struct plan *plan)
{
    uint32_t count = plan->spec->slots_count;
    uint32_t others = count / 2; /* m - 1 */
    for (uint32_t i = 0; i < count; i++) {
        uint64_t sees = mask_around(plan, i, others / 2);
        if (others % 2 == 1 && count == 3) {
            sees |= bit_around(plan, i, count - 1);
        } else if (others % 2 == 1 && count % 2 == 0) {
            sees |= bit_around(plan, i, count / 2);
        } else if (others % 2 == 1) {
            sees |= mask_around(plan, i, others / 2 + 1);
        }
        hear_only(plan, i, sees);
    }
    return RAFT_OK;
}

static enum raft_error shape_star(struct plan *plan)
{
    const struct raft_partition_spec *spec = plan->spec;
    if (spec->groups_count == 0 || count_bits(spec->groups[0]) != 1) {
        return refuse(plan, "name the one node that is the hub");
    }
    uint64_t leaves = plan->all & ~spec->groups[0];
    cut_both(plan, leaves, leaves);
    return RAFT_OK;
}

static enum raft_error shape_chain(struct plan *plan)
{
    uint32_t count = plan->spec->slots_count;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t sees = bit_at(plan, i);
        sees |= i > 0 ? bit_at(plan, i - 1) : 0;
        sees |= i + 1 < count ? bit_at(plan, i + 1) : 0;
        hear_only(plan, i, sees);
    }
    return RAFT_OK;
}
