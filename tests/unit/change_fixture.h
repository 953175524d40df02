/* SPDX-License-Identifier: MIT
 *
 * A leader whose members change.
 */
#ifndef RAFT_TESTS_CHANGE_FIXTURE_H
#define RAFT_TESTS_CHANGE_FIXTURE_H

#include "raft_fixture.h"

enum {
    VOTER = RAFT_MEMBER_VOTER,
    OLD = RAFT_MEMBER_OLD_VOTER,
    LEARNER = RAFT_MEMBER_LEARNER,
    JOINING = RAFT_MEMBER_JOINING
};

/* A leader, node 1, of voters 1..voters that has committed its noop, entry 1. */
static inline void lead(struct fx *fx, uint32_t voters)
{
    fx_init(fx, 1, voters);
    fx_start(fx, 1, NULL);
    if (voters > 1) {
        fx_lead(fx);
    } else {
        fx_persist_all(fx);
    }
    for (raft_id id = 2; id <= voters; id++) {
        fx_ack(fx, id, fx->raft->next_id - 1, 1);
    }
    fx_persist_all(fx);
    assert_int_equal(fx->status.commit, 1);
}

static inline void ack(struct fx *fx, raft_id id, raft_index index)
{
    fx_ack(fx, id, fx->raft->next_id - 1, index);
}

static inline struct raft_config members_but(const struct fx *fx, raft_id id, uint32_t flags)
{
    struct raft_config config = fx->status.config;

    assert_true(raft_config_set(&config, id, flags));
    return config;
}

static inline enum raft_refusal change_one(struct fx *fx, raft_id id, uint32_t flags)
{
    struct raft_config target = members_but(fx, id, flags);

    return fx_change(fx, &target, 0);
}

static inline const struct raft_config *written_config(const struct fx *fx)
{
    const struct raft_effect *persist = fx_find(fx, RAFT_EFFECT_PERSIST, 0);

    return persist == NULL ? NULL : persist->persist.config;
}

#endif
