/* SPDX-License-Identifier: MIT
 *
 * The host loop: one node around the pure core, with ports in and no I/O of its own.
 *
 * An event comes in (a packet, a completed persist, time, a client's command), raft_step() gives
 * effects, and the node executes them in order: persists go to the writer with their entry bytes, a
 * message leaves when the persist it waits for is durable, replicate wishes are cut to one datagram
 * and answered with a sent event, committed commands are applied and their clients answered.
 * Effects may cause further events (sent); they are queued and stepped before the call returns,
 * never recursively.
 *
 * The same code runs under libevent (lib/server), under virtual time (lib/sim) and in tests.
 * tail.c owns entry bytes, reference-counted, until they are durable, applied and sent; older
 * ranges are read by the writer and come back as raft_node_entries(). Committed commands are
 * applied in log order, at boot too: apply never waits for the local disk, the stored commit index
 * never passes it. A client's command runs once, however often it is sent and stored (sessions.h);
 * a copy of one that ran is answered at once, by any node.
 *
 * Time: the host sets the present with raft_node_advance() before any other call; it never goes
 * back (a smaller value is clamped). One thread.
 */
#ifndef RAFT_NODE_NODE_H
#define RAFT_NODE_NODE_H

#include "app/app.h"
#include "comms/comms.h"
#include "log/writer.h"
#include "node/sessions.h"
#include "raft/config.h"
#include "raft/raft.h"

struct raft_node;

/* Watches a node (StateChangeMonitor). Any callback may be NULL. Called inside the step, in order,
 * after the state has changed; must not call back into the node and must not block. */
struct raft_node_observer {
    void *context;
    void (*role)(void *context, enum raft_role from, enum raft_role to, raft_term term);
    void (*substate)(void *context, enum raft_substate substate);
    void (*leader)(void *context, raft_id leader, raft_term term);
    void (*commit)(void *context, raft_index commit, raft_index applied);
    /* What is about to be promised to others, called before a vote or an acknowledgement leaves:
     * the newest term of a promise, the vote given in it (0 = none) and the highest index
     * acknowledged in it (0 = none). After a crash the recovered state must be at least this. */
    void (*promise)(void *context, raft_term term, raft_id vote, raft_index acked);
    /* One core trace effect; raft_node_trace_text() makes the sentence. */
    void (*trace)(void *context, enum raft_trace_code code, raft_id peer, uint64_t a, uint64_t b);
    /* A message that leaves or that came in (after all checks). */
    void (*message)(void *context, bool outgoing, const struct raft_message *message);
    /* An entry became part of the log (in memory) or was removed with all after it. */
    void (*appended)(void *context, const struct raft_entry *entry);
    void (*truncated)(void *context, raft_index first);
    /* A received snapshot takes the place of the log up to its index, and, unless the suffix is
     * kept, of all of it; the state is its state. */
    void (*installed)(void *context, const struct raft_snapshot *snapshot, bool keep_suffix,
                      uint64_t digest);
    /* One entry was applied, be it one that changes nothing; digest is that of the app and the
     * sessions. */
    void (*applied)(void *context, const struct raft_entry *entry, uint64_t digest);
    /* The configuration in force, at start and whenever it changes, falls back or is committed. */
    void (*config)(void *context, raft_index index, const struct raft_config *config,
                   bool committed);
    struct raft_node_observer *next; /* owned by the node's list */
};

struct raft_node_options {
    struct raft_options core;
    struct raft_limits limits;
    struct raft_config config;          /* the one at index 0; empty: a node that is to be added */
    uint64_t incarnation;               /* of this process */
    uint64_t seed;                      /* entropy for timers: one stream per node */
    uint64_t (*entropy)(void *context); /* asked instead, once for each event; NULL = the stream */
    void *entropy_context;
    raft_time (*clock)(void *context); /* asked when a read has come in: the present, by the clock
                                          that raft_node_advance gets; NULL = as of that call */
    void *clock_context;
    bool fresh;          /* the cluster is new: elect at once */
    enum raft_role role; /* FOLLOWER, or what a start state makes of the node, which has just been
                            written into the log: its term and its own vote. Start: RAFT_INVALID
                            if it cannot be */
    const struct raft_known_peer *peers; /* LEADER: event.h; borrowed until start */
    uint32_t peers_count;
    size_t tail_bytes_max; /* 0 = default (8 MiB): durable, applied entries beyond it are dropped */
    uint32_t clients_max;  /* client commands in flight, 0 = default (1024); beyond: busy */
    uint32_t sessions_max; /* clients remembered, equal on all nodes; 0 = default (4096) */
    uint32_t snapshot_every; /* applied entries between two snapshots, 0 = default (8192); 16 MiB of
                                them are enough as well */
    uint32_t snapshot_trailing; /* entries before a snapshot that stay, 0 = default (1024) */
    bool check;                 /* raft_check after each step, asserted */
};

/* All borrowed for the node's life; the caller destroys them after the node. */
struct raft_node_ports {
    struct raft_log
        *log; /* loaded once by raft_node_start; afterwards only the writer touches it */
    struct raft_writer *writer;
    struct raft_comms *comms;
    struct raft_app *app;
    const struct raft_serializer *serializer;
};

/* A copy of what one may want to know. */
struct raft_node_status {
    struct raft_status core;
    raft_index first;
    raft_index applied;
    raft_term applied_term;
    uint64_t digest; /* of the app and the sessions at applied */
    uint64_t boots;
    uint64_t events;  /* stepped by the core in this life */
    uint64_t clients; /* commands in flight */
    uint64_t tail_bytes;
    uint64_t persists_pending;
    bool taking_snapshot;
    uint64_t fetched_bytes; /* of the snapshot that is being fetched */
    uint32_t
        rtt_us[RAFT_NODES_MAX]; /* by index of core.peers: last request to reply, cluster time */
};

struct raft_node *raft_node_create(const struct raft_node_options *options,
                                   const struct raft_node_ports *ports);

/* Adds an observer (borrowed until removed). */
void raft_node_observe(struct raft_node *node, struct raft_node_observer *observer);
void raft_node_unobserve(struct raft_node *node, struct raft_node_observer *observer);

/* Loads the log, starts comms and delivers the start event. Once; RAFT_EXISTS the second time. */
enum raft_error raft_node_start(struct raft_node *node, raft_time now) RAFT_MUST_USE;

/* Sets the present. */
void raft_node_advance(struct raft_node *node, raft_time now);

/* Delivers a time event if the deadline has come. */
void raft_node_run(struct raft_node *node);

/* When raft_node_run wants to be called next; UINT64_MAX = never. */
raft_time raft_node_deadline(const struct raft_node *node);

/* The comms receiver (context is the node). */
void raft_node_receive(void *node, const struct raft_packet *packet,
                       const struct raft_address *from);

/* Completions of the writer, never from inside submit() or read(). seq and all before it are
 * durable. */
void raft_node_persisted(struct raft_node *node, uint64_t seq);
/* The answer to a read; entries and their bytes are borrowed. error other than RAFT_OK: count is 0.
 */
void raft_node_entries(struct raft_node *node, uint64_t token, enum raft_error error,
                       const struct raft_entry *entries, uint32_t count);
/* The answer to a store: RAFT_OK, or RAFT_FULL and the snapshot is given up. */
void raft_node_stored(struct raft_node *node, enum raft_error error);
/* The answer to a read_image; data is borrowed. */
void raft_node_image(struct raft_node *node, uint64_t token, enum raft_error error,
                     struct raft_span data);
/* The writer met a full disk (it goes on trying), or has room again. */
void raft_node_space(struct raft_node *node, bool gone);

/* Time out now. */
void raft_node_campaign(struct raft_node *node);

/* Hand leadership over; to 0 = the most up-to-date follower. *chosen (may be NULL) gets the target.
 */
enum raft_refusal raft_node_transfer(struct raft_node *node, raft_id to, raft_id *chosen);

/* Changes who the members are: target says who shall vote, learn, or join (config.h; no OLD_VOTER).
 * base 0 = whatever the configuration is now, else the index of the one that target was made from.
 * *index (may be NULL) gets the index of the CONFIG entry; the change is done when the
 * configuration in force is target, and committed (status). New members must be known to comms
 * before. */
enum raft_refusal raft_node_change(struct raft_node *node, const struct raft_config *target,
                                   raft_index base, raft_index *index);

/* Takes a snapshot of what is applied, now, or goes on with one that is being taken: RAFT_OK, and
 * it is stored when status.core.snapshot reaches *index. So many entries before it stay, as far as
 * they are there (RAFT_NODE_KEEP: as many as options.snapshot_trailing). RAFT_EXISTS: the stored
 * one, at *index, has all that is applied. RAFT_BUSY: not at this moment. */
enum raft_error raft_node_snapshot(struct raft_node *node, uint32_t keep,
                                   raft_index *index) RAFT_MUST_USE;
#define RAFT_NODE_KEEP UINT32_MAX

/* A command of this process's own (no client behind it). done is called once, with the app's result
 * after commit and local apply, or with a status other than ok. It may be called before this
 * returns, and must not call back into the node. */
typedef void (*raft_node_done)(void *context, enum raft_reply_status status, raft_index index,
                               struct raft_span result);
void raft_node_submit(struct raft_node *node, struct raft_span command, raft_node_done done,
                      void *context);

/* The same for a client that names its commands (node/sessions.h; seq is not 0): one that ran
 * already is answered as it was then, one that is under way here is busy. */
void raft_node_submit_as(struct raft_node *node, const struct raft_session_name *name,
                         struct raft_span command, raft_node_done done, void *context);

/* A read of this process's own, linearizable, without a log entry; done is called as for a command.
 */
void raft_node_query(struct raft_node *node, struct raft_span command, raft_node_done done,
                     void *context);

/* Copies entries the tail still has of [first, last] (data borrowed until the next call on node);
 * returns how many, starting exactly at first, 0 if first is not in the tail. */
uint32_t raft_node_tail(const struct raft_node *node, raft_index first, raft_index last,
                        struct raft_entry *entries, uint32_t entries_max);

/* The app's command inside a stored entry (behind the client's name); empty for other entries. */
struct raft_span raft_node_command(const struct raft_entry *entry);

void raft_node_status(const struct raft_node *node, struct raft_node_status *status);

/* A leader's peers alone; their number. */
uint32_t raft_node_peers(const struct raft_node *node,
                         struct raft_peer_status peers[RAFT_NODES_MAX]);

/* Stops: no more sends, open clients get "unknown". Then frees; *node becomes NULL. NULL is fine.
 */
void raft_node_destroy(struct raft_node **node);

/* The sentence of a trace, e.g. "vote refused to n4: its log is behind"; names are n<id>. */
void raft_node_trace_text(enum raft_trace_code code, raft_id peer, uint64_t a, uint64_t b,
                          char *text, size_t bytes);

#endif
