/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/internal.h"

/* A record that nothing changed is refreshed this often while the node is busy (heartbeat ages). */
enum { REFRESH_US = 10000 };

/* How many events a substate that comes with every write may have: so many at once, and then one
 * each so often. Three such of a busy node leave a ring a minute and more, and room for what is
 * rare.
 */
enum { ROUTINE_BURST = 64, ROUTINE_US = 1000000 / 4 };

static void note_role(void *context, enum raft_role from, enum raft_role to, raft_term term);
static void note_substate(void *context, enum raft_substate substate);
static void note_leader(void *context, raft_id leader, raft_term term);
static void note_commit(void *context, raft_index commit, raft_index applied);
static void note_promise(void *context, raft_term term, raft_id vote, raft_index acked);
static void note_trace(void *context, enum raft_trace_code code, raft_id peer, uint64_t a,
                       uint64_t b);
static void note_config(void *context, raft_index index, const struct raft_config *config,
                        bool committed);

void raft_server_publish_init(struct raft_server_publisher *publisher, struct raft_shm *shm,
                              uint32_t slot, const struct raft_node_options *options)
{
    *publisher = (struct raft_server_publisher){
        .shm = shm,
        .slot = slot,
        .observer = {.context = publisher,
                     .role = note_role,
                     .substate = note_substate,
                     .leader = note_leader,
                     .commit = note_commit,
                     .promise = note_promise,
                     .trace = note_trace,
                     .config = note_config},
        .record = {.incarnation = options->incarnation,
                   .id = options->core.id,
                   .pid = (uint32_t)getpid()},
    };
    struct raft_shm_node former;
    if (raft_shm_node_read(shm, slot, &former) && former.id == options->core.id) {
        publisher->record.promised_term = former.promised_term;
        publisher->record.promised_vote = former.promised_vote;
        publisher->record.promised_index = former.promised_index;
    }
    raft_shm_node_write(shm, slot, &publisher->record);
}

enum raft_error raft_server_publish_check(const struct raft_server_publisher *publisher,
                                          char *message, size_t message_bytes)
{
    const struct raft_shm_node *promised = &publisher->record;
    struct raft_node_status status;
    raft_node_status(publisher->node, &status);
    bool is_same_term = status.core.term == promised->promised_term;
    bool is_vote_kept = promised->promised_vote == 0 || status.core.vote == promised->promised_vote;
    bool is_log_kept = status.core.last >= promised->promised_index;
    if (status.core.term > promised->promised_term ||
        (is_same_term && is_vote_kept && is_log_kept)) {
        return RAFT_OK;
    }
    (void)snprintf(message, message_bytes,
                   "n%u has forgotten what it promised (term %llu, entry %llu; it finds term %llu, "
                   "entry %llu): its data was lost or replaced",
                   promised->id, (unsigned long long)promised->promised_term,
                   (unsigned long long)promised->promised_index,
                   (unsigned long long)status.core.term, (unsigned long long)status.core.last);
    return RAFT_CORRUPT;
}

/* The process's own log: what a person wants to read there when no table is left. Substates come by
 * the thousand, and commands are the supervisor's to tell. */
static void log_event(const struct raft_shm_event *event)
{
    struct timespec now;
    struct tm parts;
    char date[32];
    if (event->type == RAFT_SHM_EVENT_SUBSTATE || event->type == RAFT_SHM_EVENT_COMMAND) {
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &parts) != NULL &&
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts) > 0) {
        (void)fprintf(stderr, "%s.%03dZ %s\n", date, (int)(now.tv_nsec / 1000000), event->text);
    }
}

/* The record goes first, so that whom the event wakes sees it. */
static uint64_t write_event(struct raft_server_publisher *publisher,
                            const struct raft_shm_event *event)
{
    struct raft_shm_event mine = *event;
    mine.node = publisher->record.id;
    raft_shm_node_write(publisher->shm, publisher->slot, &publisher->record);
    publisher->dirty = true;
    if (!publisher->silent) {
        log_event(&mine);
    }
    return raft_shm_event_write(publisher->shm, publisher->slot, &mine);
}

static void note_role(void *context, enum raft_role from, enum raft_role to, raft_term term)
{
    struct raft_server_publisher *publisher = context;
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_ROLE, .a = from, .b = to, .c = term};
    (void)snprintf(event.text, sizeof event.text, "n%u: %s -> %s in term %llu",
                   publisher->record.id, raft_role_name(from), raft_role_name(to),
                   (unsigned long long)term);
    publisher->record.role = to;
    publisher->record.term = term;
    (void)write_event(publisher, &event);
}

static bool is_routine(enum raft_substate substate)
{
    static const bool routine[RAFT_SUBSTATE_COUNT] = {
        [RAFT_SUBSTATE_SYNCED] = true,       [RAFT_SUBSTATE_PREPARED] = true,
        [RAFT_SUBSTATE_COMMITTED] = true,    [RAFT_SUBSTATE_SENT_HEARTBEAT] = true,
        [RAFT_SUBSTATE_SENT_ENTRIES] = true, [RAFT_SUBSTATE_SENT_COMMIT] = true};
    return routine[substate];
}

/* Is there room in the ring for one more event of this substate? */
static bool take_share(struct raft_server_publisher *publisher, enum raft_substate substate)
{
    raft_time now = raft_shm_now(publisher->shm);
    raft_time *paid_until = &publisher->paid_until[substate];
    if (!is_routine(substate)) {
        return true;
    }
    *paid_until = *paid_until > now ? *paid_until : now;
    if (*paid_until - now >= (raft_time)ROUTINE_BURST * ROUTINE_US) {
        publisher->untold[substate]++;
        return false;
    }
    *paid_until += ROUTINE_US;
    return true;
}

static void note_substate(void *context, enum raft_substate substate)
{
    struct raft_server_publisher *publisher = context;
    uint64_t *untold = &publisher->untold[substate];
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_SUBSTATE,
                                   .a = substate,
                                   .b = publisher->record.role,
                                   .c = publisher->record.term,
                                   .d = *untold};
    publisher->record.substate = substate;
    if (!take_share(publisher, substate)) {
        publisher->dirty = true;
        return;
    }
    int bytes = snprintf(event.text, sizeof event.text, "n%u: %s", publisher->record.id,
                         raft_substate_name(substate));
    if (*untold > 0) {
        (void)snprintf(event.text + bytes, sizeof event.text - (size_t)bytes,
                       " (%llu more before it)", (unsigned long long)*untold);
    }
    *untold = 0;
    (void)write_event(publisher, &event);
}

static void note_leader(void *context, raft_id leader, raft_term term)
{
    struct raft_server_publisher *publisher = context;
    raft_id id = publisher->record.id;
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_LEADER, .a = leader, .c = term};
    if (leader == 0) {
        (void)snprintf(event.text, sizeof event.text, "n%u: no leader in term %llu", id,
                       (unsigned long long)term);
    } else if (leader == id) {
        (void)snprintf(event.text, sizeof event.text, "n%u: leads term %llu", id,
                       (unsigned long long)term);
    } else {
        (void)snprintf(event.text, sizeof event.text, "n%u: follows n%u in term %llu", id, leader,
                       (unsigned long long)term);
    }
    publisher->record.leader = leader;
    publisher->record.term = term;
    (void)write_event(publisher, &event);
}

static void note_commit(void *context, raft_index commit, raft_index applied)
{
    struct raft_server_publisher *publisher = context;
    publisher->record.commit = commit;
    publisher->record.applied = applied;
    publisher->dirty = true;
}

/* In the table before the promise leaves: whoever recovers this node must find at least it. */
static void note_promise(void *context, raft_term term, raft_id vote, raft_index acked)
{
    struct raft_server_publisher *publisher = context;
    publisher->record.promised_term = term;
    publisher->record.promised_vote = vote;
    publisher->record.promised_index = acked;
    raft_shm_node_write(publisher->shm, publisher->slot, &publisher->record);
}

/* Not an event: what happens for each message or each commit. */
static bool is_quiet(enum raft_trace_code code)
{
    return code == RAFT_TRACE_COMMITTED || code == RAFT_TRACE_STALE_DROPPED ||
           code == RAFT_TRACE_MALFORMED_DROPPED;
}

static void note_trace(void *context, enum raft_trace_code code, raft_id peer, uint64_t a,
                       uint64_t b)
{
    struct raft_server_publisher *publisher = context;
    char sentence[RAFT_SHM_TEXT - 16]; /* room for the name before it */
    if (is_quiet(code)) {
        return;
    }
    struct raft_shm_event event = {
        .type = RAFT_SHM_EVENT_TRACE, .a = code, .b = peer, .c = a, .d = b};
    raft_node_trace_text(code, peer, a, b, sentence, sizeof sentence);
    (void)snprintf(event.text, sizeof event.text, "n%u: %s", publisher->record.id, sentence);
    (void)write_event(publisher, &event);
}

/* The members may be nodes that were not there when this one started. */
static void note_config(void *context, raft_index index, const struct raft_config *config,
                        bool committed)
{
    struct raft_server_publisher *publisher = context;
    publisher->record.config_index = index;
    publisher->record.config_committed = committed ? 1 : 0;
    publisher->record.config = *config;
    publisher->dirty = true;
    publisher->members_changed = true;
}

static void copy_peers(struct raft_shm_node *record, const struct raft_node_status *status)
{
    record->peers_count = status->core.peers_count;
    for (uint32_t i = 0; i < record->peers_count; i++) {
        const struct raft_peer_status *peer = &status->core.peers[i];
        record->peers[i].id = peer->id;
        record->peers[i].state = peer->state;
        record->peers[i].match = peer->match;
        record->peers[i].next = peer->next;
        record->peers[i].heard = peer->heard;
        record->peers[i].inflight = peer->inflight;
        record->peers[i].rtt_us = status->rtt_us[i];
    }
}

static void fill_record(struct raft_server_publisher *publisher, raft_time now)
{
    struct raft_shm_node *record = &publisher->record;
    struct raft_node_status status;
    struct raft_comms_counters counters;
    raft_node_status(publisher->node, &status);
    raft_comms_counters(publisher->comms, &counters);
    record->role = status.core.role;
    record->substate = status.core.substate;
    record->term = status.core.term;
    record->vote = status.core.vote;
    record->leader = status.core.leader;
    record->commit = status.core.commit;
    record->applied = status.applied;
    record->first = status.first;
    record->last = status.core.last;
    record->last_term = status.core.last_term;
    record->durable = status.core.durable;
    record->snapshot_index = status.core.snapshot.index;
    record->snapshot_term = status.core.snapshot.term;
    record->digest = status.digest;
    record->written = now;
    record->heard = status.core.heard;
    record->election_deadline = status.core.election_deadline;
    record->votes_granted = status.core.votes_granted;
    record->boots = status.boots;
    record->sent = counters.sent;
    record->received = counters.received;
    memcpy(record->dropped, counters.dropped, sizeof record->dropped);
    memcpy(record->shaped, counters.shaped, sizeof record->shaped);
    record->config_index = status.core.config_index;
    record->config_committed = status.core.config_committed ? 1 : 0;
    record->config = status.core.config;
    record->disk_full = status.core.disk_full ? 1 : 0;
    copy_peers(record, &status);
}

void raft_server_publish(struct raft_server_publisher *publisher, raft_time now)
{
    if (publisher->dirty || now - publisher->record.written >= REFRESH_US) {
        fill_record(publisher, now);
        raft_shm_node_write(publisher->shm, publisher->slot, &publisher->record);
        publisher->ring_owed = publisher->ring_owed || publisher->dirty;
        publisher->dirty = false;
    }
    publisher->ring_owed = publisher->ring_owed && !raft_shm_ring(publisher->shm);
}

void raft_server_publish_exit(struct raft_server_publisher *publisher, enum raft_shm_exit reason)
{
    publisher->record.exit_reason = reason;
    raft_shm_node_write(publisher->shm, publisher->slot, &publisher->record);
}

void raft_server_publish_space(struct raft_server_publisher *publisher, bool gone)
{
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_STORAGE, .a = gone ? 1 : 0};
    (void)snprintf(event.text, sizeof event.text, "n%u: %s", publisher->record.id,
                   gone ? "no space left on its disk" : "its disk has room again");
    (void)write_event(publisher, &event);
}

uint64_t raft_server_publish_command(struct raft_server_publisher *publisher, const char *text)
{
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_COMMAND};
    (void)snprintf(event.text, sizeof event.text, "%s", text);
    return write_event(publisher, &event);
}
