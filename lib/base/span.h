/* SPDX-License-Identifier: MIT
 *
 * A span is a borrowed run of bytes: it owns nothing, and is valid as long as what it points to.
 */
#ifndef RAFT_BASE_SPAN_H
#define RAFT_BASE_SPAN_H

#include <stddef.h>

struct raft_span {
    const void *data; /* may be NULL when bytes is 0 */
    size_t bytes;
};

#endif
