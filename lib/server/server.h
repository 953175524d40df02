/* SPDX-License-Identifier: MIT
 *
 * The server: one node on a real machine.
 *
 * It gives a node (lib/node) what the simulator gives it in virtual time: the cluster's clock as
 * the present, datagrams from a socket, a thread that writes the log, a wake-up when the next
 * deadline comes. It publishes the node's state into the status table, and answers on the node's
 * own Unix socket (cluster/control.h). Everything runs from one event loop on one thread; only the
 * log has a thread of its own, which touches nothing but the log.
 *
 * Order within a turn of the loop: what the log finished, then waiting datagrams, then time. After
 * a pause of the whole process the heartbeats that wait in the socket are therefore heard before
 * the election timer is looked at.
 *
 * start() returns at once; run() is the loop. Signals: SIGTERM, SIGINT and SIGHUP stop it cleanly,
 * SIGUSR1 makes it look at the clock and at the table's nodes again, SIGPIPE is ignored.
 */
#ifndef RAFT_SERVER_SERVER_H
#define RAFT_SERVER_SERVER_H

#include "node/node.h"
#include "shm/shm.h"

struct raft_json;
struct raft_server;

/* REST over HTTP/1.1 (server/http.h). Borrowed for the server's life. */
struct raft_http_options {
    struct raft_endpoint endpoint; /* where it listens; port 0 = no HTTP */
    const char *token; /* that every request must bring; NULL or "" = none, loopback only */
    const char *app;   /* the app's name: the calls of its group are served */
    const struct raft_endpoint *peers; /* where HTTP of the nodes is, for hints and redirects */
    uint32_t peers_count;
    uint32_t connections_max; /* 0 = default (4096, fewer if there are no descriptors) */
    uint32_t answer_ms;       /* a call is answered within this; 0 = default (800) */
    uint32_t request_ms;      /* a request must be there within this; 0 = default (10 s) */
    uint32_t idle_ms;         /* between two requests; 0 = default (60 s) */
    uint32_t take_ms;         /* for the client to take its answer; 0 = default (60 s) */
};

/* The clock by which callbacks are timed; now_ns NULL = the machine's. */
struct raft_server_clock {
    uint64_t (*now_ns)(void *context);
    void *context;
};

/* For how long a callback may keep the loop before that is reported (embed.h). */
struct raft_server_patience {
    uint32_t callback_ms_max; /* 0 = default (50) */
    struct raft_server_clock clock;
};

struct raft_server_options {
    struct raft_node_options node;
    uint32_t slot;          /* the node's place in the table */
    struct raft_shm *shm;   /* borrowed; the table, or a private one */
    struct raft_log *log;   /* taken */
    struct raft_comms *udp; /* taken; any adapter */
    struct raft_app *app;   /* taken */
    const struct raft_serializer *serializer;
    const char *socket; /* path of the node's own Unix socket; NULL = none */
    struct raft_http_options http;
    struct raft_server_patience patience;
    const char *error_file; /* where unhandled errors are appended; NULL = nowhere */
    bool embedded; /* signals are the host program's business; raft_server_quit (embed.h) ends it */
    bool silent;   /* what happens is not told on stderr */
};

/* Takes log, udp and app, whatever becomes of it. */
struct raft_server *raft_server_new(const struct raft_server_options *options);

/* Loads the log and begins to serve. RAFT_EXISTS the second time, and nothing changes. */
enum raft_error raft_server_start(struct raft_server *server, char *message,
                                  size_t message_bytes) RAFT_MUST_USE;

/* Runs until a signal or raft_server_stop(); returns an exit code (enum raft_shm_exit). */
int raft_server_run(struct raft_server *server);

/* Makes run() return soon; from a callback of the loop's own thread. */
void raft_server_stop(struct raft_server *server, enum raft_shm_exit reason);

/* Appends a broken invariant to the error file; for an assert hook, which ends the process. */
void raft_server_note_invariant(struct raft_server *server, const char *text);

/* Frees; *server becomes NULL. NULL is fine. */
void raft_server_free(struct raft_server **server);

/* An entry as a person wants it: index, term, type, bytes, and what kv makes of its bytes. */
struct raft_json *raft_server_entry_json(const struct raft_entry *entry);

/* An index as a person names it: negative counts from the end (-1 = last), not below first. */
raft_index raft_server_find_index(int64_t wanted, raft_index first, raft_index last);

/* The exit code that stands for an error at start. */
enum raft_shm_exit raft_server_exit_code(enum raft_error error);

#endif
