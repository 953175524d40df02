/* SPDX-License-Identifier: MIT */
#include "raft/members.h"

#include "raft/state.h"

enum { ANY_VOTER = RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER };

static void tell_change(struct raft *r, enum raft_trace_code code);
static void tell_config(struct raft *r);
static void fit_timer(struct raft *r);

bool raft_ids_has(const struct raft_ids *set, raft_id id)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->ids[i] == id) {
            return true;
        }
    }
    return false;
}

void raft_ids_add(struct raft_ids *set, raft_id id)
{
    if (set->count < RAFT_NODES_MAX && !raft_ids_has(set, id)) {
        set->ids[set->count++] = id;
    }
}

void raft_members_load(struct raft *r, const struct raft_event *start)
{
    struct raft_configs *configs = &r->configs;

    ASSERT(start->start.config->count == 0 || raft_config_is_valid(start->start.config));
    configs->count = 1;
    *raft_members_at(r, 0) =
        (struct raft_config_at){start->start.config_index, *start->start.config};
    for (uint32_t i = 0; i < start->start.configs_count; i++) {
        const struct raft_config_at *found = &start->start.configs[i];

        ASSERT(found->index > raft_members_index(r) && found->index <= start->start.last);
        ASSERT(raft_config_is_valid(&found->config));
        if (found->index <= start->start.commit) {
            configs->count = 0;
        }
        ASSERT(configs->count < configs->max);
        *raft_members_at(r, configs->count++) = *found;
    }
    tell_config(r);
}

struct raft_config_at *raft_members_at(const struct raft *r, uint32_t place)
{
    uint32_t at = r->configs.head + place; /* Asked all the time: no division. */

    return &r->configs.ring[at < r->configs.max ? at : at - r->configs.max];
}

void raft_members_install(struct raft *r, raft_index index, const struct raft_config *config,
                          bool keep_suffix)
{
    struct raft_configs *configs = &r->configs;
    raft_index former = raft_members_index(r);

    ASSERT(raft_config_is_valid(config) && index <= r->snapshot.index);
    while (configs->count > 0 &&
           (!keep_suffix || raft_members_at(r, 0)->index <= r->snapshot.index)) {
        configs->head = (configs->head + 1) % configs->max;
        configs->count--;
    }
    ASSERT(configs->count < configs->max); /* The first one was committed, so it has gone. */
    configs->head = (configs->head + configs->max - 1) % configs->max;
    configs->count++;
    *raft_members_at(r, 0) = (struct raft_config_at){index, *config};
    if (raft_members_index(r) != former) {
        tell_change(r, RAFT_TRACE_CONFIG_ADOPTED);
    } else { /* Committed now, which may be the end of who was removed by it. */
        tell_config(r);
        fit_timer(r);
    }
}

const struct raft_config *raft_members(const struct raft *r)
{
    return &raft_members_at(r, r->configs.count - 1)->config;
}

raft_index raft_members_index(const struct raft *r)
{
    return raft_members_at(r, r->configs.count - 1)->index;
}

bool raft_members_is_settled(const struct raft *r)
{
    return r->configs.count == 1;
}

/* Raft thesis 4.2.2: "a server that is not part of its own latest configuration should still start
 * new elections, as it might still be needed until the Cnew entry is committed (as in Figure 4.6).
 * It does not count its own vote in elections unless it is part of its latest configuration." One
 * that votes in no configuration that it knows is needed only where somebody counts on its vote and
 * may not have it. */
bool raft_members_may_campaign(const struct raft *r)
{
    if (r->asked) {
        return true;
    }
    for (uint32_t i = 0; i < r->configs.count; i++) {
        if ((raft_config_flags(&raft_members_at(r, i)->config, r->options.id) & ANY_VOTER) != 0) {
            return true;
        }
    }
    return false;
}

bool raft_members_has_room(const struct raft *r)
{
    return r->configs.count < r->configs.max;
}

void raft_members_append(struct raft *r, raft_index index, const struct raft_config *config)
{
    ASSERT(raft_members_has_room(r) && index > raft_members_index(r));
    *raft_members_at(r, r->configs.count++) = (struct raft_config_at){index, *config};
    tell_change(r, RAFT_TRACE_CONFIG_ADOPTED);
}

void raft_members_truncate(struct raft *r, raft_index first)
{
    uint32_t count = r->configs.count;

    ASSERT(raft_members_at(r, 0)->index < first);
    while (raft_members_index(r) >= first) {
        r->configs.count--;
    }
    if (r->configs.count < count) {
        tell_change(r, RAFT_TRACE_CONFIG_DROPPED);
    }
}

void raft_members_committed(struct raft *r)
{
    struct raft_configs *configs = &r->configs;
    uint32_t drop = 0;

    while (drop + 1 < configs->count && raft_members_at(r, drop + 1)->index <= r->commit) {
        drop++;
    }
    if (drop == 0) {
        return;
    }
    configs->count -= drop;
    configs->head = (configs->head + drop) % configs->max;
    raft_effect_trace(r, RAFT_TRACE_CONFIG_COMMITTED, 0, raft_members_at(r, 0)->index, 0);
    if (raft_members_is_settled(r)) {
        tell_config(r);
    }
    fit_timer(r);
}

static void tell_change(struct raft *r, enum raft_trace_code code)
{
    raft_effect_trace(r, code, 0, raft_members_index(r),
                      raft_config_count(raft_members(r), ANY_VOTER));
    tell_config(r);
    fit_timer(r);
}

static void tell_config(struct raft *r)
{
    struct raft_effect *effect = raft_effect_add(r, RAFT_EFFECT_CONFIG);

    effect->config.index = raft_members_index(r);
    effect->config.config = raft_members(r);
    effect->config.committed = raft_members_is_settled(r);
}

/* Who may campaign has a timer, who may not has none. */
static void fit_timer(struct raft *r)
{
    ASSERT(r->role != RAFT_ROLE_CANDIDATE);
    if (r->role == RAFT_ROLE_LEADER) {
        return;
    }
    if ((r->election_deadline != RAFT_NEVER) != raft_members_may_campaign(r)) {
        raft_election_reset_timer(r);
    }
}
