/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cluster/view.h"

static const char *role_text(uint64_t role)
{
    return role <= RAFT_ROLE_LEADER ? raft_role_name((enum raft_role)role) : "unknown";
}

static const char *substate_text(uint64_t substate)
{
    return substate < RAFT_SUBSTATE_COUNT ? raft_substate_name((enum raft_substate)substate)
                                          : "unknown";
}

static void describe_process(const struct raft_shm_event *event, char *text, size_t bytes)
{
    const char *name = raft_shm_process_name((uint32_t)event->a);
    if (event->d != 0) {
        snprintf(text, bytes, "%s: ended by signal %llu", name, (unsigned long long)event->d);
    } else if (event->a == RAFT_SHM_PROCESS_DOWN && (int64_t)event->c >= 0) {
        snprintf(text, bytes, "%s: exit code %llu", name, (unsigned long long)event->c);
    } else {
        snprintf(text, bytes, "%s, pid %llu", name, (unsigned long long)event->b);
    }
}

/* Without the name of the node in front, which stands beside it anyway. */
static void copy_sentence(const struct raft_shm_event *event, char *text, size_t bytes)
{
    char name[16];
    int used = snprintf(name, sizeof name, "n%u: ", event->node);
    const char *from = event->text;
    int room = (int)sizeof event->text;
    if (event->node != 0 && strncmp(from, name, (size_t)used) == 0) {
        from += used;
        room -= used;
    }
    snprintf(text, bytes, "%.*s", room, from);
}

void raft_view_event_text(const struct raft_shm_event *event, char *text, size_t bytes)
{
    unsigned long long a = event->a;
    unsigned long long b = event->b;
    unsigned long long c = event->c;
    if (event->text[0] != 0) {
        copy_sentence(event, text, bytes);
        return;
    }
    switch (event->type) {
    case RAFT_SHM_EVENT_ROLE:
        snprintf(text, bytes, "%s -> %s, term %llu", role_text(a), role_text(b), c);
        break;
    case RAFT_SHM_EVENT_SUBSTATE:
        snprintf(text, bytes, "%s (%s, term %llu)", substate_text(a), role_text(b), c);
        break;
    case RAFT_SHM_EVENT_LEADER:
        if (a == 0) {
            snprintf(text, bytes, "knows no leader, term %llu", c);
        } else {
            snprintf(text, bytes, "follows leader n%llu, term %llu", a, c);
        }
        break;
    case RAFT_SHM_EVENT_PROCESS:
        describe_process(event, text, bytes);
        break;
    case RAFT_SHM_EVENT_FAULT:
        snprintf(text, bytes, "f%llu %s", a, b == 1 ? "made" : "ended");
        break;
    case RAFT_SHM_EVENT_STORAGE:
        snprintf(text, bytes, "%s", a == 1 ? "disk full" : "disk has room again");
        break;
    default:
        snprintf(text, bytes, "%s %llu %llu %llu", raft_shm_event_type_name(event->type), a, b, c);
        break;
    }
}
