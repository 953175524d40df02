/* SPDX-License-Identifier: MIT
 *
 * Reads without a log entry: ReadIndex (Raft thesis 6.4) for the host's own reads and for those
 * that followers pass on.
 *
 * "1. If the leader has not yet marked an entry from its current term committed, it waits until it
 * has done so. 2. The leader saves its current commit index in a local variable readIndex. 3. The
 * leader needs to make sure it hasn't been superseded by a newer leader of which it is unaware. It
 * issues a new round of heartbeats and waits for their acknowledgments from a majority of the
 * cluster. 4. The leader waits for its state machine to advance at least as far as the readIndex"
 * (the host does 4).
 *
 * A round is one heartbeat to each peer. It serves all reads that were asked before it began; those
 * asked meanwhile wait for the next one. Whatever a peer answers in this term counts, be it a yes
 * or a no, if the request it answers was made after the read was asked: that is told by the
 * request's number, which no other request of any leadership, node or boot has.
 */
#include <string.h>

#include "raft/state.h"

static enum raft_refusal forward(struct raft *r, uint64_t id);
static void answer(struct raft *r, const struct raft_read *read, enum raft_refusal refusal);
static void reply(struct raft *r, raft_id peer, uint64_t request, enum raft_refusal refusal,
                  raft_index index);
static void remove_first(struct raft_reads *reads, uint32_t count);
static void begin_term(struct raft *r);
static bool is_asked(const struct raft_reads *reads, raft_id peer, uint64_t id);

/* A read of our own host. */
void raft_read_ask(struct raft *r, uint64_t id)
{
    struct raft_read read = {.id = id};
    enum raft_refusal refusal = RAFT_REFUSAL_NO_LEADER;

    switch (r->role) {
    case RAFT_ROLE_FOLLOWER:
        refusal = forward(r, id);
        break;
    case RAFT_ROLE_CANDIDATE:
        break;
    case RAFT_ROLE_LEADER:
        raft_read_take(r, 0, id);
        return;
    }
    if (refusal != RAFT_REFUSAL_NONE) {
        answer(r, &read, refusal);
    }
}

/* The leader takes a read, of its own host (peer 0) or of a peer that asked by request id. The same
 * request again is known already. */
void raft_read_take(struct raft *r, raft_id peer, uint64_t id)
{
    struct raft_reads *reads = &r->reads;
    struct raft_read read = {.id = id, .peer = peer};

    ASSERT(r->role == RAFT_ROLE_LEADER);
    if (peer != 0 && is_asked(reads, peer, id)) {
        return;
    }
    read.number = r->next_id - r->as_leader.first_id;
    if (r->commit >= r->as_leader.term_start) {
        read.index = r->commit;
    }
    if (read.index != 0 && raft_lease_holds(r)) {
        answer(r, &read, RAFT_REFUSAL_NONE);
    } else if (reads->count == r->limits.reads_max) {
        answer(r, &read, RAFT_REFUSAL_BUSY);
    } else {
        reads->list[reads->count++] = read;
    }
}

/* The leader answers what has become certain, and begins a round for what waits and has none. Runs
 * after each step: an acknowledgement, a commit or a change of the quorum may have made it so. */
void raft_read_pump(struct raft *r)
{
    struct raft_reads *reads = &r->reads;
    uint32_t count = 0;

    if (r->role != RAFT_ROLE_LEADER || reads->count == 0) {
        return;
    }
    begin_term(r);
    while (count < reads->count && r->commit >= r->as_leader.term_start &&
           raft_quorum_answered(r, reads->list[count].number)) {
        if (reads->list[count].index == 0) {
            reads->list[count].index = r->commit;
        }
        answer(r, &reads->list[count], RAFT_REFUSAL_NONE);
        count++;
    }
    remove_first(reads, count);
    if (reads->count > 0 && reads->list[0].number > r->as_leader.round) {
        raft_replicate_beat(r);
    }
}

/* Whoever waits hears that leadership, or the leader, is gone. Peers find that out themselves. */
void raft_read_drop(struct raft *r)
{
    for (uint32_t i = 0; i < r->reads.count; i++) {
        if (r->reads.list[i].peer == 0) {
            answer(r, &r->reads.list[i], RAFT_REFUSAL_NOT_LEADER);
        }
    }
    r->reads.count = 0;
}

/* A follower gives up what the leader did not answer within an election timeout: a datagram may be
 * lost, and the host knows better whether anybody still waits. */
void raft_read_expire(struct raft *r)
{
    uint32_t count = 0;

    while (count < r->reads.count && r->now >= raft_read_deadline(r, count)) {
        answer(r, &r->reads.list[count], RAFT_REFUSAL_NO_LEADER);
        count++;
    }
    remove_first(&r->reads, count);
}

/* When a follower gives up its nth read, the first one being the next. */
raft_time raft_read_deadline(const struct raft *r, uint32_t nth)
{
    if (nth >= r->reads.count) {
        return RAFT_NEVER;
    }
    return r->reads.list[nth].asked + r->options.election_timeout;
}

/* A peer asks for the index of a read. */
void raft_receive_read(struct raft *r, const struct raft_message *message)
{
    if (r->role != RAFT_ROLE_LEADER || message->term < r->term) {
        reply(r, message->from, message->id, RAFT_REFUSAL_NOT_LEADER, 0);
        return;
    }
    raft_read_take(r, message->from, message->id);
}

/* The leader's answer. One that nobody waits for comes late, or twice. */
void raft_receive_read_reply(struct raft *r, const struct raft_message *message)
{
    struct raft_reads *reads = &r->reads;
    struct raft_read read;
    uint32_t place = 0;

    while (place < reads->count && reads->list[place].request != message->id) {
        place++;
    }
    if (r->role != RAFT_ROLE_FOLLOWER || message->from != r->leader || place == reads->count) {
        raft_effect_trace(r, RAFT_TRACE_STALE_DROPPED, message->from, (uint64_t)message->type,
                          message->term);
        return;
    }
    read = reads->list[place];
    read.index = message->read_reply.index;
    reads->count--;
    memmove(&reads->list[place], &reads->list[place + 1],
            (reads->count - place) * sizeof(*reads->list));
    answer(r, &read, message->read_reply.refused ? RAFT_REFUSAL_BUSY : RAFT_REFUSAL_NONE);
}

/* Raft thesis 6.4: a follower "could issue a request to the leader that just asked for a current
 * readIndex". */
static enum raft_refusal forward(struct raft *r, uint64_t id)
{
    struct raft_message request = {.type = RAFT_MESSAGE_READ, .term = r->term, .id = r->next_id};
    struct raft_reads *reads = &r->reads;

    if (r->leader == 0) {
        return RAFT_REFUSAL_NO_LEADER;
    }
    if (reads->count == r->limits.reads_max) {
        return RAFT_REFUSAL_BUSY;
    }
    reads->list[reads->count++] =
        (struct raft_read){.id = id, .request = r->next_id++, .asked = r->now};
    raft_persist_flush(r);
    raft_effect_send(r, r->leader, &request, raft_persist_hard(r));
    return RAFT_REFUSAL_NONE;
}

/* A leader that a start state forced has no entry of its own to commit. A read must not wait until
 * somebody writes: it goes through the log as a blank entry. */
static void begin_term(struct raft *r)
{
    if (r->trail.last < r->as_leader.term_start && !r->disk_full && r->as_leader.transferee == 0 &&
        raft_propose_has_room(r, 1)) {
        raft_election_append_noop(r);
    }
}

static void answer(struct raft *r, const struct raft_read *read, enum raft_refusal refusal)
{
    struct raft_effect *effect;

    if (read->peer != 0) {
        reply(r, read->peer, read->id, refusal, read->index);
        return;
    }
    effect = raft_effect_add(r, RAFT_EFFECT_READ);
    effect->read.id = read->id;
    effect->read.refusal = refusal;
    effect->read.index = refusal == RAFT_REFUSAL_NONE ? read->index : 0;
    effect->read.leader = r->leader;
}

static void reply(struct raft *r, raft_id peer, uint64_t request, enum raft_refusal refusal,
                  raft_index index)
{
    struct raft_message message = {.type = RAFT_MESSAGE_READ_REPLY, .id = request};

    raft_persist_flush(r);
    message.term = r->term;
    message.read_reply.refused = refusal != RAFT_REFUSAL_NONE;
    message.read_reply.index = refusal == RAFT_REFUSAL_NONE ? index : 0;
    raft_effect_send(r, peer, &message, raft_persist_hard(r));
}

static void remove_first(struct raft_reads *reads, uint32_t count)
{
    reads->count -= count;
    memmove(reads->list, reads->list + count, reads->count * sizeof(*reads->list));
}

static bool is_asked(const struct raft_reads *reads, raft_id peer, uint64_t id)
{
    for (uint32_t i = 0; i < reads->count; i++) {
        if (reads->list[i].peer == peer && reads->list[i].id == id) {
            return true;
        }
    }
    return false;
}
