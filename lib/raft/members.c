/* SPDX-License-Identifier: MIT */
#include "raft/members.h"

#include "raft/state.h"

enum { ANY_VOTER = RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER };

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
    ASSERT(start->start.configs_count < configs->max);
    configs->list[0] = (struct raft_config_at){start->start.config_index, *start->start.config};
    configs->count = 1;
    for (uint32_t i = 0; i < start->start.configs_count; i++) {
        const struct raft_config_at *found = &start->start.configs[i];

        ASSERT(found->index > configs->list[i].index && found->index <= start->start.last);
        ASSERT(raft_config_is_valid(&found->config));
        configs->list[configs->count++] = *found;
    }
}

const struct raft_config *raft_members(const struct raft *r)
{
    return &r->configs.list[r->configs.count - 1].config;
}

bool raft_members_is_voter(const struct raft *r)
{
    return (raft_config_flags(raft_members(r), r->options.id) & ANY_VOTER) != 0;
}
