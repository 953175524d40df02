/* SPDX-License-Identifier: MIT
 *
 * Changes of the configuration, on the leader's side.
 *
 * One voter more or less is one step: any majority of the old members shares a member with any of
 * the new ones (Raft thesis 4.1), provided that the leader has committed an entry of its own term
 * before (the bug of 2015 in single-server changes) and no other change is under way. Every other
 * change of voters goes through a joint configuration (4.3), which any leader that finds it
 * committed ends by itself.
 *
 * A removed node cannot disrupt the others: it learns of its removal while it is still a peer
 * (progress.c) and then has no timer; if it misses that, its pre-votes and votes are refused by all
 * who hear a leader (receive.c, request_vote.c), and its answers are not listened to.
 */
#include "raft/state.h"

static bool is_final(const struct raft_config *config, raft_id self);
static enum raft_refusal judge(const struct raft *r, const struct raft_config *target,
                               raft_index base);
static enum raft_refusal judge_target(const struct raft *r, const struct raft_config *target);
static enum raft_refusal judge_moment(const struct raft *r);
static bool is_simple(const struct raft_config *from, const struct raft_config *to);
static uint32_t votes_of(const struct raft_config *config, raft_id id);
static bool make_joint(const struct raft_config *from, const struct raft_config *to,
                       struct raft_config *joint);
static void make_final(const struct raft_config *joint, struct raft_config *final);
static bool make_promotion(const struct raft *r, struct raft_config *target);
static void append_config(struct raft *r, const struct raft_config *config);
static void go_to(struct raft *r, const struct raft_config *target);

void raft_change(struct raft *r, const struct raft_event *event)
{
    const struct raft_config *target = event->change.target;
    enum raft_refusal refusal = judge(r, target, event->change.base);
    struct raft_effect *effect = raft_effect_add(r, RAFT_EFFECT_CHANGED);

    effect->changed.refusal = refusal;
    if (refusal == RAFT_REFUSAL_NONE) {
        effect->changed.index = r->trail.last + 1;
        go_to(r, target);
    }
}

/* Raft thesis 4.2.1: "the replication of entries to the new server is split into rounds. Each round
 * replicates all the log entries present in the leader's log at the start of the round"; a new
 * server is ready when a round "lasts less than an election timeout". Rounds go on for ever: it may
 * be some time until it can be promoted, and it must not have fallen behind by then. */
void raft_change_acked(struct raft *r, struct raft_peer *peer)
{
    raft_time lasted = r->now - peer->round_began;
    bool ready = lasted < r->options.election_timeout;

    if ((peer->flags & RAFT_MEMBER_JOINING) == 0 || peer->match < peer->round_last) {
        return;
    }
    if (ready && !peer->caught_up) {
        raft_effect_trace(r, RAFT_TRACE_CAUGHT_UP, peer->id, lasted / 1000, 0);
    }
    peer->caught_up = ready;
    peer->round_last = r->trail.last;
    peer->round_began = r->now;
}

void raft_change_proceed(struct raft *r)
{
    const struct raft_config *config = raft_members(r);
    struct raft_config next;

    if (r->role != RAFT_ROLE_LEADER || is_final(config, r->options.id) ||
        !raft_members_is_settled(r) || r->commit < r->as_leader.term_start) {
        return;
    }
    /* Raft thesis 4.2.2: "A leader that is removed from the configuration steps down once the Cnew
     * entry is committed." A joint configuration is not the last word. Nor does one stay that was
     * elected as no voter, once its log is committed. */
    if ((raft_config_flags(config, r->options.id) & (RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER)) ==
        0) {
        raft_transfer_nudge(r);
        raft_role_step_down(r, r->term, RAFT_STEP_DOWN_REMOVED);
        return;
    }
    if (judge_moment(r) != RAFT_REFUSAL_NONE) {
        return;
    }
    if (raft_config_is_joint(config)) {
        make_final(config, &next);
        append_config(r, &next);
    } else if (make_promotion(r, &next)) {
        go_to(r, &next);
    }
}

/* Whether there is nothing to go on to: all members vote, in one half, and we are among them. */
static bool is_final(const struct raft_config *config, raft_id self)
{
    bool member = false;

    for (uint32_t i = 0; i < config->count; i++) {
        if (config->members[i].flags != RAFT_MEMBER_VOTER) {
            return false;
        }
        member = member || config->members[i].id == self;
    }
    return member;
}

static enum raft_refusal judge(const struct raft *r, const struct raft_config *target,
                               raft_index base)
{
    enum raft_refusal refusal;

    if (r->role != RAFT_ROLE_LEADER) {
        return r->leader != 0 ? RAFT_REFUSAL_NOT_LEADER : RAFT_REFUSAL_NO_LEADER;
    }
    if (!raft_members_is_settled(r) || raft_config_is_joint(raft_members(r))) {
        return RAFT_REFUSAL_CHANGING;
    }
    if (base != 0 && base != raft_members_index(r)) {
        return RAFT_REFUSAL_CHANGED;
    }
    refusal = judge_target(r, target);
    return refusal != RAFT_REFUSAL_NONE ? refusal : judge_moment(r);
}

static enum raft_refusal judge_target(const struct raft *r, const struct raft_config *target)
{
    const struct raft_config *config = raft_members(r);
    struct raft_config joint;

    if (target->count <= RAFT_NODES_MAX && raft_config_count(target, RAFT_MEMBER_VOTER) == 0) {
        return RAFT_REFUSAL_NO_VOTER;
    }
    if (!raft_config_is_valid(target) || raft_config_is_joint(target)) {
        return RAFT_REFUSAL_IMPOSSIBLE;
    }
    for (uint32_t i = 0; i < target->count; i++) {
        const struct raft_member *member = &target->members[i];

        /* A voter is not made one that wants to become a voter. */
        if ((member->flags & RAFT_MEMBER_JOINING) != 0 && votes_of(config, member->id) != 0) {
            return RAFT_REFUSAL_IMPOSSIBLE;
        }
    }
    if (raft_config_equals(config, target)) {
        return RAFT_REFUSAL_ALREADY;
    }
    if (!is_simple(config, target) && !make_joint(config, target, &joint)) {
        return RAFT_REFUSAL_IMPOSSIBLE; /* Too many at once. */
    }
    return RAFT_REFUSAL_NONE;
}

/* Whether this is the time for a change: also for one that the leader makes by itself. */
static enum raft_refusal judge_moment(const struct raft *r)
{
    /* Until then, another leader's change may still be under way that we know nothing of: Raft
     * mailing list, "bug in single-server membership changes", 2015: "a leader may not append a new
     * configuration entry until it has committed an entry from its current term". */
    if (r->commit < r->as_leader.term_start) {
        return RAFT_REFUSAL_NOT_READY;
    }
    if (r->disk_full) {
        return RAFT_REFUSAL_DISK_FULL;
    }
    if (r->as_leader.transferee != 0) {
        return RAFT_REFUSAL_TRANSFERRING;
    }
    return raft_propose_has_room(r, 1) ? RAFT_REFUSAL_NONE : RAFT_REFUSAL_BUSY;
}

/* Whether at most one voter comes or goes. */
static bool is_simple(const struct raft_config *from, const struct raft_config *to)
{
    uint32_t differences = 0;

    for (uint32_t i = 0; i < from->count; i++) {
        raft_id id = from->members[i].id;

        differences += votes_of(from, id) != 0 && votes_of(to, id) == 0;
    }
    for (uint32_t i = 0; i < to->count; i++) {
        raft_id id = to->members[i].id;

        differences += votes_of(to, id) != 0 && votes_of(from, id) == 0;
    }
    return differences <= 1;
}

static uint32_t votes_of(const struct raft_config *config, raft_id id)
{
    return raft_config_flags(config, id) & RAFT_MEMBER_VOTER;
}

/* Raft thesis 4.3: "the cluster first switches to a transitional configuration we call joint
 * consensus". False if it has no room. */
static bool make_joint(const struct raft_config *from, const struct raft_config *to,
                       struct raft_config *joint)
{
    *joint = *to;
    for (uint32_t i = 0; i < from->count; i++) {
        raft_id id = from->members[i].id;

        if (votes_of(from, id) != 0 &&
            !raft_config_set(joint, id, raft_config_flags(to, id) | RAFT_MEMBER_OLD_VOTER)) {
            return false;
        }
    }
    return true;
}

static void make_final(const struct raft_config *joint, struct raft_config *final)
{
    *final = *joint;
    for (uint32_t i = 0; i < joint->count; i++) {
        const struct raft_member *member = &joint->members[i];

        (void)raft_config_set(final, member->id, member->flags & ~(uint32_t)RAFT_MEMBER_OLD_VOTER);
    }
}

/* The configuration in which all who are ready have become voters; false if nobody is. */
static bool make_promotion(const struct raft *r, struct raft_config *target)
{
    bool any = false;

    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        const struct raft_peer *peer = &r->peers[i];

        if ((peer->flags & RAFT_MEMBER_JOINING) == 0 || !peer->caught_up ||
            r->now - peer->round_began >= r->options.election_timeout) {
            continue;
        }
        if (!any) {
            *target = *raft_members(r);
        }
        any = true;
        (void)raft_config_set(target, peer->id, RAFT_MEMBER_VOTER); /* It has its place. */
    }
    return any;
}

static void go_to(struct raft *r, const struct raft_config *target)
{
    struct raft_config joint;

    if (is_simple(raft_members(r), target)) {
        append_config(r, target);
    } else if (make_joint(raft_members(r), target, &joint)) {
        append_config(r, &joint);
    }
}

/* It is in force from now on. A smaller quorum may have all that it needs (etcd 2902537). */
static void append_config(struct raft *r, const struct raft_config *config)
{
    bool appended = raft_trail_append(&r->trail, r->term, r->commit);

    ASSERT(appended); /* The noop of this term has made the run. */
    r->sizes[r->trail.last % r->limits.proposals_max] = 0;
    raft_members_append(r, r->trail.last, config);
    raft_persist_append(r, r->trail.last, r->trail.last);
    r->persists.config = true;
    raft_persist_flush(r);
    raft_peer_follow(r);
    raft_commit_count(r);
    raft_replicate_all(r);
}
