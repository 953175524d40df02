/* SPDX-License-Identifier: MIT
 *
 * How fast the cluster commits: entries per half second, for the sparkline. Time is an argument.
 */
#ifndef RAFTCTL_TOP_RATES_H
#define RAFTCTL_TOP_RATES_H

#include <stdbool.h>
#include <stdint.h>

enum { TOP_RATES_COLUMNS = 256, TOP_RATES_MS = 500 };

struct top_rates {
    uint64_t column; /* the newest; 0 = nothing seen yet */
    uint64_t commit; /* the last seen */
    uint64_t counts[TOP_RATES_COLUMNS];
};

/* The highest commit index known at this moment. A smaller one than before (a new cluster, or the
 * node that knew it is gone) counts nothing and starts anew. */
void top_rates_add(struct top_rates *rates, uint64_t now_ms, uint64_t commit);

/* Entries per second of a column; age 0 is the newest, still filling. */
uint64_t top_rates_at(const struct top_rates *rates, uint32_t age);

/* Over the last full second, and the highest second of those kept. */
uint64_t top_rates_now(const struct top_rates *rates);
uint64_t top_rates_peak(const struct top_rates *rates);

#endif
