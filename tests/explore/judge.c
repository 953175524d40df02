/* SPDX-License-Identifier: MIT
 *
 * The judge: Raft paper figure 3 and what durability adds, on every state.
 */
#include <string.h>

#include "explore.h"

static void fail(struct ex *ex, const char *what)
{
    if (ex->broken == NULL) {
        ex->broken = what;
    }
}

static bool agrees(const struct ex_log *a, const struct ex_log *b, uint8_t upto)
{
    return a->last >= upto && b->last >= upto && memcmp(a->terms, b->terms, upto + 1U) == 0;
}

/* At most one leader in a term, and it has all that was committed in earlier ones. */
static void judge_leader(struct ex *ex, raft_id id, raft_term term)
{
    struct ex_history *h = &ex->world.history;
    const struct ex_log *log = &ex->world.members[id - 1].log;
    if (h->leaders[term] != 0 && h->leaders[term] != id) {
        fail(ex, "election safety: a term has two leaders");
    }
    h->leaders[term] = (uint8_t)id;
    for (uint8_t i = 1; i <= EX_LOG_MAX && h->committed[i] != 0; i++) {
        if (h->committed_in[i] < term && (log->last < i || log->terms[i] != h->committed[i])) {
            fail(ex, "leader completeness: a leader lacks a committed entry");
        }
    }
}

/* Equal terms at an index mean equal logs up to it. */
static void judge_matching(struct ex *ex, raft_id id)
{
    const struct ex_log *log = &ex->world.members[id - 1].log;
    for (uint32_t i = 0; i < ex->bound->nodes; i++) {
        const struct ex_log *other = &ex->world.members[i].log;
        uint8_t last = log->last < other->last ? log->last : other->last;
        while (last > 0 && log->terms[last] != other->terms[last]) {
            last--;
        }
        if (!agrees(log, other, last)) {
            fail(ex, "log matching: two logs agree at an index and differ before it");
        }
    }
}

static bool is_on_majority(const struct ex *ex, const struct ex_log *log, uint8_t index)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ex->bound->nodes; i++) {
        count += agrees(&ex->world.members[i].disk.log, log, index);
    }
    return count > ex->bound->nodes / 2;
}

static void judge_commit(struct ex *ex, raft_id id, uint8_t commit)
{
    struct ex_history *h = &ex->world.history;
    struct ex_member *m = &ex->world.members[id - 1];
    const struct raft *core = ex->cores[id - 1];
    if (commit < m->commit || commit > m->log.last) {
        fail(ex, "commit: it goes back, or beyond the log");
        return;
    }
    if (core->role == RAFT_ROLE_LEADER && commit > m->commit &&
        m->log.terms[commit] != core->term) {
        fail(ex, "commit rule: a leader commits an older term's entry by counting");
    }
    for (uint8_t i = (uint8_t)(m->commit + 1); i <= commit; i++) {
        if (h->committed[i] != 0 && h->committed[i] != m->log.terms[i]) {
            fail(ex, "state-machine safety: two entries are committed at one index");
        }
        if (h->committed[i] == 0) {
            h->committed[i] = m->log.terms[i];
            h->committed_in[i] = (uint8_t)core->term;
            if (!is_on_majority(ex, &m->log, i)) {
                fail(ex, "durable commit: no majority has on disk what is committed");
            }
        }
    }
    m->commit = commit;
}

void ex_judge_node(struct ex *ex, raft_id id)
{
    const struct raft *core = ex->cores[id - 1];
    const struct ex_member *m = &ex->world.members[id - 1];
    const char *broken = raft_check(core);
    if (broken != NULL) {
        fail(ex, broken);
    }
    if (ex->broken != NULL) {
        return; /* A bound that was too short: what follows would be out of bounds. */
    }
    if (core->trail.last != m->log.last ||
        raft_trail_last_term(&core->trail) != m->log.terms[m->log.last]) {
        fail(ex, "the core's trail is not the log");
    }
    if (core->role == RAFT_ROLE_LEADER) {
        judge_leader(ex, id, core->term);
    }
    judge_matching(ex, id);
    judge_commit(ex, id, (uint8_t)core->commit);
}

/* A term's leader makes each index once. */
void ex_judge_made(struct ex *ex, raft_term term, raft_index first, raft_index last)
{
    uint8_t *made = &ex->world.history.made[term];
    if (first <= *made) {
        fail(ex, "append-only: an index is made twice in one term");
    }
    *made = (uint8_t)last;
}

static void judge_vote(struct ex *ex, raft_term term, raft_id voter, raft_id candidate)
{
    uint8_t *vote = &ex->world.history.votes[term][voter];
    const struct ex_disk *disk = &ex->world.members[voter - 1].disk;
    if (*vote != 0 && *vote != candidate) {
        fail(ex, "one vote: a node votes for two in one term");
    }
    if (disk->term < term || (disk->term == term && disk->vote != candidate)) {
        fail(ex, "durable vote: a vote is told that is not on the disk");
    }
    *vote = (uint8_t)candidate;
}

/* What leaves a node is a promise: it is on its disk. */
void ex_judge_promise(struct ex *ex, raft_id id, const struct raft_message *message)
{
    const struct ex_member *m = &ex->world.members[id - 1];
    bool is_vote = message->type == RAFT_MESSAGE_VOTE && !message->vote.pre;
    bool is_grant = message->type == RAFT_MESSAGE_VOTE_REPLY && message->vote_reply.granted &&
                    !message->vote_reply.pre;
    bool is_ack = message->type == RAFT_MESSAGE_APPEND_REPLY && message->append_reply.ok;
    if (message->term > EX_TERMS_MAX) {
        fail(ex, "the terms are too short for this bound");
    } else if (is_vote) {
        judge_vote(ex, message->term, id, id);
    } else if (is_grant) {
        judge_vote(ex, message->term, id, message->to);
    } else if (is_ack && message->term == ex->cores[id - 1]->term &&
               !agrees(&m->log, &m->disk.log, (uint8_t)message->append_reply.index)) {
        fail(ex, "durable log: an entry is acknowledged that is not on the disk");
    }
}
