/* SPDX-License-Identifier: MIT
 *
 * The inside of a world, shared by the files of lib/sim and nobody else.
 *
 * world.c keeps time and does one thing after the other; queue.c orders what is to come; network.c,
 * disk.c and process.c are the things it happens to; clients.c and nemesis.c make trouble; lines.c
 * tells; judge.c shows the watch (watch.h) what happens, and its checkers judge.
 */
#ifndef RAFT_SIM_INTERNAL_H
#define RAFT_SIM_INTERNAL_H

#include "sim/choices.h"
#include "sim/parcel.h"
#include "sim/sim.h"
#include "sim/watch.h"

enum { RAFT_SIM_FEW_ENTRIES = 4, RAFT_SIM_ARCHIVE = 32 };

enum raft_sim_event_kind {
    RAFT_SIM_EVENT_PARCEL,  /* arrives */
    RAFT_SIM_EVENT_DISK,    /* the first operation of a disk may be finished */
    RAFT_SIM_EVENT_CLIENT,  /* wakes */
    RAFT_SIM_EVENT_NEMESIS, /* a fault of kind number acts */
    RAFT_SIM_EVENT_RELIEF   /* a fault ends for node number; epoch: its kind */
};

struct raft_sim_event {
    raft_time at;
    enum raft_sim_event_kind kind;
    uint32_t number; /* node id or client */
    uint64_t epoch;  /* of the node's life or the client's operation; others are outdated. Of the
                        nemesis: 0 = an act that is to come again, else one that is not, or a step
                        of one */
    struct raft_sim_parcel *parcel; /* owned */
};

/* When an event's turn comes. */
struct raft_sim_turn {
    raft_time at;
    uint64_t order; /* of making, with the event's place below: unique, and it breaks ties */
};

struct raft_sim_queue {
    struct raft_sim_turn *turns;   /* the next one last */
    struct raft_sim_event *events; /* by place */
    uint32_t *places;              /* free ones, a stack: all behind count */
    size_t count;
    size_t capacity; /* of all three */
    uint64_t seq;
};

struct raft_sim_link {
    raft_time delay;   /* 0 = the world's */
    raft_time clog;    /* nothing arrives before */
    uint32_t hold;     /* mask of message types, bit 0 = all */
    uint32_t lose[16]; /* by message type, 0 = any: so many to lose */
};

/* What a disk is asked to do; the last two change it. */
enum raft_sim_operation_kind {
    RAFT_SIM_OPERATION_READ,
    RAFT_SIM_OPERATION_IMAGE, /* reads a piece of the snapshot's image */
    RAFT_SIM_OPERATION_WRITE,
    RAFT_SIM_OPERATION_STORE /* stores a snapshot of the node's own */
};

struct raft_sim_operation {
    enum raft_sim_operation_kind kind;
    uint64_t number; /* seq of a write, token of a read */
    struct raft_log_write content;
    struct raft_entry *entries; /* few, or owned; bytes borrowed from the node */
    struct raft_entry few[RAFT_SIM_FEW_ENTRIES];
    raft_index first;
    raft_index last;
    size_t bytes_max;
    uint64_t offset;               /* image */
    struct raft_snapshot snapshot; /* store */
    const void *image;             /* store: borrowed from the node */
    struct raft_sim_operation *next;
};

struct raft_sim_disk {
    struct raft_writer writer; /* first: the port */
    struct raft_sim *sim;
    raft_id id;
    struct raft_log *log; /* survives crashes */
    struct raft_sim_operation *oldest;
    struct raft_sim_operation *newest;
    raft_time busy_until;
    raft_time latency_min;
    raft_time latency_max;
    bool held;
    bool full;
    bool broken; /* the next write fails */
    bool rotten; /* a bit has flipped: the next read finds it out */
    bool full_told;
    raft_index snapshot; /* of the stored one, 0 = none */
};

/* What an app was given last (app.c). */
struct raft_sim_run {
    raft_index index;
    struct raft_span result; /* valid until the next command */
};

/* A node's own clock, which may run at another rate than the world's. */
struct raft_sim_clock {
    raft_time world; /* when it said .. */
    raft_time local; /* .. this */
    uint32_t rate_permille;
    bool stopped;
};

struct raft_sim_process {
    struct raft_sim *sim;
    raft_id id;
    struct raft_node *node;  /* NULL = down */
    struct raft_comms *wire; /* memory comms, inside the other */
    struct raft_comms *comms;
    struct raft_app *app;
    struct raft_node_observer observer;
    struct raft_sim_disk disk;
    raft_time timeout;    /* forced, 0 = drawn */
    enum raft_role given; /* what a start state makes of its first life */
    uint32_t given_peers_count;
    struct raft_known_peer *given_peers;
    uint64_t lives;
    uint64_t chance; /* of this life: what its election timeouts are drawn from */
    uint64_t entropy;
    raft_time entropy_until; /* then it is drawn anew */
    bool started_once;
    struct raft_sim_clock clock;
    bool timed;    /* due is right: nothing has touched the node or its clock since */
    raft_time due; /* when, in the world's time, its timer fires; UINT64_MAX = never */
    bool paused;
    struct raft_sim_parcel *inbox; /* what came while it was paused, the newest first */
    uint32_t inbox_count;
    uint32_t fuse; /* effects until it dies; 0 = none is lit */
    bool dead;     /* it died inside the present step: nothing leaves it any more */
    bool gone;     /* its disk is lost: it never comes back */
    uint32_t seen; /* substates since the story's last command, a bit each */
    struct raft_sim_run run;
    struct raft_sim_facts *facts; /* what the watch knows of it; borrowed */
};

struct raft_sim_client {
    uint32_t number;
    uint64_t seq;
    uint64_t turn; /* timers of earlier ones are outdated */
    raft_id target;
    bool open;        /* an operation is out */
    bool told;        /* target is what a node said */
    bool read;        /* the operation goes by read index, without a log entry */
    raft_index heard; /* newest index that a node told */
    raft_index known; /* heard when the operation began */
    uint8_t *command; /* of the operation, RAFT_KV_COMMAND_BYTES_MAX */
    size_t command_bytes;
};

struct raft_sim {
    struct raft_sim_options options;
    struct raft_limits limits;
    raft_time now;
    raft_time elapsed; /* since the world began: what a person reads */
    uint64_t hash;
    struct raft_sim_choices *choices;
    bool choices_owned;
    struct raft_sim_queue queue;
    struct raft_faults faults;
    struct raft_sim_process *processes;                /* by id - 1 */
    struct raft_sim_link *links;                       /* from * (nodes + 1) + to; 0 = clients */
    struct raft_sim_parcel *held;                      /* in order of sending */
    struct raft_sim_parcel *spare;                     /* empty ones (parcel.c) */
    struct raft_sim_parcel *archive[RAFT_SIM_ARCHIVE]; /* old packets that may come again */
    bool burnt;                                        /* a fuse has burnt down in this step */
    struct raft_sim_client *clients;
    uint32_t clients_count;
    bool clients_rest;
    struct raft_sim_trouble trouble;
    bool healed;  /* the trouble is over */
    raft_id born; /* the highest id that was ever started */
    struct raft_sim_watch *watch;
    struct raft_sim_counts counts;
    raft_time stuck_at; /* how many steps at the same time: a livelock shows */
    uint64_t stuck_steps;
    raft_time storm_at; /* how many packets since then: a storm shows */
    uint64_t storm_packets;
};

/* queue.c */
void raft_sim_queue_push(struct raft_sim_queue *queue, const struct raft_sim_event *event);
bool raft_sim_queue_pop(struct raft_sim_queue *queue, raft_time until,
                        struct raft_sim_event *event);
raft_time raft_sim_queue_next(const struct raft_sim_queue *queue);
void raft_sim_queue_finish(struct raft_sim_queue *queue);

/* world.c */
void raft_sim_schedule(struct raft_sim *sim, raft_time at, enum raft_sim_event_kind kind,
                       uint32_t number, uint64_t epoch);
struct raft_sim_process *raft_sim_process(struct raft_sim *sim, raft_id id);
void raft_sim_fold(struct raft_sim *sim, uint64_t value);
/* A time in [min, max]; the answer 0 is min. */
raft_time raft_sim_draw(struct raft_sim *sim, uint32_t stream, raft_time min, raft_time max);
/* The answer 0 is no. */
bool raft_sim_chance(struct raft_sim *sim, uint32_t stream, uint32_t permille);
uint64_t raft_sim_below(struct raft_sim *sim, uint32_t stream, uint64_t n);

/* network.c */
void raft_sim_network_send(void *process, const struct raft_packet *packet,
                           const struct raft_address *address);
void raft_sim_network_post(struct raft_sim *sim, const struct raft_packet *packet,
                           const struct raft_address *address);
void raft_sim_network_arrive(struct raft_sim *sim, struct raft_sim_parcel *parcel);
void raft_sim_network_drop_held(struct raft_sim *sim);
void raft_sim_network_drop_inbox(struct raft_sim_process *process);

/* disk.c */
void raft_sim_disk_init(struct raft_sim_disk *disk, struct raft_sim *sim, raft_id id);
void raft_sim_disk_finish(struct raft_sim_disk *disk);
void raft_sim_disk_due(struct raft_sim_disk *disk);
void raft_sim_disk_crash(struct raft_sim_disk *disk, uint32_t finished);

/* clients.c, nemesis.c */
void raft_sim_clients_finish(struct raft_sim *sim);
void raft_sim_client_wake(struct raft_sim *sim, uint32_t number, uint64_t epoch);
void raft_sim_client_reply(struct raft_sim *sim, uint32_t number, raft_id from,
                           const struct raft_reply *reply);
void raft_sim_nemesis_begin(struct raft_sim *sim);
/* epoch as in the event. */
void raft_sim_nemesis_act(struct raft_sim *sim, enum raft_sim_fault fault, uint64_t epoch);
/* Something goes on that trouble may come to. */
void raft_sim_nemesis_stir(struct raft_sim *sim);
void raft_sim_nemesis_relieve(struct raft_sim *sim, raft_id id, enum raft_sim_fault fault);
void raft_sim_nemesis_elected(struct raft_sim *sim, raft_id id);
/* A node died of itself (a write failed, a fuse burnt down): it comes back after a while. */
void raft_sim_nemesis_died(struct raft_sim *sim, raft_id id);

/* clock.c */
raft_time raft_sim_clock_read(const struct raft_sim_clock *clock, raft_time now);
/* When, in the world's time, the clock will say this; not before now. */
raft_time raft_sim_clock_when(const struct raft_sim_clock *clock, raft_time local, raft_time now);

/* process.c: events that the core of its present life has stepped. */
uint64_t raft_sim_events(const struct raft_sim_process *process);
/* One more thing leaves a process; false if it does not live to see it. */
bool raft_sim_process_lives(struct raft_sim_process *process);
/* An up node that is not paused, or NULL. */
struct raft_node *raft_sim_awake(struct raft_sim *sim, raft_id id);
/* The node's disk is lost, and the node with it. */
void raft_sim_lose_disk(struct raft_sim *sim, raft_id id);
/* Buries the processes whose fuses have burnt down. */
void raft_sim_bury(struct raft_sim *sim);

/* lines.c: is anybody told of a topic? */
bool raft_sim_says(const struct raft_sim *sim, enum raft_sim_topic topic);
void raft_sim_say(struct raft_sim *sim, enum raft_sim_topic topic, raft_id id, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));
void raft_sim_say_message(struct raft_sim *sim, raft_id id, const char *verb,
                          const struct raft_message *message);

/* app.c: an app around a node's own (owned), which notes what it was given. */
struct raft_app *raft_sim_app_create(const struct raft_sim_options *options, raft_id id,
                                     struct raft_sim_run *run);

/* judge.c: each shows one kind of happening. */
void raft_sim_fail(struct raft_sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void raft_sim_judge_role(struct raft_sim_process *process, enum raft_role to, raft_term term);
void raft_sim_judge_term(struct raft_sim_process *process, raft_term term);
void raft_sim_judge_append(struct raft_sim_process *process, const struct raft_entry *entry);
void raft_sim_judge_truncate(struct raft_sim_process *process, raft_index first);
void raft_sim_judge_install(struct raft_sim_process *process, raft_index index, bool keep,
                            uint64_t digest);
/* An observer's callback: its context is a process. */
void raft_sim_judge_config(void *context, raft_index index, const struct raft_config *config,
                           bool committed);
void raft_sim_judge_commit(struct raft_sim_process *process, raft_index commit);
void raft_sim_judge_apply(struct raft_sim_process *process, const struct raft_entry *entry,
                          uint64_t digest);
void raft_sim_judge_promise(struct raft_sim_process *process, raft_term term, raft_id vote,
                            raft_index acked);
void raft_sim_judge_message(struct raft_sim_process *process, bool outgoing,
                            const struct raft_message *message);
void raft_sim_judge_start(struct raft_sim_process *process);
void raft_sim_judge_crash(struct raft_sim_process *process);
void raft_sim_judge_durable(struct raft_sim_process *process, const struct raft_log_write *write);
void raft_sim_judge_call(struct raft_sim *sim, const struct raft_sim_call *call);
void raft_sim_judge_return(struct raft_sim *sim, const struct raft_sim_call *call);
void raft_sim_judge_healed(struct raft_sim *sim, uint64_t set);
void raft_sim_judge_due(struct raft_sim *sim, uint64_t set, raft_index applied);

#endif
