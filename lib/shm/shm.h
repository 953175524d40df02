/* SPDX-License-Identifier: MIT
 *
 * The status table: what every process of a cluster is, in one file mapped by all.
 *
 * The file lies in the run directory. It outlives any process, so a reader needs nobody's help and
 * a kill -9 loses nothing but the writer. Each slot has two records with one writer each: the
 * node's own (role, term, log, peers) and the supervisor's (pid, desired and actual state, exit). A
 * record is published in two copies A/B by version: a writer killed half-way leaves the last good
 * copy readable, and a reader that meets a busy writer tries a bounded number of times. Readers
 * trust the table no further than its header; the supervisor never trusts it (numbers are clamped,
 * no pointers, no locks).
 *
 * Beside the slots lie: the cluster clock (Raft's time: virtual = base_virtual + (real - base_real)
 * * rate), the fault plan (two copies and an epoch), an event ring for each node and one for the
 * supervisor and commands. next_seq numbers all events of the cluster on one line; readers merge
 * the rings by it and skip a number whose writer is dead or further on. bell is a futex word, rung
 * for each event and at most once a millisecond for commit progress; `wait` sleeps on it.
 *
 * All of it is plain fixed-size data; payload words are copied with relaxed atomics (Boehm, MSPC
 * 2012).
 */
#ifndef RAFT_SHM_SHM_H
#define RAFT_SHM_SHM_H

#include "base/error.h"
#include "comms/comms.h"
#include "faults/faults.h"
#include "raft/raft.h"

enum { RAFT_SHM_ABI = 7, RAFT_SHM_RING_EVENTS = 1024, RAFT_SHM_TEXT = 120, RAFT_SHM_NAME = 16 };

struct raft_shm; /* one mapping of one table */

/* Written by the node itself. Times are cluster time in microseconds. */
struct raft_shm_node {
    uint64_t incarnation; /* of the process that wrote it; 0 = never written */
    raft_id id;
    uint32_t pid;
    uint32_t role;     /* enum raft_role */
    uint32_t substate; /* enum raft_substate */
    uint64_t term;
    raft_id vote;
    raft_id leader;
    uint64_t commit;
    uint64_t applied;
    uint64_t first;
    uint64_t last;
    uint64_t last_term;
    uint64_t durable;
    uint64_t snapshot_index; /* of the stored one; 0 = none */
    uint64_t snapshot_term;
    uint64_t digest;            /* of the app's state at applied */
    uint64_t written;           /* when this record was published */
    uint64_t heard;             /* when the leader was last heard; 0 = never */
    uint64_t election_deadline; /* follower, candidate; 0 = none */
    uint64_t promised_term; /* published before the promise leaves; after a kill -9 the recovered */
    uint64_t promised_index; /* state must be at least this */
    raft_id promised_vote;
    uint32_t exit_reason; /* enum raft_shm_exit, set before the process ends by itself */
    uint64_t votes_granted;
    uint64_t boots;
    uint64_t sent;
    uint64_t received;
    uint64_t dropped[RAFT_DROP_COUNT];
    uint64_t shaped[RAFT_SHAPE_COUNT];
    uint64_t config_index;     /* of the members in force; 0 = those the cluster began with */
    uint32_t config_committed; /* 1: and committed, as far as this node knows */
    struct raft_config config; /* the members in force; count 0: this node knows of none */
    uint32_t disk_full;
    uint32_t peers_count; /* of a leader */
    struct {
        raft_id id;
        uint32_t state; /* enum raft_progress_state */
        uint64_t match;
        uint64_t next;
        uint64_t heard;
        uint32_t inflight;
        uint32_t rtt_us;
    } peers[RAFT_NODES_MAX];
};

/* Why a node ended by itself; also its exit code. */
#define RAFT_SHM_EXITS(X)                                                                          \
    X(STOP, 0, "stopped")                                                                          \
    X(CONFIG, 64, "bad configuration")                                                             \
    X(CORRUPT, 65, "damaged or foreign data")                                                      \
    X(INVARIANT, 70, "invariant violated")                                                         \
    X(IO, 74, "storage error")                                                                     \
    X(TEMPORARY, 75, "temporary failure")

enum raft_shm_exit {
#define X(name, value, text) RAFT_SHM_EXIT_##name = value,
    RAFT_SHM_EXITS(X)
#undef X
};
const char *raft_shm_exit_text(int code); /* NULL outside the table */

#define RAFT_SHM_PROCESSES(X)                                                                      \
    X(NONE, "none")         /* free slot */                                                        \
    X(DOWN, "down")         /* no process */                                                       \
    X(STARTING, "starting") /* forked, not ready */                                                \
    X(UP, "up")                                                                                    \
    X(PAUSED, "paused")     /* SIGSTOPped by us */                                                 \
    X(STOPPING, "stopping") /* SIGTERM sent */                                                     \
    X(BACKOFF, "backoff")   /* waits before the next start */

enum raft_shm_process {
#define X(name, text) RAFT_SHM_PROCESS_##name,
    RAFT_SHM_PROCESSES(X)
#undef X
};
const char *raft_shm_process_name(uint32_t process);

/* Written by the supervisor, one per slot. */
struct raft_shm_service {
    raft_id id;           /* 0 = free slot */
    uint32_t process;     /* enum raft_shm_process: actual */
    uint32_t desired_up;  /* 0 or 1 */
    uint32_t pid;         /* 0 = none */
    uint64_t start_ticks; /* kernel start time (field 22 of /proc/PID/stat) */
    uint64_t incarnation; /* given to the process */
    uint64_t started;     /* CLOCK_REALTIME ns */
    uint64_t ended;       /* CLOCK_REALTIME ns of the last exit, 0 = never */
    int32_t exit_code;    /* of the last exit; -1 = none or unknown */
    int32_t exit_signal;  /* 0 = none */
    uint32_t exit_asked;  /* 1: that exit was asked for (kill, stop, down) */
    uint32_t restarts;
    uint16_t port; /* UDP */
    char host[46];
    uint16_t http_port; /* TCP; 0 = it serves no HTTP */
    char http_host[46];
    char name[RAFT_SHM_NAME]; /* that a cluster file gave it; "" = none */
};

/* Written by the supervisor: the cluster as a whole. */
struct raft_shm_cluster {
    char name[64];
    uint64_t cluster;        /* id */
    uint32_t supervisor_pid; /* 0 = none */
    uint64_t supervisor_start_ticks;
    uint64_t supervisor_incarnation;
    uint64_t seed;
    uint64_t created;          /* CLOCK_REALTIME ns */
    uint64_t election_timeout; /* microseconds */
    uint64_t heartbeat_interval;
    char app[16];
    char timing[16];
    uint32_t going_down; /* 1 while `down` runs */
};

struct raft_shm_clock {
    uint64_t epoch;
    uint64_t rate;         /* Q32.32: 1 << 32 is real time, 0 frozen */
    uint64_t base_real;    /* CLOCK_BOOTTIME ns */
    uint64_t base_virtual; /* microseconds */
};

/* Events. a..d are numbers whose meaning stands behind each type. */
#define RAFT_SHM_EVENTS(X)                                                                         \
    X(ROLE, "role")         /* a: from, b: to, c: term */                                          \
    X(SUBSTATE, "substate") /* a: substate, b: role, c: term, d: so often untold before */         \
    X(LEADER, "leader")     /* a: leader id or 0, c: term; as this node sees it */                 \
    X(TRACE, "trace")       /* a: enum raft_trace_code, b: peer, c, d: its numbers */              \
    X(PROCESS, "process")   /* a: enum raft_shm_process, b: pid, c: exit code, d: exit signal */   \
    X(FAULT, "fault")       /* a: fault id, b: 1 made, 0 ended */                                  \
    X(COMMAND, "command")   /* text: what a person asked for */                                    \
    X(STORAGE, "storage")   /* a: 1 full, 0 room again */                                          \
    X(CLUSTER, "cluster")   /* text: created, adopted, supervisor started ... */

enum raft_shm_event_type {
#define X(name, text) RAFT_SHM_EVENT_##name,
    RAFT_SHM_EVENTS(X)
#undef X
        RAFT_SHM_EVENT_COUNT
};
const char *raft_shm_event_type_name(uint32_t type);

struct raft_shm_event {
    uint64_t seq;
    uint64_t real; /* CLOCK_REALTIME ns */
    uint64_t time; /* cluster time, microseconds */
    uint32_t type;
    raft_id node; /* 0 = the cluster or a person */
    uint64_t a, b, c, d;
    char text[RAFT_SHM_TEXT]; /* NUL-terminated sentence, what a person reads */
};

/* -- opening --------------------------------------------------------------------------------------
 */

/* Makes the table (supervisor, under its lock): a new file renamed into place, or, when one of this
 * boot with the same cluster id is there, that one mapped for writing. boot_id differs: made anew.
 */
enum raft_error raft_shm_create(const char *path, uint64_t cluster, struct raft_shm **shm,
                                char *message, size_t message_bytes) RAFT_MUST_USE;

/* Maps an existing table; writable for nodes and commands. RAFT_NOT_FOUND, RAFT_VERSION (another
 * ABI: message says which), RAFT_FOREIGN (another boot's), RAFT_CORRUPT. */
enum raft_error raft_shm_open(const char *path, bool writable, struct raft_shm **shm, char *message,
                              size_t message_bytes) RAFT_MUST_USE;

/* A private table in anonymous memory: for a node without supervisor, and for tests. */
struct raft_shm *raft_shm_private(uint64_t cluster);

void raft_shm_close(struct raft_shm **shm); /* NULL is fine */

/* -- records --------------------------------------------------------------------------------------
 */

void raft_shm_node_write(struct raft_shm *shm, uint32_t slot, const struct raft_shm_node *record);
void raft_shm_service_write(struct raft_shm *shm, uint32_t slot,
                            const struct raft_shm_service *record);
void raft_shm_cluster_write(struct raft_shm *shm, const struct raft_shm_cluster *record);

/* False: never written (the record is zeroed then). Bounded, whatever the writer does. */
bool raft_shm_node_read(const struct raft_shm *shm, uint32_t slot, struct raft_shm_node *record);
bool raft_shm_service_read(const struct raft_shm *shm, uint32_t slot,
                           struct raft_shm_service *record);
bool raft_shm_cluster_read(const struct raft_shm *shm, struct raft_shm_cluster *record);

/* Forgets a slot's records (a new node takes it). Supervisor only. */
void raft_shm_slot_clear(struct raft_shm *shm, uint32_t slot);

/* -- clock ----------------------------------------------------------------------------------------
 */

void raft_shm_clock_write(struct raft_shm *shm, const struct raft_shm_clock *clock);
void raft_shm_clock_read(const struct raft_shm *shm, struct raft_shm_clock *clock);
/* Cluster time now, in microseconds. */
raft_time raft_shm_now(const struct raft_shm *shm);
/* Real nanoseconds until that cluster time; UINT64_MAX if frozen or never. */
uint64_t raft_shm_real_until(const struct raft_shm *shm, raft_time deadline);
uint64_t raft_shm_realtime(void); /* CLOCK_REALTIME ns */

/* -- faults ---------------------------------------------------------------------------------------
 */

/* Publishes a plan (supervisor). */
void raft_shm_faults_write(struct raft_shm *shm, const struct raft_faults *faults);
/* Copies the plan if its epoch is not *epoch; true if copied (*epoch updated). One load when
 * nothing changed. */
bool raft_shm_faults_read(const struct raft_shm *shm, uint64_t *epoch, struct raft_faults *faults);

/* -- events and bell ------------------------------------------------------------------------------
 */

enum { RAFT_SHM_RING_SUPERVISOR = RAFT_NODES_MAX, RAFT_SHM_RINGS = RAFT_NODES_MAX + 1 };

/* Takes the next seq, writes the event into the ring of one slot (or RAFT_SHM_RING_SUPERVISOR) and
 * rings the bell. seq, real and time are filled in. Returns the seq. One writer a ring. */
uint64_t raft_shm_event_write(struct raft_shm *shm, uint32_t ring,
                              const struct raft_shm_event *event);

/* The last seq that was given out. */
uint64_t raft_shm_seq(const struct raft_shm *shm);

/* Reading position over all rings; next is the lowest seq still wanted. */
struct raft_shm_cursor {
    uint64_t next;
    uint64_t lost; /* events that were overwritten before they were read */
};

/* The next event in seq order. False: nothing new now. A number whose event is neither written nor
 * able to come (writer dead or further on) is skipped; one that may be under way while a later one
 * is there already is waited for, but never more than 20 ms. */
bool raft_shm_event_next(const struct raft_shm *shm, struct raft_shm_cursor *cursor,
                         struct raft_shm_event *event);

/* Rings for commit progress, at most once a millisecond; false: too soon, ask again in one. */
bool raft_shm_ring(struct raft_shm *shm);
uint32_t raft_shm_bell(const struct raft_shm *shm);
/* Sleeps until the bell differs from seen or the time is up (UINT64_MAX = for ever); false on
 * time-out. Interrupted by signals: returns true. */
bool raft_shm_bell_wait(const struct raft_shm *shm, uint32_t seen, uint64_t timeout_ns);

#endif
