/* SPDX-License-Identifier: MIT */
#include "base/error.h"

const char *raft_error_text(enum raft_error error)
{
    switch (error) {
#define X(name, value, text)                                                                       \
    case RAFT_##name:                                                                              \
        return text;
        RAFT_ERRORS(X)
#undef X
    }
    return "unknown error";
}

const char *raft_error_name(enum raft_error error)
{
    switch (error) {
#define X(name, value, text)                                                                       \
    case RAFT_##name:                                                                              \
        return #name;
        RAFT_ERRORS(X)
#undef X
    }
    return "UNKNOWN";
}
