/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "command.h"
#include "print.h"
#include "status_json.h"
#include "watch.h"

/* Is this type among the ones named, joined by commas? NULL = all. */
static bool is_wanted(const char *types, const char *type)
{
    bool wanted = types == NULL;
    while (types != NULL && *types != 0) {
        size_t bytes = strcspn(types, ",");
        wanted |= strlen(type) == bytes && strncmp(types, type, bytes) == 0;
        types += bytes + (types[bytes] == ',' ? 1 : 0);
    }
    return wanted;
}

static bool is_type(const char *name, size_t bytes)
{
    bool known = false;
    for (uint32_t i = 0; i < RAFT_SHM_EVENT_COUNT; i++) {
        const char *type = raft_shm_event_type_name(i);
        known |= strlen(type) == bytes && strncmp(name, type, bytes) == 0;
    }
    return known;
}

static int check_types(const struct call *call, const char *types)
{
    char names[256] = "";
    bool more = types != NULL;
    for (const char *at = types; more; at++) {
        size_t bytes = strcspn(at, ",");
        if (!is_type(at, bytes)) {
            for (uint32_t i = 0; i < RAFT_SHM_EVENT_COUNT; i++) {
                size_t used = strlen(names);
                snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ",
                         raft_shm_event_type_name(i));
            }
            return complain(call, EXIT_USAGE, "no event type \"%.*s\" (there is: %s)", (int)bytes,
                            at, names);
        }
        at += bytes;
        more = *at != 0;
    }
    return EXIT_DONE;
}

static void print_json(const struct raft_shm_event *event, const char *text)
{
    struct raft_json *json = raft_json_object();
    char when[48];
    print_timestamp(event->real, when, sizeof when);
    raft_json_add_string(json, "schema", "raftctl.event/1");
    raft_json_add_integer(json, "seq", (int64_t)event->seq);
    raft_json_add_string(json, "time", when);
    raft_json_add_integer(json, "cluster_time_ms", (int64_t)(event->time / 1000));
    raft_json_add_string(json, "type", raft_shm_event_type_name(event->type));
    status_json_id(json, "node", event->node);
    raft_json_add_string(json, "text", text);
    struct raft_json *numbers = raft_json_array();
    raft_json_add_integer(numbers, NULL, (int64_t)event->a);
    raft_json_add_integer(numbers, NULL, (int64_t)event->b);
    raft_json_add_integer(numbers, NULL, (int64_t)event->c);
    raft_json_add_integer(numbers, NULL, (int64_t)event->d);
    raft_json_add(json, "numbers", numbers);
    raft_json_print(json, stdout, false);
    raft_json_free(&json);
}

static enum colour colour_of(const struct raft_shm_event *event)
{
    switch (event->type) {
    case RAFT_SHM_EVENT_COMMAND:
        return BOLD;
    case RAFT_SHM_EVENT_PROCESS:
    case RAFT_SHM_EVENT_FAULT:
        return YELLOW;
    case RAFT_SHM_EVENT_ROLE:
        return event->b == RAFT_ROLE_LEADER ? GREEN : CYAN;
    case RAFT_SHM_EVENT_SUBSTATE:
    case RAFT_SHM_EVENT_TRACE:
        return DIM;
    default:
        return PLAIN;
    }
}

static void print_line(const struct call *call, const struct raft_shm_event *event,
                       const char *text)
{
    char when[48];
    char who[16] = "-";
    print_clock(event->real, when, sizeof when);
    if (event->node != 0) {
        snprintf(who, sizeof who, "n%u", event->node);
    }
    enum colour colour = colour_of(event);
    bool paint = call->colour && colour != PLAIN;
    printf("%6llu  %s  %-4s %-8s  %s%s%s\n", (unsigned long long)event->seq, when, who,
           raft_shm_event_type_name(event->type), print_colour(paint, colour), text,
           print_colour(paint, PLAIN));
}

static void print_events(struct call *call, struct raft_shm_cursor *cursor)
{
    const char *types = options_text(&call->options, "type", NULL);
    struct raft_shm_event event;
    while (raft_shm_event_next(call->shm, cursor, &event)) {
        char text[192];
        raft_view_event_text(&event, text, sizeof text);
        if (!is_wanted(types, raft_shm_event_type_name(event.type))) {
            continue;
        }
        if (call->json) {
            print_json(&event, text);
        } else {
            print_line(call, &event, text);
        }
    }
}

/* Ends with the cluster (whose end the watch rings) or when the reader has seen enough. */
static void follow_events(struct call *call, struct raft_shm_cursor *cursor)
{
    struct watch *watch = watch_start(&call->paths);
    bool more = true;
    while (more) {
        uint32_t bell = raft_shm_bell(call->shm);
        call_look(call);
        watch_update(watch, call->view);
        uint64_t lost = cursor->lost;
        print_events(call, cursor);
        if (cursor->lost > lost) {
            say(call, "%llu events were overwritten before they were read",
                (unsigned long long)(cursor->lost - lost));
        }
        more = fflush(stdout) == 0 && view_runs(call->view);
        if (more) {
            (void)raft_shm_bell_wait(call->shm, bell, UINT64_MAX); /* the loop looks anyway */
        }
    }
    watch_stop(&watch);
}

int cmd_events(struct call *call)
{
    int code = check_types(call, options_text(&call->options, "type", NULL));
    code = code == EXIT_DONE ? call_open(call, true) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    if (call->view == NULL) {
        return complain(call, EXIT_NOT_RUNNING,
                        "cluster %s is not running and left no events (raftctl -c %s up starts it)",
                        call->paths.name, call->paths.name);
    }
    struct raft_shm_cursor cursor = {.next = options_number(&call->options, "since", 1)};
    cursor.next += cursor.next == 0 ? 1 : 0;
    if (options_given(&call->options, "follow")) {
        follow_events(call, &cursor);
    } else {
        print_events(call, &cursor);
    }
    return EXIT_DONE;
}
