/* SPDX-License-Identifier: MIT */
#include "shm/shm.h"

const char *raft_shm_exit_text(int code)
{
    switch (code) {
#define X(name, value, text)                                                                       \
    case value:                                                                                    \
        return text;
        RAFT_SHM_EXITS(X)
#undef X
    default: /* any int may come from the kernel */
        return NULL;
    }
}

const char *raft_shm_process_name(uint32_t process)
{
    static const char *const names[] = {
#define X(name, text) [RAFT_SHM_PROCESS_##name] = text,
        RAFT_SHM_PROCESSES(X)
#undef X
    };
    return process < sizeof names / sizeof names[0] ? names[process] : "unknown";
}

const char *raft_shm_event_type_name(uint32_t type)
{
    static const char *const names[] = {
#define X(name, text) [RAFT_SHM_EVENT_##name] = text,
        RAFT_SHM_EVENTS(X)
#undef X
    };
    return type < RAFT_SHM_EVENT_COUNT ? names[type] : "unknown";
}
