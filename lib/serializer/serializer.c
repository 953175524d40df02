/* SPDX-License-Identifier: MIT */
#include "serializer/serializer.h"

const char *raft_reply_status_name(enum raft_reply_status status)
{
    switch (status) {
#define X(name, value, text)                                                                       \
    case RAFT_REPLY_##name:                                                                        \
        return text;
        RAFT_REPLIES(X)
#undef X
    }
    return "unknown status";
}
