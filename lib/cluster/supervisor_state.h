/* SPDX-License-Identifier: MIT
 *
 * What a supervisor holds while it runs; shared by its files, known to nobody else.
 *
 * children.c moves services along their table, requests.c turns a request into such moves and knows
 * when it is done, members.c makes room for nodes and lets them go, connections.c carries the
 * lines, ports.c holds the nodes' sockets, adopt.c takes over what a former supervisor left,
 * supervisor.c is the loop: descriptors and deadlines in, one reaction each. Deadlines are
 * CLOCK_MONOTONIC milliseconds, 0 = none.
 */
#ifndef RAFT_CLUSTER_SUPERVISOR_STATE_H
#define RAFT_CLUSTER_SUPERVISOR_STATE_H

#include <sys/types.h>

#include "cluster/hold.h"
#include "cluster/service.h"
#include "cluster/spec.h"
#include "cluster/supervisor.h"
#include "json/json.h"

enum {
    RAFT_CHILD_START_MS = 20000, /* until a node must have said that it is ready */
    RAFT_CHILD_STOP_MS = 10000,  /* SIGTERM to SIGKILL, unless the request says otherwise */
    RAFT_CHILD_SEEN_MS = 5000,   /* until a stop or continue signal must have been seen to work */
    RAFT_CHILD_LOOK_MS = 2,      /* between two looks at a process that was told to stop or go on */
    RAFT_CHILD_BACKOFF_MS = 100, /* first pause before a crashed node starts again; doubles */
    RAFT_CHILD_BACKOFF_MAX_MS = 30000,
    RAFT_CHILD_HEALTHY_MS = 10000, /* alive so long: the next pause is the first one again */
    RAFT_CHILD_TEXT = 256,
    RAFT_MEMBERS_LOOK_MS = 20,     /* between two looks for a change that somebody waits for */
    RAFT_MEMBERS_REST_MS = 1000,   /* and while one may come, or has not come to its end */
    RAFT_MEMBERS_WATCH_MS = 60000, /* after a request or a start: how long one may come */
    RAFT_CONNECTIONS_MAX = 64,
    RAFT_CONNECTIONS_REST_MS = 100, /* until the next try when none could be accepted */
    RAFT_CONNECTION_BYTES_MAX = 1024 * 1024
};

struct raft_child {
    raft_id id;
    uint32_t slot;
    enum raft_shm_process state;
    bool desired_up;
    bool end_asked; /* the coming exit was asked for */
    bool ours;      /* our child: its exit status can be had */
    struct raft_process_held {
        pid_t pid;
        int pidfd; /* -1 = none */
        int ready; /* -1 = none */
    } process;
    int held[RAFT_HOLDS]; /* sockets of its ports: nobody else gets them; -1 = an adopted node has
                             it, or a stranger, or there is none */
    uint64_t start_ticks;
    uint64_t incarnation;
    uint64_t deadline; /* of a start, a stop or a backoff */
    uint64_t look;     /* next look at /proc: a pause or resume is under way */
    uint64_t ready_since;
    int follow; /* the event that the present one entails, -1 = none */
    uint64_t backoff_ms;
    uint64_t started; /* CLOCK_REALTIME ns */
    uint64_t ended;
    uint32_t restarts;
    int exit_code;
    int exit_signal;
    char failure[RAFT_CHILD_TEXT]; /* why the last start failed, in the node's own words */
};

enum raft_goal {
    RAFT_GOAL_NONE,
    RAFT_GOAL_UP,
    RAFT_GOAL_DOWN,
    RAFT_GOAL_PAUSED,
    RAFT_GOAL_RESUMED,
    RAFT_GOAL_MEMBER /* its node is in the membership what `want` says */
};

/* A request that waits for its nodes. */
struct raft_errand {
    enum raft_goal goal;
    bool restart;      /* start the nodes once they are down */
    bool leave;        /* the verb `down`: the supervisor ends afterwards */
    uint64_t seq;      /* of its command event */
    uint64_t deadline; /* then what was not seen yet is refused; 0 = none */
    uint32_t count;
    raft_id ids[RAFT_NODES_MAX];
    char verb[16];
    bool enrolled; /* the node was made for this errand: it goes if it does not start */
    enum raft_spec_member want; /* of RAFT_GOAL_MEMBER */
    uint64_t already;           /* slots that were where they should go */
    uint64_t failed;            /* slots that it could not be done to */
    char refused[1024];         /* what to say of those */
};

struct raft_connection {
    int fd; /* -1 = free */
    char *in;
    size_t in_bytes;
    char *out;
    size_t out_bytes;
    size_t out_sent;
    uint64_t used; /* when it last sent something, CLOCK_MONOTONIC ms */
    bool is_mute;  /* its end has come: only an answer is still owed */
    struct raft_errand errand;
};

struct raft_supervisor {
    const struct raft_supervisor_options *options;
    struct raft_spec spec;
    struct raft_shm *shm;
    struct raft_shm_cluster record;
    struct raft_faults faults;
    int lock;
    int signals;
    int watch; /* inotify: something went from the run directory */
    int listener;
    bool is_successor;      /* the table was there: a former supervisor was killed */
    bool leaving;           /* down, or a signal: ends when all nodes are down */
    uint64_t members_watch; /* until then a change of the members may come without a request */
    uint64_t members_look;  /* the next look for one */
    uint32_t children_count;
    struct raft_child children[RAFT_NODES_MAX];
    uint64_t listen_again; /* no client is accepted before: one could not be. 0 = none since */
    struct raft_connection connections[RAFT_CONNECTIONS_MAX];
};

uint64_t raft_supervisor_clock_ms(void);

/* Writes an event of the supervisor's ring; returns its seq. */
uint64_t raft_supervisor_tell(struct raft_supervisor *supervisor,
                              const struct raft_shm_event *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* supervisor_setup.c: the lock, then everything that only its holder may touch. RAFT_BUSY: another
 * one has it. The end leaves no file behind in the run directory. */
enum raft_error raft_supervisor_set_up(struct raft_supervisor *supervisor, char *message,
                                       size_t bytes) RAFT_MUST_USE;
void raft_supervisor_clean_up(struct raft_supervisor *supervisor);

/* A child of a node, without a process. */
void raft_child_make(struct raft_supervisor *supervisor, const struct raft_spec_node *node);

/* children.c */
/* Desired is up from now on; a node that is just ending starts when it has ended. */
void raft_child_start(struct raft_supervisor *supervisor, struct raft_child *child);
bool raft_child_is_ending(const struct raft_child *child);
struct raft_child *raft_child_find(struct raft_supervisor *supervisor, raft_id id);
void raft_child_deliver(struct raft_supervisor *supervisor, struct raft_child *child,
                        enum raft_service_event event);
void raft_child_publish(struct raft_supervisor *supervisor, const struct raft_child *child);
void raft_child_signal(struct raft_supervisor *supervisor, struct raft_child *child, int signal);
void raft_child_ready(struct raft_supervisor *supervisor, struct raft_child *child);
/* It runs with a store of its own: it must not make another one. */
void raft_child_settled(struct raft_supervisor *supervisor, const struct raft_child *child);
void raft_child_ended(struct raft_supervisor *supervisor, struct raft_child *child);
void raft_child_look(struct raft_supervisor *supervisor, struct raft_child *child);
void raft_child_deadline(struct raft_supervisor *supervisor, struct raft_child *child,
                         uint64_t now);
/* "killed by signal 9", "exit 65: damaged or foreign data" ... */
void raft_child_exit_text(const struct raft_child *child, char *text, size_t bytes);

/* ports.c */
/* Binds the node's ports unless they are held already, or a process that was adopted has them, or
 * we are leaving. What fails fails quietly: the node will say so when it starts. */
void raft_child_hold_ports(struct raft_supervisor *supervisor, struct raft_child *child);
void raft_child_release_ports(struct raft_child *child);
/* Takes the sockets that were bound for it. */
void raft_child_take_sockets(struct raft_supervisor *supervisor, struct raft_child *child,
                             struct raft_spec_sockets *sockets);
/* Takes the sockets that whoever drew the ports has left us. */
void raft_ports_inherit(struct raft_supervisor *supervisor);

/* adopt.c: fills the children from the spec and from what the table says of their processes. */
void raft_supervisor_adopt(struct raft_supervisor *supervisor);
/* Ends nodes of this cluster that the table does not know: it was lost, and they serve an older
 * one that nobody can read. */
void raft_supervisor_end_strays(struct raft_supervisor *supervisor);

/* members.c: nodes come and go. cluster.json is written before anything is done about it. */
/* Makes a node of the next id and starts it; nobody knows it as a member yet. */
enum raft_error raft_members_enroll(struct raft_supervisor *supervisor, raft_id *id, char *message,
                                    size_t message_bytes) RAFT_MUST_USE;
/* This node is no member (any more): it shall end, and its place be free. */
enum raft_error raft_members_expel(struct raft_supervisor *supervisor, raft_id id, char *message,
                                   size_t message_bytes) RAFT_MUST_USE;
/* What a node is, as far as cluster.json knows; GONE if there is no such node. */
enum raft_spec_member raft_members_find(const struct raft_supervisor *supervisor, raft_id id);
/* A change may come for a while from now on. */
void raft_members_expect(struct raft_supervisor *supervisor);
/* Looks whether the nodes have committed a change, and lets go who has ended. Between two turns of
 * the loop only: children move. */
void raft_members_look(struct raft_supervisor *supervisor, uint64_t now);
/* When to look again; 0 = no need. */
uint64_t raft_members_next(const struct raft_supervisor *supervisor, uint64_t now);
/* Tells all living nodes to look for each other in the table. */
void raft_members_announce(const struct raft_supervisor *supervisor);

/* member_requests.c */
struct raft_json *raft_request_member(struct raft_supervisor *supervisor,
                                      struct raft_connection *connection,
                                      const struct raft_json *json);

/* requests.c: starts a request; an answer at once, or NULL: it waits (connection->errand). */
struct raft_json *raft_request_begin(struct raft_supervisor *supervisor,
                                     struct raft_connection *connection,
                                     const struct raft_json *json);
/* The answer if the request's nodes have got there, else NULL. */
struct raft_json *raft_request_answer(struct raft_supervisor *supervisor,
                                      struct raft_errand *errand);
/* What to say of a node in the answer of a request that failed. */
void raft_request_refuse(struct raft_errand *errand, const struct raft_child *child,
                         const char *why);
/* Writes the command event of a request, in the words of whoever typed it; returns its seq. */
uint64_t raft_request_tell(struct raft_supervisor *supervisor, const struct raft_json *json);

/* fault_requests.c: the two handlers, what the cluster begins with, and what time does to faults.
 */
void raft_request_begin_faults(struct raft_supervisor *supervisor);
struct raft_json *raft_request_fault(struct raft_supervisor *supervisor,
                                     struct raft_connection *connection,
                                     const struct raft_json *json);
struct raft_json *raft_request_heal(struct raft_supervisor *supervisor,
                                    struct raft_connection *connection,
                                    const struct raft_json *json);
/* Publishes the plan and tells the faults that have ended by themselves. */
void raft_request_expire_faults(struct raft_supervisor *supervisor);
/* Cluster time of the next fault's end; 0 = none. */
raft_time raft_request_next_expiry(const struct raft_supervisor *supervisor);

/* connections.c */
/* Is it time for one more, and a place for it, if need be that of an idle one? */
bool raft_connections_are_welcome(const struct raft_supervisor *supervisor, uint64_t now);
void raft_connections_accept(struct raft_supervisor *supervisor);
void raft_connection_read(struct raft_supervisor *supervisor, struct raft_connection *connection);
void raft_connection_write(struct raft_connection *connection);
void raft_connection_close(struct raft_connection *connection);
/* Answers those whose request is done. */
void raft_connections_answer(struct raft_supervisor *supervisor);
/* Sends a last answer with blocking writes, when the supervisor is about to end. */
void raft_connections_flush(struct raft_supervisor *supervisor);

#endif
