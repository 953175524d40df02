/* SPDX-License-Identifier: MIT
 *
 * Depth first through all states, each once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"

/* Hashes of the states seen: open addressing, 0 = free. */
struct seen {
    uint64_t *table;
    uint64_t size; /* a power of two */
    uint64_t count;
};

/* One action on the path, and what undoes it. */
struct frame {
    struct ex_actions actions;
    uint32_t next;
    struct ex_world world;
    raft_id stepped;     /* whose core is kept, 0 = none */
    unsigned char *core; /* as it was before */
};

struct search {
    struct ex ex;
    struct seen seen;
    struct frame frames[EX_DEPTH_MAX];
    uint32_t depth;
};

static uint64_t *find_place(const struct seen *seen, uint64_t hash)
{
    uint64_t place = hash & (seen->size - 1);
    while (seen->table[place] != 0 && seen->table[place] != hash) {
        place = (place + 1) & (seen->size - 1);
    }
    return &seen->table[place];
}

static void make_room(struct seen *seen, uint64_t size)
{
    struct seen old = *seen;
    seen->table = calloc(size, sizeof *seen->table);
    seen->size = size;
    ASSERT(seen->table != NULL);
    for (uint64_t i = 0; i < old.size; i++) {
        if (old.table[i] != 0) {
            *find_place(seen, old.table[i]) = old.table[i];
        }
    }
    free(old.table);
}

/* False when it is known already. */
static bool note_state(struct seen *seen, uint64_t hash)
{
    uint64_t *place;
    hash = hash == 0 ? 1 : hash;
    if (seen->count * 4 >= seen->size * 3) {
        make_room(seen, seen->size == 0 ? UINT64_C(1) << 16 : 2 * seen->size);
    }
    place = find_place(seen, hash);
    if (*place != 0) {
        return false;
    }
    *place = hash;
    seen->count++;
    return true;
}

static void print_action(const struct frame *frame)
{
    const struct ex_action *action = &frame->actions.list[frame->next - 1];
    const struct raft_message *message = &frame->world.wire[action->number].message;
    switch (action->kind) {
    case EX_DELIVER:
    case EX_COPY:
        printf("  n%u gets %s from n%u: term %llu%s\n", (unsigned)message->to,
               raft_message_type_name(message->type), (unsigned)message->from,
               (unsigned long long)message->term,
               action->kind == EX_COPY ? " (and it will come again)" : "");
        break;
    case EX_TIMEOUT:
        printf("  n%u: its election timer fires\n", (unsigned)action->id);
        break;
    case EX_BEAT_NOW:
        printf("  n%u: its heartbeat is due\n", (unsigned)action->id);
        break;
    case EX_PROPOSE:
        printf("  n%u is given a command\n", (unsigned)action->id);
        break;
    case EX_DISK:
        printf("  n%u: its disk finishes a write\n", (unsigned)action->id);
        break;
    case EX_CRASH:
        printf("  n%u crashes, its disk keeps %u unfinished writes; it starts again\n",
               (unsigned)action->id, (unsigned)action->number);
        break;
    }
}

static void print_path(const struct search *search)
{
    printf("broken: %s\n", search->ex.broken);
    for (uint32_t i = 0; i < search->depth; i++) {
        print_action(&search->frames[i]);
    }
}

static void copy_world(struct ex_world *to, const struct ex_world *from)
{
    memcpy(to, from, offsetof(struct ex_world, wire) + from->wire_count * sizeof from->wire[0]);
}

/* The present state becomes the frame whose actions are tried next. */
static void enter(struct search *search)
{
    struct frame *frame = &search->frames[search->depth];
    frame->next = 0;
    frame->stepped = 0;
    copy_world(&frame->world, &search->ex.world);
    ex_list_actions(&search->ex, &frame->actions);
}

/* Tries the frame's next action; the state is one level deeper then. */
static void try_next(struct search *search, struct frame *frame)
{
    struct ex *ex = &search->ex;
    struct ex_action action = frame->actions.list[frame->next++];
    if (frame->core == NULL) {
        frame->core = malloc(ex->state_bytes);
        ASSERT(frame->core != NULL);
    }
    if (frame->stepped != action.id) {
        memcpy(frame->core, ex->cores[action.id - 1], ex->state_bytes);
        frame->stepped = action.id;
    }
    search->depth++;
    ex_act(ex, action);
}

static void undo(struct search *search)
{
    struct frame *frame = &search->frames[--search->depth];
    copy_world(&search->ex.world, &frame->world);
    memcpy(search->ex.cores[frame->stepped - 1], frame->core, search->ex.state_bytes);
}

static bool is_enough(const struct search *search)
{
    uint64_t most = search->ex.bound->states_max;
    return most != 0 && search->seen.count >= most;
}

static void walk(struct search *search, struct ex_result *result)
{
    note_state(&search->seen, ex_hash(&search->ex));
    enter(search);
    while (!is_enough(search)) {
        struct frame *frame = &search->frames[search->depth];
        if (frame->next == frame->actions.count) {
            if (search->depth == 0) {
                result->complete = true;
                return;
            }
            undo(search);
            continue;
        }
        try_next(search, frame);
        result->actions++;
        result->depth = search->depth > result->depth ? search->depth : result->depth;
        if (search->ex.broken != NULL) {
            print_path(search);
            return;
        }
        ASSERT(search->depth < EX_DEPTH_MAX);
        if (note_state(&search->seen, ex_hash(&search->ex))) {
            enter(search);
        } else {
            undo(search);
        }
    }
}

bool ex_search(const struct ex_bound *bound, struct ex_result *result)
{
    struct search *search = calloc(1, sizeof *search);
    ASSERT(search != NULL);
    *result = (struct ex_result){.complete = false};
    ex_init(&search->ex, bound);
    if (search->ex.broken == NULL) {
        walk(search, result);
    }
    bool is_sound = search->ex.broken == NULL;
    result->states = search->seen.count;
    for (uint32_t i = 0; i < EX_DEPTH_MAX; i++) {
        free(search->frames[i].core);
    }
    free(search->seen.table);
    ex_finish(&search->ex);
    free(search);
    return is_sound;
}
