/* SPDX-License-Identifier: MIT
 *
 * The search of Wing and Gong with Lowe's memory. Calls and answers stand in a list by time. From
 * the front, each call whose answer is still ahead may be the next to take place: it is tried, its
 * call and answer are lifted out of the list, and the search goes on from the front. When it meets
 * an answer whose operation has not taken place, the newest try was wrong: it is put back, and the
 * one after it is tried. A pair (operations done, state) that was there before is not tried again.
 * The set of operations is remembered as the exclusive or of a random number for each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "history/internal.h"

static const size_t stack_bytes_max = (size_t)256 * 1024 * 1024;

/* A call or an answer in the list. Links are places in the array; 0 is the head. */
struct node {
    uint64_t at;
    uint32_t operation;
    uint32_t answer; /* a call's answer; 0 = this is an answer, UINT32_MAX = there is none */
    uint32_t before;
    uint32_t after;
};

struct memory {
    uint64_t (*table)[2]; /* open addressing; {0, 0} = free */
    uint64_t capacity;    /* a power of two */
    uint64_t count;
};

struct search {
    const struct raft_history_part *part;
    struct node *nodes;
    uint32_t nodes_count;
    uint32_t open; /* answers in the list */
    size_t state_bytes;
    uint8_t *states; /* by depth: before each try; the present one last */
    uint32_t *tries; /* call nodes, by depth */
    uint32_t depth;
    uint64_t set; /* of what has taken place */
    struct memory memory;
};

static bool begin_search(struct search *search, const struct raft_history_part *part);
static void finish_search(struct search *search);
static void link_nodes(struct search *search);
static int compare_nodes(const void *a, const void *b);
static bool try_call(struct search *search, uint32_t at);
static void lift(struct search *search, uint32_t at);
static void put_back(struct search *search, uint32_t at);
static bool remember(struct memory *memory, uint64_t set, uint64_t state);
static void grow_memory(struct memory *memory);
static uint64_t (*find_place(const struct memory *memory, uint64_t a, uint64_t b))[2];

enum raft_history_verdict raft_history_wing_gong(const struct raft_history_part *part,
                                                 uint64_t states_max, uint64_t *states)
{
    struct search search;
    enum raft_history_verdict verdict = RAFT_HISTORY_LINEARIZABLE;
    if (!begin_search(&search, part))
        return RAFT_HISTORY_UNDECIDED;
    uint32_t at = search.nodes[0].after;
    while (search.open > 0) {
        if (search.memory.count > states_max) {
            verdict = RAFT_HISTORY_UNDECIDED;
            break;
        }
        if (search.nodes[at].answer != 0) {
            at = try_call(&search, at) ? search.nodes[0].after : search.nodes[at].after;
            continue;
        }
        if (search.depth == 0) {
            verdict = RAFT_HISTORY_ILLEGAL;
            break;
        }
        at = search.tries[--search.depth];
        put_back(&search, at);
        at = search.nodes[at].after;
    }
    *states += search.memory.count;
    finish_search(&search);
    return verdict;
}

/* False if the states of a search so deep need too much room. */
static bool begin_search(struct search *search, const struct raft_history_part *part)
{
    *search = (struct search){.part = part};
    search->state_bytes = (part->model->bytes(part->count) + 15) / 16 * 16;
    if (search->state_bytes * (part->count + 1) > stack_bytes_max)
        return false;
    search->states = calloc(part->count + 1, search->state_bytes);
    search->tries = calloc(part->count + 1, sizeof *search->tries);
    search->nodes = calloc(2 * (size_t)part->count + 1, sizeof *search->nodes);
    ASSERT(search->states != NULL && search->tries != NULL && search->nodes != NULL);
    link_nodes(search);
    return true;
}

static void finish_search(struct search *search)
{
    free(search->states);
    free(search->tries);
    free(search->nodes);
    free(search->memory.table);
}

/* Sorted by time, then linked both ways. What is unknown and cannot matter stays outside. */
static void link_nodes(struct search *search)
{
    const struct raft_history_part *part = search->part;
    uint32_t *calls = calloc(part->count + 1, sizeof *calls);
    uint32_t count = 1;
    ASSERT(calls != NULL);
    for (uint32_t i = 0; i < part->count; i++) {
        const struct raft_history_operation *operation = &part->operations[i];
        bool known = operation->done != RAFT_HISTORY_NEVER;
        if (!known && !part->model->matters(operation, part->operations, part->count))
            continue;
        search->nodes[count++] =
            (struct node){.at = operation->call, .operation = i, .answer = UINT32_MAX};
        if (known)
            search->nodes[count++] = (struct node){.at = operation->done, .operation = i};
        search->open += known;
    }
    qsort(search->nodes + 1, count - 1, sizeof *search->nodes, compare_nodes);
    for (uint32_t i = 1; i < count; i++) {
        struct node *node = &search->nodes[i];
        node->before = i - 1;
        node->after = i + 1 < count ? i + 1 : 0;
        if (node->answer != 0)
            calls[node->operation] = i;
        else
            search->nodes[calls[node->operation]].answer = i;
    }
    search->nodes[0].after = count > 1 ? 1 : 0;
    search->nodes[0].before = count - 1;
    search->nodes_count = count;
    free(calls);
}

/* Of equal moments a call comes first, so that the two count as concurrent. */
static int compare_nodes(const void *a, const void *b)
{
    const struct node *x = a;
    const struct node *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if ((x->answer == 0) != (y->answer == 0))
        return x->answer == 0 ? 1 : -1;
    return x->operation < y->operation ? -1 : x->operation > y->operation;
}

/* False if it cannot take place next, or if what comes of it was tried before. */
static bool try_call(struct search *search, uint32_t at)
{
    uint32_t number = search->nodes[at].operation;
    uint8_t *state = search->states + search->depth * search->state_bytes;
    uint8_t *next = state + search->state_bytes;
    memcpy(next, state, search->state_bytes);
    if (!search->part->model->step(next, &search->part->operations[number]))
        return false;
    uint64_t set = search->set ^ raft_hash_word(RAFT_HASH_SEED, number);
    if (!remember(&search->memory, set, search->part->model->hash(next)))
        return false;
    search->tries[search->depth++] = at;
    lift(search, at);
    return true;
}

static void lift(struct search *search, uint32_t at)
{
    struct node *nodes = search->nodes;
    uint32_t answer = nodes[at].answer;
    search->set ^= raft_hash_word(RAFT_HASH_SEED, nodes[at].operation);
    nodes[nodes[at].before].after = nodes[at].after;
    nodes[nodes[at].after].before = nodes[at].before;
    if (answer == UINT32_MAX)
        return;
    nodes[nodes[answer].before].after = nodes[answer].after;
    nodes[nodes[answer].after].before = nodes[answer].before;
    search->open--;
}

static void put_back(struct search *search, uint32_t at)
{
    struct node *nodes = search->nodes;
    uint32_t answer = nodes[at].answer;
    if (answer != UINT32_MAX) {
        nodes[nodes[answer].before].after = answer;
        nodes[nodes[answer].after].before = answer;
        search->open++;
    }
    nodes[nodes[at].before].after = at;
    nodes[nodes[at].after].before = at;
    search->set ^= raft_hash_word(RAFT_HASH_SEED, nodes[at].operation);
}

/* False if it is known already. */
static bool remember(struct memory *memory, uint64_t set, uint64_t state)
{
    uint64_t b = raft_hash_word(state, set) | 1;
    if (2 * (memory->count + 1) > memory->capacity)
        grow_memory(memory);
    uint64_t(*place)[2] = find_place(memory, set, b);
    if ((*place)[1] != 0)
        return false;
    (*place)[0] = set;
    (*place)[1] = b;
    memory->count++;
    return true;
}

static void grow_memory(struct memory *memory)
{
    struct memory old = *memory;
    memory->capacity = old.capacity == 0 ? 1024 : 2 * old.capacity;
    memory->table = calloc(memory->capacity, sizeof *memory->table);
    ASSERT(memory->table != NULL);
    for (uint64_t i = 0; i < old.capacity; i++) {
        if (old.table[i][1] != 0)
            memcpy(find_place(memory, old.table[i][0], old.table[i][1]), old.table[i],
                   sizeof old.table[i]);
    }
    free(old.table);
}

static uint64_t (*find_place(const struct memory *memory, uint64_t a, uint64_t b))[2]
{
    uint64_t at = raft_hash_word(a, b) & (memory->capacity - 1);
    while (memory->table[at][1] != 0 && (memory->table[at][0] != a || memory->table[at][1] != b))
        at = (at + 1) & (memory->capacity - 1);
    return &memory->table[at];
}
