/* SPDX-License-Identifier: MIT
 *
 * A state as one number. What makes no difference to what can happen next is left out (substates,
 * what was told to the host, the absolute values of clocks, request ids and sequence numbers); what
 * the names of the nodes alone decide is made equal by taking the least of all renamings.
 */
#include "base/hash.h"

#include "explore.h"

enum { RENAMINGS_MAX = 6 };

/* names[id] is the node's other name. */
struct naming {
    raft_id names[EX_NODES_MAX + 1];
};

static const struct naming namings[RENAMINGS_MAX] = {
    {{0, 1, 2, 3}}, {{0, 2, 1, 3}}, {{0, 1, 3, 2}}, {{0, 3, 2, 1}}, {{0, 2, 3, 1}}, {{0, 3, 1, 2}},
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t mix_bytes(uint64_t hash, const uint8_t *bytes, uint32_t count)
{
    hash = mix(hash, count);
    for (uint32_t i = 0; i < count; i++) {
        hash = mix(hash, bytes[i]);
    }
    return hash;
}

static uint64_t mix_log(uint64_t hash, const struct ex_log *log)
{
    return mix_bytes(hash, log->terms + 1, log->last);
}

static raft_time clip(raft_time now, raft_time then, raft_time most)
{
    return now - then < most ? now - then : most;
}

/* Which of the ids that a request of this node may have could still be answered to. */
static bool is_open(const struct raft *r, uint64_t id)
{
    uint64_t first = 0;
    switch (r->role) {
    case RAFT_ROLE_FOLLOWER:
        return false;
    case RAFT_ROLE_CANDIDATE:
        first = r->candidate.first_id;
        break;
    case RAFT_ROLE_LEADER:
        first = r->as_leader.first_id;
        break;
    }
    return id - first < r->next_id - first;
}

static bool is_request(const struct raft_message *message)
{
    return message->type == RAFT_MESSAGE_VOTE || message->type == RAFT_MESSAGE_APPEND ||
           message->type == RAFT_MESSAGE_TIMEOUT_NOW || message->type == RAFT_MESSAGE_SNAPSHOT;
}

/* A refused vote says nothing but its term: what is not asked for again need not be answered. */
bool ex_is_awaited(const struct ex *ex, const struct raft_message *message)
{
    const struct raft *to = ex->cores[message->to - 1];
    bool is_refusal = message->type == RAFT_MESSAGE_VOTE_REPLY && !message->vote_reply.granted;
    if (is_request(message) || message->term > to->term) {
        return true;
    }
    return is_open(to, message->id) && !is_refusal;
}

uint64_t ex_packet_body(const struct ex_packet *packet)
{
    const struct raft_message *message = &packet->message;
    uint64_t hash = mix((uint64_t)message->type, message->term);
    switch (message->type) {
    case RAFT_MESSAGE_VOTE:
        hash = mix(hash, message->vote.pre);
        hash = mix(hash, message->vote.last_index);
        return mix(hash, message->vote.last_term);
    case RAFT_MESSAGE_VOTE_REPLY:
        return mix(hash, (uint64_t)message->vote_reply.pre << 1 | message->vote_reply.granted);
    case RAFT_MESSAGE_APPEND:
        hash = mix(hash, message->append.prev_index);
        hash = mix(hash, message->append.prev_term);
        hash = mix(hash, message->append.commit);
        return mix_bytes(hash, packet->terms, message->append.count);
    case RAFT_MESSAGE_APPEND_REPLY:
        hash = mix(hash, message->append_reply.ok);
        hash = mix(hash, message->append_reply.index);
        hash = mix(hash, message->append_reply.hint_index);
        hash = mix(hash, message->append_reply.hint_term);
        return mix(hash, message->append_reply.last);
    case RAFT_MESSAGE_READ_REPLY:
        return mix(hash, message->read_reply.index << 1 | message->read_reply.refused);
    case RAFT_MESSAGE_TIMEOUT_NOW:
    case RAFT_MESSAGE_READ:
        return hash;
    case RAFT_MESSAGE_SNAPSHOT:
        return mix(mix(hash, message->snapshot.index), message->snapshot.term);
    }
    return hash;
}

static uint64_t hash_packet(const struct ex *ex, const struct naming *naming,
                            const struct ex_packet *packet)
{
    const struct raft_message *message = &packet->message;
    raft_id asker = is_request(message) ? message->from : message->to;
    uint64_t open = is_open(ex->cores[asker - 1], message->id);
    uint64_t route = naming->names[message->from] << 4 | naming->names[message->to];
    return mix(packet->body, route << 1 | open);
}

uint64_t ex_packet_hash(const struct ex *ex, const struct ex_packet *packet)
{
    return hash_packet(ex, &namings[0], packet);
}

/* A set as bits, renamed. */
static uint64_t rename_set(const struct naming *naming, const struct raft_ids *set)
{
    uint64_t renamed = 0;
    for (raft_id id = 1; id <= EX_NODES_MAX; id++) {
        renamed |= (uint64_t)raft_ids_has(set, id) << naming->names[id];
    }
    return renamed;
}

static uint64_t hash_peer(const struct raft *r, const struct raft_peer *peer)
{
    raft_time beats = 2 * r->options.heartbeat_interval;
    uint64_t hash = (uint64_t)peer->state << 1 | (uint64_t)peer->waiting;
    hash = mix(hash, peer->match);
    hash = mix(hash, peer->next);
    hash = mix(hash, peer->told);
    hash = mix(hash, peer->state == RAFT_PROGRESS_PROBE ? peer->probed : 0);
    hash = mix(hash, clip(r->now, peer->heard, r->options.election_timeout));
    hash = mix(hash, peer->flight_count == 0 ? 0 : clip(r->now, peer->moved, beats));
    for (uint32_t i = 0; i < peer->flight_count; i++) {
        hash = mix(hash, peer->flight[(peer->flight_head + i) % r->limits.inflight_max].last);
    }
    return hash;
}

/* What of a role has nothing to do with names. */
static uint64_t mix_role(uint64_t hash, const struct raft *r)
{
    hash = mix(hash, (uint64_t)r->role);
    switch (r->role) {
    case RAFT_ROLE_FOLLOWER:
        return r->options.pre_vote ? mix(hash, clip(r->now, r->heard, r->options.election_timeout))
                                   : hash;
    case RAFT_ROLE_CANDIDATE:
        hash = mix(hash, r->candidate.pre);
        return mix(hash,
                   r->candidate.vote_seq == 0 ? 0 : r->candidate.vote_seq - r->persists.completed);
    case RAFT_ROLE_LEADER:
        return mix(hash, r->as_leader.term_start);
    }
    return hash;
}

static uint64_t mix_disk(uint64_t hash, const struct raft *r, const struct ex_member *m)
{
    hash = mix(hash, (uint64_t)m->disk.term << 8 | m->disk.commit);
    hash = mix_log(hash, &m->disk.log);
    hash = mix(hash, m->queued);
    for (uint32_t i = 0; i < m->queued; i++) {
        const struct ex_write *w = &m->queue[i];
        uint32_t place = (r->persists.head + i) % r->persists.size;
        hash = mix(hash, (uint64_t)w->term << 24 | (uint64_t)w->commit << 16 |
                             (uint64_t)w->truncate << 8 | w->first);
        hash = mix_bytes(hash, w->terms, w->count);
        hash = mix(hash, r->persists.slots[place].append_last);
    }
    hash = mix(hash, r->persists.durable);
    return mix(hash, r->persists.hard > m->done ? r->persists.hard - m->done : 0);
}

uint64_t ex_member_plain(const struct ex *ex, raft_id id)
{
    const struct raft *r = ex->cores[id - 1];
    const struct ex_member *m = &ex->world.members[id - 1];
    uint64_t hash = mix(r->term, r->commit << 1 | (uint64_t)r->asked);
    hash = mix_log(hash, &m->log);
    hash = mix_role(hash, r);
    return mix_disk(hash, r, m);
}

static uint64_t hash_node(const struct ex *ex, raft_id id, const struct naming *naming)
{
    const struct raft *r = ex->cores[id - 1];
    const struct ex_member *m = &ex->world.members[id - 1];
    uint64_t hash = mix(m->plain, naming->names[id] << 8 | naming->names[r->vote] << 4 |
                                      naming->names[r->leader]);
    uint64_t parts = 0;
    if (r->role == RAFT_ROLE_CANDIDATE) {
        hash = mix(hash, rename_set(naming, &r->candidate.granted));
    }
    for (uint32_t i = 0; r->role == RAFT_ROLE_LEADER && i < r->as_leader.peers_count; i++) {
        parts += mix(hash_peer(r, &r->peers[i]), naming->names[r->peers[i].id]);
    }
    hash = mix(hash, naming->names[m->disk.vote]);
    for (uint32_t i = 0; i < m->queued; i++) {
        hash = mix(hash, naming->names[m->queue[i].vote]);
    }
    for (uint32_t i = 0; i < m->held_count; i++) {
        parts += mix(hash_packet(ex, naming, &m->held[i]), m->held[i].after - m->done);
    }
    return mix(hash, parts);
}

static uint64_t hash_history(const struct ex *ex, const struct naming *naming)
{
    const struct ex_history *h = &ex->world.history;
    uint64_t hash = 4;
    for (uint32_t term = 1; term <= EX_TERMS_MAX; term++) {
        uint64_t votes = 0;
        for (raft_id id = 1; id <= ex->bound->nodes; id++) {
            uint32_t shift = 8 * naming->names[id];
            votes |= (uint64_t)naming->names[h->votes[term][id]] << shift;
        }
        hash = mix(hash, votes << 8 | naming->names[h->leaders[term]]);
        hash = mix(hash, h->made[term]);
    }
    for (uint32_t i = 1; i <= EX_LOG_MAX && h->committed[i] != 0; i++) {
        hash = mix(hash, (uint64_t)h->committed[i] << 8 | h->committed_in[i]);
    }
    return hash;
}

static uint64_t hash_renamed(const struct ex *ex, const struct naming *naming)
{
    const struct ex_budget *left = &ex->world.left;
    uint64_t hash = hash_history(ex, naming);
    uint64_t parts = 0;
    for (raft_id id = 1; id <= ex->bound->nodes; id++) {
        parts += hash_node(ex, id, naming);
    }
    for (uint32_t i = 0; i < ex->world.wire_count; i++) {
        parts += hash_packet(ex, naming, &ex->world.wire[i]);
    }
    hash = mix(hash, parts);
    hash = mix(hash, (uint64_t)left->timeouts << 32 | left->beats);
    hash = mix(hash, (uint64_t)left->proposals << 32 | left->copies);
    return mix(hash, left->crashes);
}

uint64_t ex_hash(const struct ex *ex)
{
    uint32_t count = ex->bound->nodes == 3 ? RENAMINGS_MAX : ex->bound->nodes;
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t hash = hash_renamed(ex, &namings[i]);
        least = hash < least ? hash : least;
    }
    return least;
}
