/* SPDX-License-Identifier: MIT */
#include "top/timeline.h"

#include <string.h>

/* What matters more comes first; a column keeps the first of those it saw. */
static const char importance[] = "xz~cplLs.";

static char choose_letter(char one, char other)
{
    if (one == 0 || other == 0) {
        return one == 0 ? other : one;
    }
    const char *a = strchr(importance, one);
    const char *b = strchr(importance, other);
    return !a || (b && b < a) ? other : one;
}

void top_timeline_advance(struct top_timeline *timeline, uint64_t now_ms)
{
    uint64_t column = now_ms / TOP_TIMELINE_MS;
    if (column <= timeline->column) {
        return;
    }
    uint64_t first = timeline->column + 1;
    if (column - timeline->column > TOP_TIMELINE_COLUMNS) {
        first = column - TOP_TIMELINE_COLUMNS + 1;
    }
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        struct top_lane *lane = &timeline->lanes[slot];
        for (uint64_t c = first; c <= column && lane->id; c++) {
            lane->cells[c % TOP_TIMELINE_COLUMNS] = lane->current;
        }
    }
    timeline->column = column;
}

/* From now on the node is this; mark is what the present column is to remember. */
static void set_letter(struct top_timeline *timeline, struct top_lane *lane, char letter, char mark)
{
    char *cell = &lane->cells[timeline->column % TOP_TIMELINE_COLUMNS];
    *cell = choose_letter(choose_letter(*cell, mark), letter);
    lane->current = letter;
}

/* The lane of a slot, emptied when another node has taken the slot. */
static struct top_lane *take_lane(struct top_timeline *timeline, uint32_t slot, raft_id id)
{
    struct top_lane *lane = &timeline->lanes[slot];
    if (lane->id != id) {
        *lane = (struct top_lane){.id = id};
    }
    return lane;
}

static char name_role(uint64_t role, uint64_t substate)
{
    if (role == RAFT_ROLE_LEADER) {
        return 'L';
    }
    if (role == RAFT_ROLE_CANDIDATE) {
        return substate == RAFT_SUBSTATE_VOTING ? 'c' : 'p'; /* Only now it asks for real votes. */
    }
    return substate == RAFT_SUBSTATE_INSTALLING_SNAPSHOT ? 's' : '.';
}

static void note_process(struct top_timeline *timeline, struct top_lane *lane, uint64_t process)
{
    if (process == RAFT_SHM_PROCESS_DOWN || process == RAFT_SHM_PROCESS_BACKOFF) {
        lane->role = 0;
        set_letter(timeline, lane, 'x', 'x');
    } else if (process == RAFT_SHM_PROCESS_PAUSED) {
        set_letter(timeline, lane, 'z', 'z');
    } else if (process == RAFT_SHM_PROCESS_UP) {
        char letter = lane->role ? lane->role : '.';
        set_letter(timeline, lane, letter, letter);
    }
}

void top_timeline_event(struct top_timeline *timeline, uint32_t slot,
                        const struct raft_shm_event *event)
{
    if (slot >= RAFT_NODES_MAX) {
        return;
    }
    top_timeline_advance(timeline, event->real / 1000000);
    struct top_lane *lane = take_lane(timeline, slot, event->node);
    if (event->type == RAFT_SHM_EVENT_ROLE) {
        bool stepped_down = event->a == RAFT_ROLE_LEADER && event->b != RAFT_ROLE_LEADER;
        lane->role = name_role(event->b, RAFT_SUBSTATE_COUNT);
        set_letter(timeline, lane, lane->role, stepped_down ? '~' : lane->role);
    } else if (event->type == RAFT_SHM_EVENT_SUBSTATE) {
        lane->role = name_role(event->b, event->a);
        set_letter(timeline, lane, lane->role, lane->role);
    } else if (event->type == RAFT_SHM_EVENT_PROCESS) {
        note_process(timeline, lane, event->a);
    }
}

static char name_node(const struct raft_view_node *node)
{
    switch (node->process) {
    case RAFT_SHM_PROCESS_NONE:
    case RAFT_SHM_PROCESS_DOWN:
    case RAFT_SHM_PROCESS_BACKOFF:
        return 'x';
    case RAFT_SHM_PROCESS_PAUSED:
        return 'z';
    case RAFT_SHM_PROCESS_STARTING:
        return 'x';
    case RAFT_SHM_PROCESS_UP:
    case RAFT_SHM_PROCESS_STOPPING:
        break;
    }
    if (!node->has_record) {
        return '.';
    }
    return node->stale_leader ? 'l' : name_role(node->node.role, node->node.substate);
}

void top_timeline_sample(struct top_timeline *timeline, const struct raft_view *view)
{
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        if (node->slot >= RAFT_NODES_MAX) {
            continue;
        }
        struct top_lane *lane = take_lane(timeline, node->slot, node->id);
        char letter = name_node(node);
        if (letter != 'x' && letter != 'z' && letter != 'l') {
            lane->role = letter;
        }
        set_letter(timeline, lane, letter, letter);
    }
}

char top_timeline_letter(const struct top_timeline *timeline, uint32_t slot, uint32_t age)
{
    if (slot >= RAFT_NODES_MAX || age >= TOP_TIMELINE_COLUMNS || age >= timeline->column) {
        return ' ';
    }
    char letter = timeline->lanes[slot].cells[(timeline->column - age) % TOP_TIMELINE_COLUMNS];
    return letter ? letter : ' ';
}
