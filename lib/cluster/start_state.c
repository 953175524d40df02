/* SPDX-License-Identifier: MIT */
#include "cluster/start_state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

const char *raft_start_role_name(enum raft_start_role role)
{
    static const char *const names[] = {
#define X(name, text) text,
        RAFT_START_ROLES(X)
#undef X
    };

    return (size_t)role < sizeof names / sizeof names[0] ? names[role] : "unknown";
}

bool raft_start_is_given(const struct raft_start_state *state)
{
    return state->role != RAFT_START_NONE || state->term != 0 || state->voted_for != 0 ||
           state->entries_count != 0;
}

bool raft_start_append(struct raft_start_state *state, raft_term term, const void *command,
                       size_t bytes)
{
    struct raft_start_entry *entry;

    if (state->entries_count == RAFT_START_ENTRIES_MAX) {
        return false;
    }
    if ((state->entries_count & (state->entries_count - 1)) == 0) { /* It is full at powers of 2. */
        size_t room = state->entries_count == 0 ? 1 : 2 * state->entries_count;

        state->entries = realloc(state->entries, room * sizeof *state->entries);
        ASSERT(state->entries != NULL);
    }
    entry = &state->entries[state->entries_count++];
    *entry = (struct raft_start_entry){.term = term, .bytes = bytes};
    if (bytes > 0) {
        entry->command = malloc(bytes);
        ASSERT(entry->command != NULL);
        memcpy(entry->command, command, bytes);
    }
    return true;
}

void raft_start_finish(struct raft_start_state *state)
{
    if (state == NULL) {
        return;
    }
    for (size_t i = 0; i < state->entries_count; i++) {
        free(state->entries[i].command);
    }
    free(state->entries);
    memset(state, 0, sizeof *state);
}

static size_t add_text(char *text, size_t bytes, size_t used, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static size_t add_text(char *text, size_t bytes, size_t used, const char *format, ...)
{
    va_list list;
    int more;

    va_start(list, format);
    more = used < bytes ? vsnprintf(text + used, bytes - used, format, list) : 0;
    va_end(list);
    return more < 0 ? used : used + (size_t)more;
}

void raft_start_text(const struct raft_start_state *state, char *text, size_t bytes)
{
    enum { TERMS_SHOWN = 12 };
    size_t count = state->entries_count;
    size_t used = add_text(
        text, bytes, 0, "%s of term %" PRIu64,
        raft_start_role_name(state->role == RAFT_START_NONE ? RAFT_START_FOLLOWER : state->role),
        state->term);

    if (state->voted_for != 0) {
        used = add_text(text, bytes, used, ", voted for n%u", state->voted_for);
    }
    used = add_text(text, bytes, used, count == 0 ? ", empty log" : ", log of %zu %s (terms", count,
                    count == 1 ? "entry" : "entries");
    for (size_t i = 0; i < count && i < TERMS_SHOWN; i++) {
        used = add_text(text, bytes, used, " %" PRIu64, state->entries[i].term);
    }
    if (count > 0) {
        (void)add_text(text, bytes, used, count > TERMS_SHOWN ? " ...)" : ")");
    }
}
