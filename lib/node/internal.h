/* SPDX-License-Identifier: MIT
 *
 * The inside of a node, shared by the files of lib/node and nobody else.
 *
 * node.c takes events in, one at a time, and steps the core; effects.c executes what comes out in
 * order; replicate.c serves replicate wishes; apply.c brings committed entries to the app;
 * requests.c answers clients; snapshot.c, serve.c and fetch.c deal with snapshots. Events that
 * arise while effects are executed are queued (they hold no borrowed bytes) and stepped before the
 * outermost call returns.
 */
#ifndef RAFT_NODE_INTERNAL_H
#define RAFT_NODE_INTERNAL_H

#include "base/random.h"
#include "node/clients.h"
#include "node/node.h"
#include "node/outbox.h"
#include "node/persists.h"
#include "node/reads.h"
#include "node/sessions.h"
#include "node/snapshot.h"
#include "node/tail.h"

enum { RAFT_NODE_WISHES_MAX = 2 * RAFT_NODES_MAX }; /* of the peers, and of those just removed */

/* A replicate wish that waits for its bytes or for durability; one per peer, the newest wins. */
struct raft_node_wish {
    raft_id peer; /* 0 = this place is free */
    bool waiting; /* effect is owed */
    bool reading; /* a read for it is under way */
    uint64_t token;
    struct raft_effect effect;
};

struct raft_node_rtt {
    raft_id peer;       /* 0 = this place is free */
    uint64_t request;   /* id of the request that is timed; 0 = none */
    raft_time sent;     /* when it left */
    uint32_t newest_us; /* the last one measured */
};

struct raft_node {
    struct raft_node_options options;
    struct raft_node_ports ports;
    struct raft *core;
    struct raft_random random;
    struct raft_node_observer *observers;
    raft_time now;
    raft_time deadline;
    bool started;
    bool busy;    /* inside a step */
    bool leading; /* the core's role is leader */
    uint64_t boots;
    raft_index first; /* of the log, as far as the writer will come with what it has */
    uint64_t durable; /* newest completed persist */
    uint64_t issued;  /* newest persist */
    uint64_t events;  /* stepped so far */

    struct raft_event *queue; /* what arose while effects were executed, a ring */
    uint32_t queue_room;      /* a power of two, or 0 */
    uint32_t queue_head;
    uint32_t queue_count;

    /* The entries that the present event brought, where a persist finds its bytes. */
    const struct raft_entry *source;
    uint32_t source_count;
    bool source_proposed; /* they have no index yet: the first one is the persist's first */
    struct raft_pending *proposal; /* whose command the present event proposes */
    struct {
        enum raft_refusal refusal;
        raft_id to;
    } transfer; /* what the present transfer event gave */
    struct {
        enum raft_refusal refusal;
        raft_index index;
    } change;                              /* what the present change event gave */
    uint8_t config[RAFT_CONFIG_BYTES_MAX]; /* payload of the CONFIG entry that is made */

    struct raft_tail tail;
    struct raft_node_persists persists;
    struct raft_outbox outbox;
    struct raft_clients clients;
    struct raft_waiting_reads reads;
    struct raft_sessions *sessions; /* as of applied, as the app */

    struct raft_node_wish wishes[RAFT_NODE_WISHES_MAX];
    uint64_t token; /* of the newest read */

    raft_index commit;
    raft_index applied;
    raft_term applied_term;
    uint64_t apply_token; /* of the read that apply waits for; 0 = none */

    struct raft_snapshot stored;  /* the newest durable one, index 0 = none */
    struct raft_config_at loaded; /* of the one that was found at boot */
    struct raft_node_take take;
    struct raft_node_pull pull;
    struct raft_node_install install;
    struct raft_node_serve serves[RAFT_NODES_MAX];
    raft_time served_at; /* when the last piece was asked for, 0 = never */

    struct {
        raft_term term;
        raft_id vote;
        raft_index acked;
    } promised; /* in the newest term */

    struct raft_node_rtt rtts[RAFT_NODES_MAX];

    /* Scratch of one call each, not cleared at the beginning. */
    struct raft_entry batch[RAFT_PACKET_ENTRIES_MAX];
    uint8_t payload[RAFT_SESSION_NAME_BYTES + RAFT_COMMAND_BYTES_MAX];
    uint8_t result[RAFT_APP_RESULT_BYTES_MAX];
};

/* node.c: steps the core with an event, or queues it when a step is under way. */
void raft_node_step(struct raft_node *node, struct raft_event *event);

/* effects.c */
void raft_node_execute(struct raft_node *node, const struct raft_effects *effects);
/* A message leaves now; what it promises is told to the observers first. */
void raft_node_post(void *node, const struct raft_message *message);

/* configs.c: the configurations in the log behind its snapshot; *configs is to be freed. */
enum raft_error raft_node_configs_load(struct raft_node *node, const struct raft_log_state *state,
                                       struct raft_config_at **configs,
                                       uint32_t *count) RAFT_MUST_USE;

/* replicate.c */
void raft_node_replicate(struct raft_node *node, const struct raft_effect *effect);
/* Tries the waiting wishes again after a persist has completed. */
void raft_node_replicate_retry(struct raft_node *node);
/* Forgets all wishes; reads under way come back to nobody. */
void raft_node_replicate_reset(struct raft_node *node);
/* The answer to a read of replicate's; false if the token is none of its. */
bool raft_node_replicate_entries(struct raft_node *node, uint64_t token,
                                 const struct raft_entry *entries, uint32_t count);

/* apply.c: applies up to the commit index as far as the bytes are at hand. */
void raft_node_apply(struct raft_node *node);
/* The digest of the app and the sessions. */
uint64_t raft_node_digest(const struct raft_node *node);
bool raft_node_apply_entries(struct raft_node *node, uint64_t token,
                             const struct raft_entry *entries, uint32_t count);

/* snapshot.c */
void raft_node_snapshot_init(struct raft_node *node);
void raft_node_snapshot_finish(struct raft_node *node);
/* Takes one if it is due. */
void raft_node_snapshot_consider(struct raft_node *node);
/* Goes on with the one that is being taken. */
void raft_node_snapshot_run(struct raft_node *node);
/* The stored one becomes the state and the beginning of the start event. */
enum raft_error raft_node_snapshot_load(struct raft_node *node, const struct raft_log_state *state,
                                        struct raft_event *start) RAFT_MUST_USE;
/* The state of an image becomes the node's; false if it is none, and nothing has changed. */
bool raft_node_snapshot_restore(struct raft_node *node, const struct raft_image *image);

/* serve.c */
void raft_node_serve(struct raft_node *node, raft_id peer, const struct raft_fetch *fetch);

/* fetch.c: an offer, a piece; and the install, from before the core's step to its durability. */
void raft_node_fetch(struct raft_node *node, const struct raft_effect *effect);
void raft_node_chunk(struct raft_node *node, raft_id from, const struct raft_chunk *chunk);
/* Whether the core is to see a received snapshot: if so, it will take it, and the state is its. */
bool raft_node_fetch_accept(struct raft_node *node, const struct raft_event *event);
void raft_node_fetch_install(struct raft_node *node, const struct raft_effect *effect);
void raft_node_fetch_restored(struct raft_node *node, const struct raft_effect *effect);
void raft_node_fetch_persisted(struct raft_node *node, uint64_t seq);

/* requests.c */
void raft_node_request(struct raft_node *node, const struct raft_packet *packet,
                       const struct raft_address *from);
/* The core's answer to the present proposal. */
void raft_node_proposed(struct raft_node *node, const struct raft_effect *effect);
/* The entry was applied: its waiting client, if there is one, hears what became of its command,
 * here or, if the entry is a copy, before. */
void raft_node_answer(struct raft_node *node, const struct raft_entry *entry,
                      enum raft_reply_status status, const struct raft_session_answer *answer);
/* Leadership is lost: all waiting clients get "unknown". */
void raft_node_answer_unknown(struct raft_node *node);

/* The word for a client. */
enum raft_reply_status raft_node_translate(enum raft_refusal refusal, raft_id leader);

/* query.c: reads */
void raft_node_read_request(struct raft_node *node, const struct raft_packet *packet,
                            const struct raft_address *from);
void raft_node_read_known(struct raft_node *node, const struct raft_effect *effect);
/* More is applied: reads that waited for it are answered. */
void raft_node_read_serve(struct raft_node *node);
void raft_node_read_stop(struct raft_node *node);

/* observers.c: each calls every observer that wants it. */
void raft_node_tell_role(struct raft_node *node, enum raft_role from, enum raft_role to,
                         raft_term term);
void raft_node_tell_substate(struct raft_node *node, enum raft_substate substate);
void raft_node_tell_leader(struct raft_node *node, raft_id leader, raft_term term);
void raft_node_tell_commit(struct raft_node *node);
void raft_node_tell_promise(struct raft_node *node);
void raft_node_tell_trace(struct raft_node *node, const struct raft_effect *effect);
void raft_node_tell_message(struct raft_node *node, bool outgoing,
                            const struct raft_message *message);
void raft_node_tell_appended(struct raft_node *node, const struct raft_entry *entry);
void raft_node_tell_truncated(struct raft_node *node, raft_index first);
void raft_node_tell_installed(struct raft_node *node, const struct raft_snapshot *snapshot,
                              bool keep_suffix);
void raft_node_tell_applied(struct raft_node *node, const struct raft_entry *entry);

void raft_node_tell_config(struct raft_node *node, const struct raft_effect *effect);

/* rtt.c: requests and their replies. */
void raft_node_rtt_sent(struct raft_node *node, const struct raft_message *message);
void raft_node_rtt_received(struct raft_node *node, const struct raft_message *message);
uint32_t raft_node_rtt_of(const struct raft_node *node, raft_id peer);

#endif
