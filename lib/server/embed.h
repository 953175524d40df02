/* SPDX-License-Identifier: MIT
 *
 * A node inside a program of your own.
 *
 *     struct raft_server_config config = raft_server_defaults();
 *     config.cluster = "orders";                       what the cluster is called
 *     config.working_dir = "/var/lib/orders/n1";       log and error file go there alone
 *     config.self = (struct raft_server_place){.id = 1, .endpoint = "127.0.0.1:9101"};
 *     config.others = others; config.others_count = 2; the same of the other nodes
 *     config.app = my_app;                             your state machine (app/app.h)
 *     raft_server_open(&config, &server, message, sizeof message);
 *     raft_server_start(server, message, sizeof message);   returns at once
 *     raft_server_run(server);                         the loop, until raft_server_quit()
 *
 * Whoever runs the loop is the only thread that touches Raft's state and the app. Other threads,
 * the program's own work among them, have this header's calls: submit and query queue a command and
 * wake the loop by an eventfd, post runs a function there, call waits for the answer, quit ends it.
 * A callback (the app's, a monitor's, a done) runs on the loop and must not block: heartbeats wait
 * for it. Work that takes long belongs on a thread of the program's own.
 *
 * Nothing of the process is touched: no signal is caught or blocked elsewhere, no directory is
 * changed; on stderr there is nothing but the node's own troubles, or what happens if it is asked.
 */
#ifndef RAFT_SERVER_EMBED_H
#define RAFT_SERVER_EMBED_H

#include "server/server.h"

/* A node and where it is. */
struct raft_server_place {
    raft_id id;           /* from 1, never that of another node, also of a former one */
    const char *name;     /* for people; NULL = "n<id>" */
    const char *endpoint; /* "127.0.0.1:9101" or "[::1]:9101", UDP */
};

/* Borrowed until raft_server_open returns, but for what is taken. */
struct raft_server_config {
    const char *cluster;     /* its name: stores and datagrams of another one are refused */
    const char *working_dir; /* made if it is missing; must be writable */
    struct raft_server_place self;
    const struct raft_server_place *others;
    uint32_t others_count;
    bool joins;               /* not of the first members: waits until they add it */
    struct raft_app *app;     /* taken */
    struct raft_log *log;     /* taken; NULL = LMDB in working_dir/log */
    struct raft_comms *comms; /* taken; NULL = UDP at self.endpoint */
    const struct raft_serializer *serializer; /* of the wire, NULL = msgpack */
    /* Of the log in working_dir, borrowed for the server's life and its alone; NULL = none. */
    const struct raft_serializer *log_serializer;
    raft_time election_timeout;   /* us */
    raft_time heartbeat_interval; /* us */
    bool pre_vote;
    bool check_quorum;
    uint32_t snapshot_every; /* entries; 0 = default */
    bool trace;              /* tell on stderr, line by line, what happens */
    struct raft_http_options http;
    struct raft_server_patience patience;
};

/* A cluster in a local network: LMDB, UDP, msgpack, elections after 500 ms, heartbeats each 50 ms,
 * pre-vote and check-quorum, no HTTP. What is left to say: cluster, working_dir, self, others, app.
 */
struct raft_server_config raft_server_defaults(void);

/* Is all of it there and does it fit together? RAFT_INVALID, and message names the field. */
enum raft_error raft_server_check(const struct raft_server_config *config, char *message,
                                  size_t message_bytes) RAFT_MUST_USE;

/* Checks, opens what is to be opened and makes the server. Takes app, log and comms, whatever
 * becomes of it (one that is refused as not whole is not touched); on an error *server is NULL and
 * message says what, where and why. */
enum raft_error raft_server_open(const struct raft_server_config *config,
                                 struct raft_server **server, char *message,
                                 size_t message_bytes) RAFT_MUST_USE;

/* What became of a command. Only with RAFT_REPLY_OK there is a result, and then the entry is
 * committed and applied here. UNKNOWN: it may yet commit. All others: it never will. */
struct raft_server_reply {
    enum raft_reply_status status;
    raft_index index;
    raft_id leader;           /* as this node knows it; 0 = no leader */
    char leader_endpoint[80]; /* where it is; "" = not known */
    struct raft_span result;  /* borrowed */
};

/* On the loop's thread, once; it may submit and post. When the server is freed instead, on that
 * thread: UNKNOWN for what was taken, BUSY for what was not. NULL = nobody wants to know. */
typedef void (*raft_server_done)(void *context, const struct raft_server_reply *reply);

/* From any thread: a command for the log. It is copied. RAFT_TOO_LARGE above
 * RAFT_COMMAND_BYTES_MAX, RAFT_CLOSED after quit: then done is not called. */
enum raft_error raft_server_submit(struct raft_server *server, struct raft_span command,
                                   raft_server_done done, void *context) RAFT_MUST_USE;

/* From any thread: a linearizable read, without an entry. */
enum raft_error raft_server_query(struct raft_server *server, struct raft_span command,
                                  raft_server_done done, void *context) RAFT_MUST_USE;

/* submit (call) or query (ask), and wait at most so long. The result is copied into buffer, and
 * reply borrows it from there. RAFT_TIMEOUT: the outcome is unknown. RAFT_INVALID from the loop's
 * own thread, which would wait for itself. RAFT_LIMIT: the result is larger than buffer, and what
 * else reply says holds. */
struct raft_server_wait {
    uint32_t timeout_ms;
    void *buffer;
    size_t buffer_bytes;
};
enum raft_error raft_server_call(struct raft_server *server, struct raft_span command,
                                 const struct raft_server_wait *wait,
                                 struct raft_server_reply *reply) RAFT_MUST_USE;
enum raft_error raft_server_ask(struct raft_server *server, struct raft_span command,
                                const struct raft_server_wait *wait,
                                struct raft_server_reply *reply) RAFT_MUST_USE;

/* From any thread: waits at most so long until this node knows a leader, which may be one that died
 * a moment ago. RAFT_TIMEOUT, or RAFT_INVALID at once from the loop's own thread: it knows none;
 * *leader is 0, and endpoint "". Both may be NULL. */
enum raft_error raft_server_wait_leader(struct raft_server *server, uint32_t timeout_ms,
                                        raft_id *leader, char endpoint[80]) RAFT_MUST_USE;

/* From any thread: runs task on the loop's thread, within a turn: there the node may be asked and
 * told (node/node.h). node is NULL if the server was freed before. */
typedef void (*raft_server_task)(void *context, struct raft_node *node);
enum raft_error raft_server_post(struct raft_server *server, raft_server_task task,
                                 void *context) RAFT_MUST_USE;

/* From any thread, but not from a signal's handler (it locks): makes raft_server_run return soon,
 * with RAFT_SHM_EXIT_STOP. */
void raft_server_quit(struct raft_server *server);

/* -- what happens -------------------------------------------------------------------------------
 */

/* Watches the changes of state (StateChangeMonitor). For each: new_state when the old one has ended
 * and before the new one does anything, new_substate, then finish_state_change when the new state
 * has begun; further new_substate calls as it goes on. false = the monitor failed: a handled error,
 * as is one that blocks, and the others are told all the same. Any function may be NULL. */
struct raft_server_monitor {
    const char *name;
    void *context;
    bool (*new_state)(void *context, enum raft_role from, enum raft_role to, raft_term term);
    bool (*new_substate)(void *context, enum raft_role state, enum raft_substate substate);
    bool (*finish_state_change)(void *context, enum raft_role state);
    struct raft_server_monitor *next; /* the list's */
};

/* Borrowed until removed; adding one twice, and removing one that is not there, changes nothing. On
 * the loop's thread (post), or while the loop does not run. A monitor may add and remove monitors,
 * itself too. */
void raft_server_add_monitor(struct raft_server *server, struct raft_server_monitor *monitor);
void raft_server_remove_monitor(struct raft_server *server, struct raft_server_monitor *monitor);

/* What went wrong. Handled: the server goes on, and the newest of them are kept in a list.
 * Unhandled: it cannot go on; then the app's unrecoverable is called, working_dir/errors.txt gets a
 * report between a line START and a line END, and raft_server_run returns another code than 0. */
#define RAFT_TROUBLES(X)                                                                           \
    X(CALLBACK_BLOCKED, "callback_blocked") /* handled: it kept the loop too long */               \
    X(MONITOR_FAILED, "monitor_failed")     /* handled */                                          \
    X(DISK_FULL, "disk_full")               /* handled: it goes on when there is room */           \
    X(LOG_FAILED, "log_failed")             /* unhandled */                                        \
    X(START_FAILED, "start_failed")         /* unhandled */                                        \
    X(INVARIANT, "invariant")               /* unhandled: raft_server_note_invariant */

enum raft_server_trouble {
#define X(name, text) RAFT_TROUBLE_##name,
    RAFT_TROUBLES(X)
#undef X
};

enum { RAFT_ERRORS_KEPT = 64, RAFT_ERROR_TEXT = 192 };

struct raft_server_error {
    enum raft_server_trouble trouble;
    char when[32]; /* 2026-11-21T11:14:48.147Z */
    char text[RAFT_ERROR_TEXT];
};

/* From any thread: the handled errors, oldest first; returns how many, and with clear forgets them.
 */
uint32_t raft_server_errors(struct raft_server *server, bool clear,
                            struct raft_server_error list[RAFT_ERRORS_KEPT]);

const char *raft_server_trouble_name(enum raft_server_trouble trouble);

#endif
