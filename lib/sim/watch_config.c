/* SPDX-License-Identifier: MIT
 *
 * Configurations as sets: what makes a quorum, and which quorums meet. Worked out from the bytes of
 * CONFIG entries and from the definition of a majority alone, not with the core's own functions.
 */
#include "sim/watch.h"

enum { VOTER = 1, OLD_VOTER = 2, LEARNER = 4, JOINING = 8, MEMBER_BYTES = 5 };

static uint64_t members_of(const struct raft_sim_config *config);
static uint32_t count_members(uint64_t set);
static uint32_t majority(uint64_t half);
static bool halves_intersect(uint64_t a, uint64_t b);
static uint32_t read_u32(const uint8_t *bytes);

bool raft_sim_config_is_quorum(const struct raft_sim_config *config, uint64_t set)
{
    return count_members(set & config->voters) >= majority(config->voters) &&
           (config->old == 0 || count_members(set & config->old) >= majority(config->old));
}

/* A quorum that avoids the set would have to be found outside of it, in every half. */
bool raft_sim_config_is_met(const struct raft_sim_config *config, uint64_t set)
{
    return !raft_sim_config_is_quorum(config, ~set);
}

/* A joint quorum holds a majority of either half: one pair of halves that must meet is enough. */
bool raft_sim_config_intersect(const struct raft_sim_config *a, const struct raft_sim_config *b)
{
    uint64_t of_a[] = {a->voters, a->old != 0 ? a->old : a->voters};
    uint64_t of_b[] = {b->voters, b->old != 0 ? b->old : b->voters};
    return halves_intersect(of_a[0], of_b[0]) || halves_intersect(of_a[0], of_b[1]) ||
           halves_intersect(of_a[1], of_b[0]) || halves_intersect(of_a[1], of_b[1]);
}

bool raft_sim_config_can_go_on(const struct raft_sim_config *config, uint64_t set)
{
    struct raft_sim_config worst = *config;
    worst.voters |= config->joining & ~set;
    return raft_sim_config_is_quorum(&worst, set);
}

/* Whoever has appended one that is not committed yet may be dead by now, but not its messages. */
bool raft_sim_watch_can_go_on(const struct raft_sim_watch *watch, uint64_t set)
{
    const struct raft_sim_config *config =
        raft_sim_watch_config(watch, &watch->committed, UINT64_MAX);
    bool good = raft_sim_config_can_go_on(config, set);
    for (uint32_t i = 0; good && i < watch->configs_count; i++) {
        config = &watch->configs[i];
        good = config->index <= watch->committed.count || raft_sim_config_can_go_on(config, set);
    }
    return good;
}

/* Count u8, then for each member id u32 and flags u8, little-endian. */
bool raft_sim_config_decode(const struct raft_entry *entry, struct raft_sim_config *config)
{
    const uint8_t *bytes = entry->data;
    if (entry->bytes < 1 || entry->bytes != 1 + (uint32_t)bytes[0] * MEMBER_BYTES)
        return false;
    for (uint32_t i = 0; i < bytes[0]; i++) {
        const uint8_t *member = bytes + 1 + i * MEMBER_BYTES;
        uint32_t id = read_u32(member);
        uint8_t flags = member[4];
        if (id < 1 || id > RAFT_SIM_WATCH_NODES_MAX || flags == 0 ||
            (flags & ~(VOTER | OLD_VOTER | LEARNER | JOINING)) != 0)
            return false;
        uint64_t bit = UINT64_C(1) << (id - 1);
        config->voters |= (flags & VOTER) != 0 ? bit : 0;
        config->old |= (flags & OLD_VOTER) != 0 ? bit : 0;
        config->learners |= (flags & (LEARNER | JOINING)) != 0 ? bit : 0;
        config->joining |= (flags & JOINING) != 0 ? bit : 0;
    }
    return true;
}

uint64_t raft_sim_watch_newcomers(const struct raft_sim_watch *watch,
                                  const struct raft_sim_sight *append)
{
    struct raft_sim_config after = {0};
    if (append->entry->type != RAFT_ENTRY_CONFIG || !raft_sim_config_decode(append->entry, &after))
        return 0;
    const struct raft_sim_config *before =
        raft_sim_watch_config(watch, &watch->nodes[append->id - 1]->chain, UINT64_MAX);
    return members_of(&after) & ~members_of(before);
}

static uint64_t members_of(const struct raft_sim_config *config)
{
    return config->voters | config->old | config->learners;
}

static uint32_t count_members(uint64_t set)
{
    uint32_t count = 0;
    for (; set != 0; set &= set - 1)
        count++;
    return count;
}

static uint32_t majority(uint64_t half)
{
    return count_members(half) / 2 + 1;
}

/* Two majorities avoid each other if each can take what the other lacks, and what is left of both
 * still fits side by side into what they share. */
static bool halves_intersect(uint64_t a, uint64_t b)
{
    uint32_t only_a = count_members(a & ~b);
    uint32_t only_b = count_members(b & ~a);
    uint32_t rest_a = majority(a) > only_a ? majority(a) - only_a : 0;
    uint32_t rest_b = majority(b) > only_b ? majority(b) - only_b : 0;
    return rest_a + rest_b > count_members(a & b);
}

static uint32_t read_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}
