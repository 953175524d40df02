/* SPDX-License-Identifier: MIT */
#include "top/eventlog.h"

#include <stdio.h>
#include <string.h>

#include "cluster/view.h"

static bool is_routine(const struct raft_shm_event *event)
{
    if (event->type == RAFT_SHM_EVENT_SUBSTATE || event->type == RAFT_SHM_EVENT_LEADER) {
        return true;
    }
    if (event->type == RAFT_SHM_EVENT_ROLE) {
        return event->b != RAFT_ROLE_LEADER; /* The time-out, or why it stepped down, is told. */
    }
    if (event->type == RAFT_SHM_EVENT_PROCESS) { /* What comes of it is told soon. */
        return event->a == RAFT_SHM_PROCESS_STARTING || event->a == RAFT_SHM_PROCESS_STOPPING;
    }
    if (event->type != RAFT_SHM_EVENT_TRACE) {
        return false;
    }
    static const uint64_t notable[] = {
        RAFT_TRACE_TIMEOUT,          RAFT_TRACE_WON,
        RAFT_TRACE_STEPPED_DOWN,     RAFT_TRACE_TRUNCATED,
        RAFT_TRACE_TRANSFER_STARTED, RAFT_TRACE_TRANSFER_ABORTED,
        RAFT_TRACE_SPACE_GONE,       RAFT_TRACE_SPACE_BACK,
        RAFT_TRACE_SNAPSHOT_TAKEN,   RAFT_TRACE_SNAPSHOT_INSTALLED,
    };
    for (size_t i = 0; i < sizeof(notable) / sizeof(notable[0]); i++) {
        if (event->a == notable[i]) {
            return false;
        }
    }
    return true;
}

/* Puts an id into a set or takes it out; true if it was in. */
static bool change_set(raft_id *set, raft_id id, bool in)
{
    raft_id *place = NULL;
    for (size_t i = 0; i < RAFT_NODES_MAX && id; i++) {
        if (set[i] == id) {
            set[i] = in ? id : 0;
            return true;
        }
        place = !place && set[i] == 0 ? &set[i] : place;
    }
    if (place && in) {
        *place = id;
    }
    return false;
}

/* What depends on the node's past: it timed out before without a word of any leader since, or it
 * steps down without having led. */
static bool is_repetition(struct top_eventlog *log, const struct raft_shm_event *event)
{
    bool role = event->type == RAFT_SHM_EVENT_ROLE;
    if (event->type == RAFT_SHM_EVENT_TRACE && event->a == RAFT_TRACE_TIMEOUT) {
        return change_set(log->waiting, event->node, true);
    }
    if (event->type == RAFT_SHM_EVENT_TRACE && event->a == RAFT_TRACE_STEPPED_DOWN) {
        return !change_set(log->leading, event->node, false);
    }
    if (event->type == RAFT_SHM_EVENT_PROCESS || (role && event->b != RAFT_ROLE_CANDIDATE)) {
        (void)change_set(log->waiting, event->node, false); /* Either way it no longer waits. */
    }
    if (role && event->b == RAFT_ROLE_LEADER) {
        (void)change_set(log->leading, event->node, true); /* Either way it leads. */
    }
    return false;
}

static char mark_role(uint64_t role)
{
    if (role == RAFT_ROLE_LEADER) {
        return 'L';
    }
    return role == RAFT_ROLE_CANDIDATE ? 'c' : '.';
}

static char mark_process(uint64_t process)
{
    if (process == RAFT_SHM_PROCESS_DOWN || process == RAFT_SHM_PROCESS_BACKOFF) {
        return 'x';
    }
    return process == RAFT_SHM_PROCESS_PAUSED ? 'z' : '^';
}

static char mark_trace(uint64_t code)
{
    if (code == RAFT_TRACE_TIMEOUT || code == RAFT_TRACE_SPACE_GONE) {
        return '!';
    }
    return code == RAFT_TRACE_STEPPED_DOWN ? '~' : ' ';
}

static char mark_event(const struct raft_shm_event *event)
{
    switch (event->type) {
    case RAFT_SHM_EVENT_ROLE:
        return mark_role(event->b);
    case RAFT_SHM_EVENT_PROCESS:
        return mark_process(event->a);
    case RAFT_SHM_EVENT_FAULT:
        return event->b ? 'X' : '+';
    case RAFT_SHM_EVENT_STORAGE:
        return event->a ? '!' : '+';
    case RAFT_SHM_EVENT_TRACE:
        return mark_trace(event->a);
    case RAFT_SHM_EVENT_COMMAND:
        return ':';
    default:
        return ' ';
    }
}

static struct top_event *take_place(struct top_eventlog *log, struct top_event_ring *ring)
{
    struct top_event *event = &ring->events[ring->count % TOP_EVENTS_KEPT];
    ring->count++;
    *event = (struct top_event){.order = ++log->order};
    return event;
}

/* The text without what its line says anyway: the node's name, and -c CLUSTER of a command. */
static const char *skip_known(const struct raft_shm_event *event, const char *text)
{
    char name[16];
    int length = snprintf(name, sizeof(name), "n%u: ", event->node);
    if (event->node && strncmp(text, name, (size_t)length) == 0) {
        return text + length;
    }
    if (event->type == RAFT_SHM_EVENT_COMMAND && strncmp(text, "-c ", 3) == 0) {
        const char *verb = strchr(text + 3, ' ');
        return verb ? verb + 1 : text;
    }
    return text;
}

void top_eventlog_add(struct top_eventlog *log, const struct raft_shm_event *event)
{
    bool routine = is_repetition(log, event) || is_routine(event);
    struct top_event *kept = take_place(log, routine ? &log->routine : &log->notable);
    kept->seq = event->seq;
    kept->real = event->real;
    kept->node = event->node;
    kept->mark = mark_event(event);
    if (event->type == RAFT_SHM_EVENT_COMMAND) {
        snprintf(kept->who, sizeof(kept->who), "you");
    } else if (event->node) {
        snprintf(kept->who, sizeof(kept->who), "n%u", event->node % 1000000);
    } else {
        snprintf(kept->who, sizeof(kept->who), "sup");
    }
    char text[TOP_EVENT_TEXT];
    raft_view_event_text(event, text, sizeof(text));
    snprintf(kept->text, sizeof(kept->text), "%s", skip_known(event, text));
}

void top_eventlog_note(struct top_eventlog *log, uint64_t real, char mark, const char *text)
{
    struct top_event *kept = take_place(log, &log->notable);
    kept->real = real;
    kept->mark = mark;
    snprintf(kept->who, sizeof(kept->who), "you");
    snprintf(kept->text, sizeof(kept->text), "%s", text);
}

static bool passes(const struct top_event *event, const char *filter)
{
    return filter[0] == '\0' || strcmp(filter, ".") == 0 || strcasestr(event->text, filter) ||
           strcasestr(event->who, filter);
}

/* How many events back from the newest a ring holds. */
static uint64_t count_kept(const struct top_event_ring *ring)
{
    return ring->count < TOP_EVENTS_KEPT ? ring->count : TOP_EVENTS_KEPT;
}

/* The newest event of a ring at or behind *back that passes; moves *back to it. */
static const struct top_event *find_next(const struct top_event_ring *ring, const char *filter,
                                         uint64_t *back)
{
    for (uint64_t kept = count_kept(ring); *back < kept; (*back)++) {
        const struct top_event *event = &ring->events[(ring->count - 1 - *back) % TOP_EVENTS_KEPT];
        if (passes(event, filter)) {
            return event;
        }
    }
    return NULL;
}

uint32_t top_eventlog_list(const struct top_eventlog *log, const char *filter,
                           const struct top_event **events, uint32_t max)
{
    uint64_t notable_back = 0;
    uint64_t routine_back = filter[0] ? 0 : TOP_EVENTS_KEPT;
    uint32_t count = 0;
    while (count < max) {
        const struct top_event *notable = find_next(&log->notable, filter, &notable_back);
        const struct top_event *routine = find_next(&log->routine, filter, &routine_back);
        if (!notable && !routine) {
            break;
        }
        bool take_notable = notable && (!routine || notable->order > routine->order);
        events[count++] = take_notable ? notable : routine;
        notable_back += take_notable ? 1 : 0;
        routine_back += take_notable ? 0 : 1;
    }
    return count;
}

static uint64_t count_passing(const struct top_event_ring *ring, const char *filter)
{
    uint64_t count = 0;
    for (uint64_t back = 0; find_next(ring, filter, &back); back++) {
        count++;
    }
    return count;
}

uint64_t top_eventlog_hidden(const struct top_eventlog *log, const char *filter)
{
    uint64_t kept = count_kept(&log->notable) + count_kept(&log->routine);
    uint64_t shown = count_passing(&log->notable, filter);
    shown += filter[0] ? count_passing(&log->routine, filter) : 0;
    return kept - shown;
}
