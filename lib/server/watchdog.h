/* SPDX-License-Identifier: MIT
 *
 * The watchdog over callbacks: what the loop calls of others is timed, and what kept it for longer
 * than the bound is a handled error with its name and the milliseconds. Time comes from a clock
 * that a test may bring. The callback is not cut short: heartbeats were late, and somebody should
 * know whose fault it was.
 */
#ifndef RAFT_SERVER_WATCHDOG_H
#define RAFT_SERVER_WATCHDOG_H

#include "server/errors.h"

struct raft_server_watchdog {
    struct raft_server_clock clock;
    uint64_t bound_ms;
    struct raft_server_errors *errors; /* borrowed */
};

/* options may be NULL, and what is 0 in it is the default: 50 ms of the monotonic clock. */
void raft_watchdog_init(struct raft_server_watchdog *watchdog,
                        const struct raft_server_patience *patience,
                        struct raft_server_errors *errors);

/* Around a callback. */
uint64_t raft_watchdog_begin(const struct raft_server_watchdog *watchdog);
void raft_watchdog_end(const struct raft_server_watchdog *watchdog, uint64_t begin,
                       const char *name);

/* An app whose functions are timed; inner is borrowed. */
struct raft_app *raft_watchdog_app(const struct raft_server_watchdog *watchdog,
                                   struct raft_app *inner);

#endif
