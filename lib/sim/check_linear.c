/* SPDX-License-Identifier: MIT
 *
 * Linearizability (Herlihy and Wing) of the key-value map, by a witness: every answered operation
 * took place at the index at which its command was run, or at its read index. That order respects
 * real time if the index is later than those of all operations that were answered before this one
 * was asked; and it explains the results if a map of our own, fed with the commands that were run,
 * gives the same ones. Both are checked as each answer arrives, at the cost of one look-up.
 */
#include <stdlib.h>

#include "app/app.h"
#include "base/assert.h"
#include "base/hash.h"
#include "node/node.h"
#include "sim/check.h"

typedef unsigned long long ull;

/* What an operation gave: a status and the hash of a value. */
struct outcome {
    bool ran;
    uint8_t status;
    uint64_t value; /* 0 = none */
};

struct version {
    raft_index index; /* from here on */
    uint64_t value;   /* hash; 0 = no such key */
};

struct key {
    uint64_t name;
    struct version *versions;
    size_t count;
    size_t capacity;
};

/* What a client asked and has no answer to. */
struct operation {
    size_t key;
    enum raft_kv_op kind;
    raft_index floor; /* newest index that was answered before it was asked */
};

struct state {
    struct operation *operations;
    size_t operations_count;
    size_t operations_capacity;
    struct key *keys;
    size_t keys_count;
    struct outcome *outcomes; /* by index - 1 */
    size_t outcomes_capacity;
    raft_index applied;          /* by our own map */
    bool blind;                  /* a part of the log was never seen: nothing can be judged */
    struct raft_sim_marks runs;  /* (name, 0) -> index at which it was run first */
    struct raft_sim_marks asked; /* (name, 0) -> number of the operation + 1 */
    raft_index floor;            /* newest index of what was answered */
};

static void note_outcome(struct state *s, raft_index index, struct outcome outcome);
static struct outcome run_command(struct state *s, raft_index index, struct raft_span bytes);
static struct outcome judge_cas(raft_index index, struct key *key,
                                const struct raft_kv_command *command);
static size_t find_key(struct state *s, struct raft_span name);
static void set_value(struct key *key, raft_index index, uint64_t value);
static uint64_t value_at(const struct key *key, raft_index index);
static uint64_t hash_value(struct raft_span value);
static struct outcome read_outcome(struct raft_span result, enum raft_kv_op kind);
static struct outcome read_key(const struct key *key, raft_index index);
static bool find_place(const struct state *s, const struct raft_sim_call *call, raft_index *index);

static void finish(void *state)
{
    struct state *s = state;
    for (size_t i = 0; i < s->keys_count; i++)
        free(s->keys[i].versions);
    free(s->keys);
    free(s->outcomes);
    raft_sim_marks_finish(&s->runs);
    raft_sim_marks_finish(&s->asked);
    free(s->operations);
}

/* The first node that applies an entry moves our own map on; the others are compared elsewhere. */
static void see_apply(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    const struct raft_entry *entry = sight->entry;
    struct outcome outcome = {0};
    (void)watch;
    if (entry->index <= s->applied)
        return;
    if (entry->index > s->applied + 1)
        s->blind = true;
    s->applied = entry->index;
    if (sight->ran) {
        uint64_t name = raft_sim_watch_name(entry->data, entry->bytes);
        outcome = run_command(s, entry->index, raft_node_command(entry));
        if (name != 0)
            (void)raft_sim_marks_note(&s->runs, name, 0, entry->index); /* The first run counts. */
    }
    note_outcome(s, entry->index, outcome);
}

static void see_call(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    struct raft_kv_command command;
    (void)watch;
    if (!raft_kv_decode(sight->call->command, &command))
        return;
    if (s->operations_count == s->operations_capacity) {
        s->operations_capacity = s->operations_count == 0 ? 1024 : 2 * s->operations_count;
        s->operations = realloc(s->operations, s->operations_capacity * sizeof *s->operations);
        ASSERT(s->operations != NULL);
    }
    s->operations[s->operations_count++] =
        (struct operation){.key = find_key(s, command.key), .kind = command.op, .floor = s->floor};
    *raft_sim_marks_at(&s->asked, sight->call->name, 0) = s->operations_count;
}

static void see_return(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    struct state *s = state;
    const struct raft_sim_call *call = sight->call;
    uint64_t number = 0;
    raft_index index = 0;
    if (call->outcome != RAFT_SIM_DONE || s->blind ||
        !raft_sim_marks_find(&s->asked, call->name, 0, &number))
        return;
    const struct operation *operation = &s->operations[number - 1];
    if (!find_place(s, call, &index)) {
        raft_sim_watch_fail(watch, "client %u: command %llu is answered out of nothing",
                            (unsigned)call->client, (ull)call->seq);
        return;
    }
    if (call->read ? index < operation->floor : index <= operation->floor)
        raft_sim_watch_fail(watch,
                            "client %u: command %llu took place at %llu, what was answered before "
                            "it was asked at %llu",
                            (unsigned)call->client, (ull)call->seq, (ull)index,
                            (ull)operation->floor);
    struct outcome want =
        call->read ? read_key(&s->keys[operation->key], index) : s->outcomes[index - 1];
    struct outcome got = read_outcome(call->result, operation->kind);
    if (got.status != want.status || got.value != want.value)
        raft_sim_watch_fail(watch,
                            "client %u: command %llu at %llu gave status %u and value %llx, it "
                            "should be %u and %llx",
                            (unsigned)call->client, (ull)call->seq, (ull)index,
                            (unsigned)got.status, (ull)got.value, (unsigned)want.status,
                            (ull)want.value);
    if (index > s->floor)
        s->floor = index;
}

static void note_outcome(struct state *s, raft_index index, struct outcome outcome)
{
    if (index > s->outcomes_capacity) {
        size_t capacity = 2 * (size_t)index + 1024;
        s->outcomes = realloc(s->outcomes, capacity * sizeof *s->outcomes);
        ASSERT(s->outcomes != NULL);
        for (size_t i = s->outcomes_capacity; i < capacity; i++)
            s->outcomes[i] = (struct outcome){0};
        s->outcomes_capacity = capacity;
    }
    s->outcomes[index - 1] = outcome;
}

static struct outcome run_command(struct state *s, raft_index index, struct raft_span bytes)
{
    struct raft_kv_command command;
    if (!raft_kv_decode(bytes, &command))
        return (struct outcome){.ran = true, .status = RAFT_KV_BAD};
    size_t number = find_key(s, command.key); /* May move the keys. */
    struct key *key = &s->keys[number];
    uint64_t value = value_at(key, index);
    switch (command.op) {
    case RAFT_KV_PUT:
        set_value(key, index, hash_value(command.value));
        return (struct outcome){.ran = true, .status = RAFT_KV_OK};
    case RAFT_KV_GET:
        return read_key(key, index);
    case RAFT_KV_DEL:
        set_value(key, index, 0);
        return (struct outcome){true, value == 0 ? RAFT_KV_NOT_FOUND : RAFT_KV_OK, 0};
    case RAFT_KV_CAS:
        return judge_cas(index, key, &command);
    }
    return (struct outcome){.ran = true, .status = RAFT_KV_BAD};
}

static struct outcome judge_cas(raft_index index, struct key *key,
                                const struct raft_kv_command *command)
{
    uint64_t value = value_at(key, index);
    if (value == 0)
        return (struct outcome){.ran = true, .status = RAFT_KV_NOT_FOUND};
    if (value != hash_value(command->expected))
        return (struct outcome){true, RAFT_KV_MISMATCH, value};
    set_value(key, index, hash_value(command->value));
    return (struct outcome){.ran = true, .status = RAFT_KV_OK};
}

static size_t find_key(struct state *s, struct raft_span name)
{
    uint64_t hash = raft_hash_words(RAFT_HASH_SEED, name.data, name.bytes);
    for (size_t i = 0; i < s->keys_count; i++) {
        if (s->keys[i].name == hash)
            return i;
    }
    s->keys = realloc(s->keys, (s->keys_count + 1) * sizeof *s->keys);
    ASSERT(s->keys != NULL);
    s->keys[s->keys_count] = (struct key){.name = hash};
    return s->keys_count++;
}

static void set_value(struct key *key, raft_index index, uint64_t value)
{
    if (key->count == key->capacity) {
        key->capacity = key->capacity == 0 ? 64 : 2 * key->capacity;
        key->versions = realloc(key->versions, key->capacity * sizeof *key->versions);
        ASSERT(key->versions != NULL);
    }
    key->versions[key->count++] = (struct version){index, value};
}

/* The newest version that is not later than index. */
static uint64_t value_at(const struct key *key, raft_index index)
{
    size_t low = 0;
    size_t high = key->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (key->versions[middle].index <= index)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? 0 : key->versions[low - 1].value;
}

/* Never 0: that is "no such key". */
static uint64_t hash_value(struct raft_span value)
{
    return raft_hash_words(RAFT_HASH_SEED, value.data, value.bytes) | 1;
}

static struct outcome read_outcome(struct raft_span result, enum raft_kv_op kind)
{
    const uint8_t *bytes = result.data;
    struct outcome outcome = {.ran = true, .status = RAFT_KV_BAD};
    if (result.bytes == 0)
        return outcome;
    outcome.status = bytes[0];
    bool shows = (kind == RAFT_KV_GET && bytes[0] == RAFT_KV_OK) || bytes[0] == RAFT_KV_MISMATCH;
    if (shows || result.bytes > 1)
        outcome.value = hash_value((struct raft_span){bytes + 1, result.bytes - 1});
    return outcome;
}

static struct outcome read_key(const struct key *key, raft_index index)
{
    uint64_t value = value_at(key, index);
    return (struct outcome){true, value == 0 ? RAFT_KV_NOT_FOUND : RAFT_KV_OK, value};
}

/* Where an operation took place: a read at its index, a command where it was run. The entry that is
 * answered may be a later copy that was not run again. */
static bool find_place(const struct state *s, const struct raft_sim_call *call, raft_index *index)
{
    *index = call->index;
    if (call->index == 0 || call->index > s->applied)
        return false;
    if (call->read || s->outcomes[call->index - 1].ran)
        return true;
    return raft_sim_marks_find(&s->runs, call->name, 0, index);
}

const struct raft_sim_check raft_sim_check_linear = {
    .name = "linearizability",
    .bytes = sizeof(struct state),
    .finish = finish,
    .see =
        {
            [RAFT_SIM_SEES_APPLY] = see_apply,
            [RAFT_SIM_SEES_CALL] = see_call,
            [RAFT_SIM_SEES_RETURN] = see_return,
        },
};
