/* SPDX-License-Identifier: MIT
 *
 * Linearizability (Herlihy and Wing 1990) of what clients saw: is there an order of the operations
 * in which each takes place at one moment between its call and its answer, and in which a plain
 * object would have given the same results?
 *
 * A history is a list of operations on objects (keys, queues, ..), each with the moments of its
 * call and its answer. One whose outcome is unknown has no answer: it may take place at any time
 * after its call, or never. One that surely did nothing does not belong into a history. By locality
 * each object is judged alone. A model says what an object is: the register with compare-and-swap
 * (a key of a map), and the queue.
 *
 * Two ways to an answer, in this order. The witness: operations that say where they took place (by
 * the index of their entry in the log) are put into that order, and it is checked that the order
 * respects time and explains every result; that is O(n log n) and proves an object linearizable.
 * Only where it fails, or where nothing is said, the search decides: Wing and Gong's (1993), with
 * Lowe's (2017) memory of (set of operations done, state), as in Porcupine. The search is
 * exponential in the worst case and gives up at a bound: the verdict is then "unknown", never a
 * wrong one.
 *
 * Values are numbers to us: a caller hashes or numbers its values, 0 = none. Moments are any
 * numbers that grow; equal ones count as concurrent. Pure: no clock, no I/O but for
 * raft_history_print. One thread.
 */
#ifndef RAFT_HISTORY_HISTORY_H
#define RAFT_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define RAFT_HISTORY_NEVER UINT64_MAX

/* What is done to a register (a key): cas sets argument if it holds expected. */
#define RAFT_HISTORY_ACTIONS(X)                                                                    \
    X(GET, "get")   /* register */                                                                 \
    X(PUT, "put")   /* register */                                                                 \
    X(DEL, "del")   /* register */                                                                 \
    X(CAS, "cas")   /* register */                                                                 \
    X(PUSH, "push") /* queue: argument goes to the end */                                          \
    X(POP, "pop")   /* queue: result came from the front */

enum raft_history_action {
#define X(name, text) RAFT_HISTORY_##name,
    RAFT_HISTORY_ACTIONS(X)
#undef X
};

/* How it was answered. */
enum raft_history_status {
    RAFT_HISTORY_OK,      /* done; a get or pop has a result */
    RAFT_HISTORY_ABSENT,  /* get, del, cas: no such key; pop: empty */
    RAFT_HISTORY_MISMATCH /* cas: it held result */
};

struct raft_history_operation {
    uint64_t call;   /* moment */
    uint64_t done;   /* moment of the answer; RAFT_HISTORY_NEVER = outcome unknown */
    uint64_t order;  /* where it says that it took place; 0 = does not say */
    bool reads;      /* comes after what took place at the same order */
    uint64_t client; /* for people */
    uint64_t object;
    enum raft_history_action action;
    uint64_t argument;
    uint64_t expected; /* cas */
    enum raft_history_status status;
    uint64_t result;
};

/* What an object is. */
struct raft_history_model {
    const char *name;
    /* Bytes of a state that must last for so many operations. */
    size_t (*bytes)(uint32_t operations);
    /* An operation takes place: false if it would have been answered otherwise. Unknown ones take
     * any result. A state begins as zeros. */
    bool (*step)(void *state, const struct raft_history_operation *operation);
    uint64_t (*hash)(const void *state);
    /* Could an operation of unknown outcome explain anything among these? Others are left out. */
    bool (*matters)(const struct raft_history_operation *unknown,
                    const struct raft_history_operation *operations, uint32_t count);
};

extern const struct raft_history_model raft_history_register;
extern const struct raft_history_model raft_history_queue;

enum raft_history_verdict {
    RAFT_HISTORY_LINEARIZABLE,
    RAFT_HISTORY_ILLEGAL,  /* no order explains it */
    RAFT_HISTORY_UNDECIDED /* the search met its bound */
};

enum { RAFT_HISTORY_CONFLICT_MAX = 16 };

struct raft_history_report {
    enum raft_history_verdict verdict;
    uint32_t objects;   /* judged */
    uint32_t witnessed; /* of them proven by the order that their operations say */
    uint64_t states;    /* visited by searches */
    uint64_t object;    /* illegal, undecided: which one */
    /* Illegal: operations (by number) that cannot all be as they were answered, whatever else took
     * place: none can be taken away. conflict_count may be more than are listed. */
    uint32_t conflict[RAFT_HISTORY_CONFLICT_MAX];
    uint32_t conflict_count;
};

struct raft_history;

struct raft_history *raft_history_create(const struct raft_history_model *model);
void raft_history_destroy(struct raft_history **history);

/* Adds a copy; its number. An answer may be filled in later through raft_history_at(). */
uint32_t raft_history_add(struct raft_history *history,
                          const struct raft_history_operation *operation);

uint32_t raft_history_count(const struct raft_history *history);

/* Borrowed until the next add. */
struct raft_history_operation *raft_history_at(struct raft_history *history, uint32_t number);

/* Judges every object, to the first that is not linearizable. states_max bounds a search (0 =
 * 4 million, about 64 MB). */
void raft_history_check(const struct raft_history *history, uint64_t states_max,
                        struct raft_history_report *report);

/* As raft_history_check, for one object alone and without looking at what operations say of their
 * order. */
void raft_history_search(const struct raft_history *history, uint64_t object, uint64_t states_max,
                         struct raft_history_report *report);

/* Writes the verdict and the conflict, a line each. name makes a value or object readable (into
 * buffer, or any string); NULL = as numbers. */
void raft_history_print(FILE *out, const struct raft_history *history,
                        const struct raft_history_report *report,
                        const char *(*name)(void *context, uint64_t value), void *context);

/* One operation as text: "client 3: get -> 7 [12, 15]". */
void raft_history_text(const struct raft_history_operation *operation, char *text, size_t bytes);

const char *raft_history_action_name(enum raft_history_action action);

#endif
