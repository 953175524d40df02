/* SPDX-License-Identifier: MIT
 *
 * Choices: the one place that a simulated world's chance comes from.
 *
 * Whatever a world leaves open (is this packet lost, who crashes, what does a client write) it asks
 * of raft_sim_choose(choices, stream, n), which answers with a number in [0, n). 0 always means the
 * plainest thing: no fault, the shortest delay, the first of all. Four back-ends answer:
 *
 *   seed      a generator for each stream, all from one seed: random worlds
 *   bytes     a fuzzer's input, read in order; zeros when it is used up
 *   odometer  all combinations, one after the other: exhaustive exploration
 *   replay    a tape of recorded answers; zeros where it has none, so a tape may be cut and zeroed
 *
 * Any of them can be recorded on a tape, and a tape is a text file (raft_sim_tape_write) that
 * replays the run without its seed. A stream belongs to one thing (the packets of one sender, the
 * disk of one node, ..), so that leaving out an answer in one does not shift all the others.
 *
 * n of 1 (or 0) is no choice: it gives 0 and is neither asked nor recorded. One thread. Two choices
 * never stand in one expression or one list of initial values: C leaves open which comes first.
 */
#ifndef RAFT_SIM_CHOICES_H
#define RAFT_SIM_CHOICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/span.h"

/* What a stream decides; its number says whose (a node's id, a client's number, 0 = the world). */
#define RAFT_SIM_STREAMS(X)                                                                        \
    X(SWARM, "swarm")     /* what kind of world this is */                                         \
    X(FAULTS, "faults")   /* what the nemesis does and when, by kind of fault */                   \
    X(NETWORK, "network") /* fate and delay of packets, by sender */                               \
    X(DISK, "disk")       /* latency, by node */                                                   \
    X(LIFE, "life")       /* what a node draws its election timeouts from, one for each life */    \
    X(CLIENT, "client")   /* operations, by client */                                              \
    X(EXPLORE, "explore") /* what the explorer does next */

enum raft_sim_stream_kind {
#define X(name, text) RAFT_SIM_STREAM_##name,
    RAFT_SIM_STREAMS(X)
#undef X
        RAFT_SIM_STREAM_KINDS
};

enum { RAFT_SIM_STREAM_NUMBERS = 64, RAFT_SIM_STREAMS_MAX = RAFT_SIM_STREAM_KINDS * 64 };

/* The stream of a kind and a number (taken modulo 64). */
uint32_t raft_sim_stream(enum raft_sim_stream_kind kind, uint32_t number);
const char *raft_sim_stream_name(enum raft_sim_stream_kind kind);
bool raft_sim_stream_parse(const char *text, enum raft_sim_stream_kind *kind);

/* The answers of one stream, in order. */
struct raft_sim_track {
    uint64_t *values; /* owned */
    size_t count;
    size_t capacity;
};

/* Recorded answers. All zero is an empty tape. */
struct raft_sim_tape {
    uint64_t seed;  /* of the run it was recorded from, for people; 0 = none */
    char note[896]; /* one line for whoever replays it: which world this belongs to */
    struct raft_sim_track tracks[RAFT_SIM_STREAMS_MAX];
};

void raft_sim_tape_finish(struct raft_sim_tape *tape); /* frees; the tape is empty again */
void raft_sim_tape_copy(struct raft_sim_tape *to, const struct raft_sim_tape *from);
void raft_sim_tape_push(struct raft_sim_tape *tape, uint32_t stream, uint64_t value);
size_t raft_sim_tape_count(const struct raft_sim_tape *tape); /* answers in all tracks */

/* The file: "raft-choices 1", then lines `seed N`, `note TEXT` and for each track `track NAME.N
 * COUNT` with its values behind it, eight to a line at most; `0*17` is seventeen zeros. */
bool raft_sim_tape_write(const struct raft_sim_tape *tape, FILE *out);
/* False, with a sentence that begins with the line number, when it is not such a file. */
bool raft_sim_tape_read(struct raft_sim_tape *tape, FILE *in, char *message, size_t message_bytes);

struct raft_sim_choices;

struct raft_sim_choices *raft_sim_choices_seed(uint64_t seed);
struct raft_sim_choices *raft_sim_choices_bytes(struct raft_span bytes);            /* borrowed */
struct raft_sim_choices *raft_sim_choices_replay(const struct raft_sim_tape *tape); /* borrowed */
/* Asked more than depth_max times in one run it gives 0 from then on. */
struct raft_sim_choices *raft_sim_choices_odometer(size_t depth_max);
void raft_sim_choices_destroy(struct raft_sim_choices **choices); /* NULL is fine */

/* From now on every answer goes on this tape too (borrowed); NULL ends it. */
void raft_sim_choices_record(struct raft_sim_choices *choices, struct raft_sim_tape *tape);

/* Odometer: from the start again, with the next combination; false when there is none left. */
bool raft_sim_choices_next(struct raft_sim_choices *choices);

/* How many choices were made (since the last raft_sim_choices_next). */
uint64_t raft_sim_choices_count(const struct raft_sim_choices *choices);

/* A number in [0, n). */
uint64_t raft_sim_choose(struct raft_sim_choices *choices, uint32_t stream, uint64_t n);

#endif
