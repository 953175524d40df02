/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>

enum raft_error raft_error_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return RAFT_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return RAFT_PERMISSION;
    case ENOSPC:
    case EDQUOT:
        return RAFT_FULL;
    case ENAMETOOLONG:
        return RAFT_TOO_LARGE;
    case ENOMEM:
        return RAFT_MEMORY;
    case EMFILE:
    case ENFILE:
        return RAFT_LIMIT;
    default: /* errno has no end */
        return RAFT_IO;
    }
}

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
