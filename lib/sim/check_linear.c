/* SPDX-License-Identifier: MIT
 *
 * Linearizability (Herlihy and Wing) of the key-value map, by a witness: every answered operation
 * took place at the index at which its command was run, or at its read index. That order respects
 * real time if the index is later than those of all operations that were answered before this one
 * was asked; and it explains the results if a map of our own, fed with the commands that were run,
 * gives the same ones. Both are checked as each answer arrives, at the cost of one look-up. When it
 * fails, the whole history of that key is searched for any other order (lib/history), and the
 * operations that conflict are told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/kv.h"
#include "base/assert.h"
#include "base/hash.h"
#include "history/history.h"
#include "node/node.h"
#include "sim/check.h"

typedef unsigned long long ull;

enum { TEXT_BYTES = 360 };

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

/* What a client asked, beside what the history has of it. */
struct operation {
    size_t key;
    raft_index floor; /* newest index that was answered before it was asked */
};

struct state {
    struct raft_history *history; /* NULL = nothing was asked yet */
    uint64_t moment;              /* newest one in the history */
    struct operation *operations; /* by number in the history */
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

static void accuse(struct state *s, struct raft_sim_watch *watch, const struct raft_sim_call *call,
                   uint32_t number, const char *what);
static void note_outcome(struct state *s, raft_index index, struct outcome outcome);
static struct outcome run_command(struct state *s, raft_index index, struct raft_span bytes);
static struct outcome judge_cas(raft_index index, struct key *key,
                                const struct raft_kv_command *command);
static size_t find_key(struct state *s, struct raft_span name);
static void set_value(struct key *key, raft_index index, uint64_t value);
static uint64_t value_at(const struct key *key, raft_index index);
static uint64_t hash_value(struct raft_span value);
static struct outcome read_outcome(struct raft_span result, enum raft_history_action action);
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
    raft_history_destroy(&s->history);
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

/* Actions of the history by the app's codes. */
static const enum raft_history_action actions[] = {
    [RAFT_KV_PUT] = RAFT_HISTORY_PUT,
    [RAFT_KV_GET] = RAFT_HISTORY_GET,
    [RAFT_KV_DEL] = RAFT_HISTORY_DEL,
    [RAFT_KV_CAS] = RAFT_HISTORY_CAS,
};

static void see_call(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    struct raft_kv_command command;
    (void)watch;
    if (!raft_kv_decode(sight->call->command, &command))
        return;
    if (s->history == NULL)
        s->history = raft_history_create(&raft_history_register);
    bool writes = command.op == RAFT_KV_PUT || command.op == RAFT_KV_CAS;
    struct operation operation = {.key = find_key(s, command.key), .floor = s->floor};
    struct raft_history_operation asked = {
        .call = ++s->moment,
        .done = RAFT_HISTORY_NEVER,
        .reads = sight->call->read,
        .client = sight->call->client,
        .object = s->keys[operation.key].name,
        .action = actions[command.op],
        .argument = writes ? hash_value(command.value) : 0,
        .expected = command.op == RAFT_KV_CAS ? hash_value(command.expected) : 0,
    };
    uint32_t number = raft_history_add(s->history, &asked);
    if (number >= s->operations_capacity) {
        s->operations_capacity = 2 * (size_t)number + 1024;
        s->operations = realloc(s->operations, s->operations_capacity * sizeof *s->operations);
        ASSERT(s->operations != NULL);
    }
    s->operations[number] = operation;
    *raft_sim_marks_at(&s->asked, sight->call->name, 0) = number + 1;
}

static void see_return(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    struct state *s = state;
    const struct raft_sim_call *call = sight->call;
    uint64_t found = 0;
    raft_index index = 0;
    if (call->outcome != RAFT_SIM_DONE || s->blind ||
        !raft_sim_marks_find(&s->asked, call->name, 0, &found))
        return;
    uint32_t number = (uint32_t)(found - 1);
    const struct operation *operation = &s->operations[number];
    struct raft_history_operation *asked = raft_history_at(s->history, number);
    struct outcome got = read_outcome(call->result, asked->action);
    asked->done = ++s->moment;
    asked->status = got.status == RAFT_KV_NOT_FOUND  ? RAFT_HISTORY_ABSENT
                    : got.status == RAFT_KV_MISMATCH ? RAFT_HISTORY_MISMATCH
                                                     : RAFT_HISTORY_OK;
    asked->result = got.value;
    if (!find_place(s, call, &index)) {
        accuse(s, watch, call, number, "is answered out of nothing");
        return;
    }
    asked->order = index;
    struct outcome want =
        call->read ? read_key(&s->keys[operation->key], index) : s->outcomes[index - 1];
    if (call->read ? index < operation->floor : index <= operation->floor)
        accuse(s, watch, call, number, "took place before what was answered before it was asked");
    else if (got.status != want.status || got.value != want.value)
        accuse(s, watch, call, number, "has another result than a map gives");
    if (index > s->floor)
        s->floor = index;
}

/* The witness failed: is there another order? */
static void accuse(struct state *s, struct raft_sim_watch *watch, const struct raft_sim_call *call,
                   uint32_t number, const char *what)
{
    struct raft_history_report report;
    char text[TEXT_BYTES];
    char line[TEXT_BYTES / 4];
    size_t used = 0;
    raft_history_search(s->history, raft_history_at(s->history, number)->object, 0, &report);
    text[0] = '\0';
    for (uint32_t i = 0; i < report.conflict_count && i < RAFT_HISTORY_CONFLICT_MAX; i++) {
        raft_history_text(raft_history_at(s->history, report.conflict[i]), line, sizeof line);
        if (used + strlen(line) + 3 > sizeof text)
            break;
        used += (size_t)snprintf(text + used, sizeof text - used, "; %s", line);
    }
    raft_sim_watch_fail(watch, "client %u: command %llu at %llu %s%s%s", (unsigned)call->client,
                        (ull)call->seq, (ull)call->index, what,
                        report.verdict == RAFT_HISTORY_ILLEGAL
                            ? "; these conflict"
                            : ", though another order would explain it",
                        text);
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

static struct outcome read_outcome(struct raft_span result, enum raft_history_action action)
{
    const uint8_t *bytes = result.data;
    struct outcome outcome = {.ran = true, .status = RAFT_KV_BAD};
    if (result.bytes == 0)
        return outcome;
    outcome.status = bytes[0];
    bool shows =
        (action == RAFT_HISTORY_GET && bytes[0] == RAFT_KV_OK) || bytes[0] == RAFT_KV_MISMATCH;
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
