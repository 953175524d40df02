/* SPDX-License-Identifier: MIT
 *
 * Which links: from what a person writes to a matrix.
 */
#include <stdio.h>
#include <string.h>

#include "faults/link.h"

static bool copy_side(char side[RAFT_LINK_SIDE_BYTES], const char *text, size_t length)
{
    if (length == 0 || length >= RAFT_LINK_SIDE_BYTES) {
        return false;
    }
    memcpy(side, text, length);
    side[length] = '\0';
    return true;
}

bool raft_link_sides_read(struct raft_link_sides *sides, const char *text)
{
    const char *sign = strchr(text, '>');
    sign = sign != NULL ? sign : strchr(text, '-');
    if (sign == NULL) {
        sides->both = true;
        (void)snprintf(sides->to, sizeof sides->to, "*"); /* it fits */
        return copy_side(sides->from, text, strlen(text));
    }
    sides->both = *sign == '-';
    return strchr(sign + 1, *sign) == NULL && copy_side(sides->from, text, (size_t)(sign - text)) &&
           copy_side(sides->to, sign + 1, strlen(sign + 1));
}

static bool add_one_way(uint64_t from, uint64_t to, uint64_t rows[RAFT_NODES_MAX])
{
    bool any = false;
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        uint64_t bit = UINT64_C(1) << slot;
        if ((from & bit) != 0) {
            rows[slot] |= to & ~bit;
            any = any || (to & ~bit) != 0;
        }
    }
    return any;
}

/* Where nobody else is left, everybody is meant: the links of all nodes are all links. */
static uint64_t find_others(uint64_t all, uint64_t side)
{
    uint64_t others = all & ~side;
    return others != 0 ? others : all;
}

bool raft_link_rows(const struct raft_link_ends *ends, uint64_t rows[RAFT_NODES_MAX])
{
    uint64_t from = ends->from;
    uint64_t to = ends->to;
    from = from == RAFT_LINK_OTHERS ? find_others(ends->all, to) : from;
    to = to == RAFT_LINK_OTHERS ? find_others(ends->all, from) : to;
    bool any = add_one_way(from & ends->all, to & ends->all, rows);
    if (ends->both) {
        any = add_one_way(to & ends->all, from & ends->all, rows) || any;
    }
    return any;
}
