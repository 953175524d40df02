/* SPDX-License-Identifier: MIT
 *
 * What the files of lib/server know of each other.
 *
 * loop.c wraps libevent: a watch calls back when its descriptor is ready, one timer wakes the
 * server. log_thread.c is the writer port over a log and a thread. publish.c is an observer that
 * writes the table. control.c serves the Unix socket, http.c TCP. server.c joins them and owns the
 * turn. mailbox.c brings in what other threads want; embed.c makes a server of names and defaults.
 */
#ifndef RAFT_SERVER_INTERNAL_H
#define RAFT_SERVER_INTERNAL_H

#include "server/embed.h"
#include "server/errors.h"
#include "server/monitor.h"
#include "server/watchdog.h"

struct event_base;
struct raft_http;
struct raft_server_mailbox;
struct raft_json;

/* -- loop.c: libevent ---------------------------------------------------------------------------*/

struct raft_server_loop;
struct raft_server_watch;

enum raft_server_priority { RAFT_SERVER_FIRST, RAFT_SERVER_LATER, RAFT_SERVER_PRIORITIES };

typedef void (*raft_server_callback)(void *context);

struct raft_server_loop *raft_server_loop_create(raft_server_callback wake, void *context);
/* Calls back while fd is readable (or, with writable, writable). */
struct raft_server_watch *raft_server_loop_watch(struct raft_server_loop *loop, int fd,
                                                 enum raft_server_priority priority,
                                                 raft_server_callback callback, void *context);
void raft_server_watch_direction(struct raft_server_watch *watch, bool readable, bool writable);
/* It does not call back for a tenth of a second, then while fd is readable again: what it would do
 * cannot be done at present, and would be tried again and again. */
void raft_server_watch_rest(struct raft_server_watch *watch);
void raft_server_watch_free(struct raft_server_watch **watch);
/* One timer: calls wake after that time; replaces the former one; UINT64_MAX = never. */
void raft_server_loop_wake_in(struct raft_server_loop *loop, uint64_t ns);
void raft_server_loop_run(struct raft_server_loop *loop);
void raft_server_loop_stop(struct raft_server_loop *loop);
void raft_server_loop_free(struct raft_server_loop **loop);
/* libevent's own, whose events have the later priority if nothing else is said. */
struct event_base *raft_server_loop_base(const struct raft_server_loop *loop);

/* -- log_thread.c: the writer port --------------------------------------------------------------*/

struct raft_server_log_thread;

/* Who asked for a range of entries. */
enum raft_server_reader { RAFT_SERVER_READER_NODE, RAFT_SERVER_READER_CONTROL };

/* Called on the loop's thread by raft_server_log_deliver. */
struct raft_server_log_sink {
    void *context;
    void (*persisted)(void *context, uint64_t seq);
    void (*entries)(void *context, enum raft_server_reader reader, uint64_t token,
                    enum raft_error error, const struct raft_entry *entries, uint32_t count);
    void (*stored)(void *context, enum raft_error error);
    void (*image)(void *context, uint64_t token, enum raft_error error, struct raft_span data);
    void (*space)(void *context, bool gone);
    void (*failed)(void *context, enum raft_error error); /* the thread has ended */
};

struct raft_server_log_thread *raft_server_log_create(struct raft_log *log,
                                                      const struct raft_server_log_sink *sink);
struct raft_writer *raft_server_log_writer(struct raft_server_log_thread *thread);
/* Readable when something was finished; then call deliver. */
int raft_server_log_fd(const struct raft_server_log_thread *thread);
void raft_server_log_deliver(struct raft_server_log_thread *thread);
void raft_server_log_read(struct raft_server_log_thread *thread, enum raft_server_reader reader,
                          uint64_t token, raft_index first, raft_index last, size_t bytes_max);
/* Starts the thread (after raft_node_start, which loads the log itself). */
void raft_server_log_start(struct raft_server_log_thread *thread);
/* Ends the thread; what was not written is not. The log is the caller's. */
void raft_server_log_free(struct raft_server_log_thread **thread);

/* -- publish.c: the table -----------------------------------------------------------------------*/

struct raft_server_publisher {
    struct raft_shm *shm;
    uint32_t slot;
    struct raft_node *node;
    struct raft_comms *comms;
    struct raft_node_observer observer;
    struct raft_shm_node record; /* as last written */
    bool dirty;                  /* something changed that a reader may wait for */
    bool silent;                 /* no events on stderr */
    bool ring_owed;              /* the bell was rung too shortly before */
    bool members_changed;        /* there may be nodes that we do not know how to reach */
    /* Of each substate that comes with every write: when its share of the ring is filled up again,
     * and how often it was passed without an event since the last one. */
    raft_time paid_until[RAFT_SUBSTATE_COUNT];
    uint64_t untold[RAFT_SUBSTATE_COUNT];
};

void raft_server_publish_init(struct raft_server_publisher *publisher, struct raft_shm *shm,
                              uint32_t slot, const struct raft_node_options *options);
/* Does the recovered state keep what the node's last process promised by this table? RAFT_CORRUPT:
 * its data was lost or replaced, and it must not vote. Right after raft_node_start. */
enum raft_error raft_server_publish_check(const struct raft_server_publisher *publisher,
                                          char *message, size_t message_bytes) RAFT_MUST_USE;
/* Writes the record if something changed or it is old; at the end of each turn. */
void raft_server_publish(struct raft_server_publisher *publisher, raft_time now);
void raft_server_publish_exit(struct raft_server_publisher *publisher, enum raft_shm_exit reason);
void raft_server_publish_space(struct raft_server_publisher *publisher, bool gone);
/* Writes a command event with this text; returns its seq. */
uint64_t raft_server_publish_command(struct raft_server_publisher *publisher, const char *text);

/* -- control.c, control_request.c, answers.c: the Unix socket -----------------------------------*/

struct raft_server_control;

struct raft_server_control *raft_server_control_create(struct raft_server *server);
/* Binds and serves path. */
enum raft_error raft_server_control_open(struct raft_server_control *control, const char *path,
                                         char *message, size_t message_bytes) RAFT_MUST_USE;
/* At the end of each turn: answers what waited for a change. */
void raft_server_control_turn(struct raft_server_control *control);
void raft_server_control_entries(struct raft_server_control *control, uint64_t token,
                                 enum raft_error error, const struct raft_entry *entries,
                                 uint32_t count);
void raft_server_control_free(struct raft_server_control **control);

/* How often no client could be accepted, for want of descriptors or memory; since start. */
uint64_t raft_server_control_accepts_failed(const struct raft_server_control *control);

struct raft_json *raft_server_answer_inspect(struct raft_server *server);
struct raft_json *raft_server_answer_refused_transfer(enum raft_refusal refusal, raft_id self,
                                                      raft_id to);
/* {"keep": entries that stay} -> {"index": of it, "taken": false if it was there already}. It is
 * stored when its event comes. */
struct raft_json *raft_server_answer_snapshot(struct raft_server *server,
                                              const struct raft_json *request, uint64_t seq);

/* -- members.c: who there is, and changes of it -------------------------------------------------*/

/* Where nodes are, as the table's services say. */
struct raft_server_peers {
    struct raft_endpoint known[RAFT_NODES_MAX]; /* by slot; id 0 = none */
};

/* Looks into the table: nodes that came can be reached from now on, those that left no longer. */
void raft_server_meet_peers(struct raft_server *server);
struct raft_json *raft_server_answer_change(struct raft_server *server,
                                            const struct raft_json *request);
/* The configuration in force as {"index", "committed", "joint", "members": [{"id", "as"}]}. */
struct raft_json *raft_server_render_config(const struct raft_status *status);

/* -- server.c -----------------------------------------------------------------------------------*/

struct raft_server {
    struct raft_server_options options;
    struct raft_faults faults;
    uint64_t faults_epoch;
    raft_time now; /* cluster time, as the node sees it */
    struct raft_server_loop *loop;
    struct raft_server_log_thread *log_thread;
    struct raft_comms *comms; /* the interceptor around udp */
    struct raft_node *node;
    struct raft_server_publisher publisher;
    struct raft_server_errors *errors;
    struct raft_server_watchdog watchdog;
    struct raft_server_monitors monitors;
    struct raft_app *app; /* options.app under the watchdog */
    struct raft_server_peers peers;
    struct raft_server_control *control;
    struct raft_http *http;
    struct raft_server_mailbox *mailbox; /* mailbox.h */
    struct raft_endpoint *places;        /* owned; of all nodes, if embed.c made us */
    uint32_t places_count;
    struct raft_shm *table; /* owned; NULL: options.shm is borrowed */
    struct raft_server_watch *udp_watch;
    struct raft_server_watch *mail_watch;
    struct raft_server_watch *log_watch;
    struct raft_server_watch *signal_watch;
    int signal_fd;
    uint32_t backlog; /* turns in a row that left datagrams waiting */
    bool started;
    bool stopping;
    bool is_lost; /* it cannot go on, and that was said */
    int exit_code;
};

/* Before a call on the node from outside a turn: sets the present. After it: ends the turn. */
void raft_server_turn_begin(struct raft_server *server);
void raft_server_turn_end(struct raft_server *server);

#endif
