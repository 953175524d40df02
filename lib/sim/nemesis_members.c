/* SPDX-License-Identifier: MIT
 *
 * Acts of the nemesis on who belongs to the cluster: it asks the leader for any change at any time,
 * one member or many at once, with processes that come new under ids that were never used before.
 */
#include "sim/nemesis.h"

enum { DEAD_FIRST_ODDS = 4 };

/* What becomes of the members. */
enum act { ADD_JOINING, ADD_LEARNER, PROMOTE, DEMOTE, REMOVE, REPLACE, SHUFFLE, ACTS };

static void change(struct raft_sim *sim, enum act act, struct raft_config *target);
static raft_id draw_voter(struct raft_sim *sim, enum act act, const struct raft_config *config);
static raft_id draw_member(struct raft_sim *sim, const struct raft_config *config, uint32_t flags);
static raft_id bear(struct raft_sim *sim);
static void shuffle(struct raft_sim *sim, struct raft_config *target);
static void drop_old_half(struct raft_config *config);

static uint32_t member_stream(void)
{
    return raft_sim_nemesis_stream(RAFT_SIM_FAULT_MEMBER);
}

void raft_sim_nemesis_member(struct raft_sim *sim)
{
    struct raft_node_status status;
    raft_id leader = raft_sim_leader(sim);
    enum act act = (enum act)raft_sim_below(sim, member_stream(), ACTS);
    if (leader == 0 || raft_sim_awake(sim, leader) == NULL)
        return;
    raft_node_status(raft_sim_node(sim, leader), &status);
    struct raft_config target = status.core.config;
    drop_old_half(&target);
    change(sim, act, &target);
    if (!raft_config_equals(&target, &status.core.config))
        raft_sim_nemesis_ask(sim, leader, &target);
}

void raft_sim_nemesis_ask(struct raft_sim *sim, raft_id leader, const struct raft_config *target)
{
    struct raft_sim_config config = {0};
    if (!raft_config_is_valid(target))
        return;
    for (uint32_t i = 0; i < target->count; i++) {
        uint64_t bit = UINT64_C(1) << (target->members[i].id - 1) % RAFT_SIM_WATCH_NODES_MAX;
        config.voters |= (target->members[i].flags & RAFT_MEMBER_VOTER) != 0 ? bit : 0;
        config.joining |= (target->members[i].flags & RAFT_MEMBER_JOINING) != 0 ? bit : 0;
    }
    if (raft_sim_config_can_go_on(&config, ~raft_sim_gone(sim)))
        raft_sim_change(sim, leader, target);
}

static void change(struct raft_sim *sim, enum act act, struct raft_config *target)
{
    uint32_t voters = raft_config_count(target, RAFT_MEMBER_VOTER);
    raft_id voter = draw_voter(sim, act, target);
    raft_id learner = draw_member(sim, target, RAFT_MEMBER_LEARNER);
    raft_id born = act <= ADD_LEARNER || act == REPLACE ? bear(sim) : 0;
    switch (act) {
    case ADD_JOINING:
    case REPLACE:
        if (born != 0)
            (void)raft_config_set(target, born, RAFT_MEMBER_LEARNER | RAFT_MEMBER_JOINING);
        if (born != 0 && act == REPLACE && voters > 1)
            (void)raft_config_set(target, voter, 0);
        break;
    case ADD_LEARNER:
        if (born != 0)
            (void)raft_config_set(target, born, RAFT_MEMBER_LEARNER);
        break;
    case PROMOTE:
        if (learner != 0)
            (void)raft_config_set(target, learner, RAFT_MEMBER_VOTER);
        break;
    case DEMOTE:
        if (voters > 1)
            (void)raft_config_set(target, voter, RAFT_MEMBER_LEARNER);
        break;
    case REMOVE:
        if (voters > 1)
            (void)raft_config_set(target, voter, 0);
        break;
    case SHUFFLE:
    case ACTS:
        shuffle(sim, target);
        break;
    }
}

/* Who goes is one whose disk is lost, as a rule, if there is such a voter. */
static raft_id draw_voter(struct raft_sim *sim, enum act act, const struct raft_config *config)
{
    uint64_t gone = raft_sim_gone(sim);
    raft_id any = draw_member(sim, config, RAFT_MEMBER_VOTER);
    if (gone == 0 || act == DEMOTE || raft_sim_below(sim, member_stream(), DEAD_FIRST_ODDS) == 0)
        return any;
    for (uint32_t i = 0; i < config->count; i++) {
        raft_id id = config->members[i].id;
        if ((config->members[i].flags & RAFT_MEMBER_VOTER) != 0 && (gone >> (id - 1) & 1) != 0)
            return id;
    }
    return any;
}

/* Any member with one of these flags, 0 if there is none. */
static raft_id draw_member(struct raft_sim *sim, const struct raft_config *config, uint32_t flags)
{
    uint32_t count = raft_config_count(config, flags);
    uint64_t nth = raft_sim_below(sim, member_stream(), count);
    for (uint32_t i = 0; i < config->count; i++) {
        if ((config->members[i].flags & flags) != 0 && nth-- == 0)
            return config->members[i].id;
    }
    return 0;
}

/* A process under the next id; 0 when there is none left. */
static raft_id bear(struct raft_sim *sim)
{
    if (sim->born >= sim->options.nodes)
        return 0;
    raft_sim_start(sim, sim->born + 1);
    return sim->born;
}

/* Every member becomes something else, or goes: many voters change at once. */
static void shuffle(struct raft_sim *sim, struct raft_config *target)
{
    struct raft_config former = *target;
    for (uint32_t i = 0; i < former.count; i++) {
        static const uint32_t flags[] = {RAFT_MEMBER_VOTER, RAFT_MEMBER_VOTER, RAFT_MEMBER_LEARNER,
                                         RAFT_MEMBER_LEARNER | RAFT_MEMBER_JOINING};
        uint64_t kind = raft_sim_below(sim, member_stream(), sizeof flags / sizeof flags[0]);
        (void)raft_config_set(target, former.members[i].id, flags[kind]);
    }
}

/* What is asked for has no outgoing half. */
static void drop_old_half(struct raft_config *config)
{
    struct raft_config former = *config;
    for (uint32_t i = 0; i < former.count; i++)
        (void)raft_config_set(config, former.members[i].id,
                              former.members[i].flags & ~(uint32_t)RAFT_MEMBER_OLD_VOTER);
}

uint64_t raft_sim_members(struct raft_sim *sim)
{
    struct raft_node_status status;
    uint64_t members = 0;
    raft_id leader = raft_sim_leader(sim);
    if (leader == 0)
        return 0;
    raft_node_status(raft_sim_node(sim, leader), &status);
    for (uint32_t i = 0; i < status.core.config.count; i++)
        members |= UINT64_C(1) << (status.core.config.members[i].id - 1);
    return members;
}
