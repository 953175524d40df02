/* SPDX-License-Identifier: MIT
 *
 * A seeded generator (xoshiro256**, seeded by splitmix64). The only source of pseudo-randomness in
 * lib/: the core takes entropy on its events, hosts draw it from here, and one printed seed replays
 * a whole run. Not for secrets.
 */
#ifndef RAFT_BASE_RANDOM_H
#define RAFT_BASE_RANDOM_H

#include <stdint.h>

struct raft_random {
    uint64_t state[4];
};

/* Starts a stream; equal seeds give equal streams on every platform. */
void raft_random_seed(struct raft_random *random, uint64_t seed);

/* The next 64 bits. */
uint64_t raft_random_next(struct raft_random *random);

/* Uniform in [0, bound); bound must not be 0. */
uint64_t raft_random_below(struct raft_random *random, uint64_t bound);

/* 64 bits from the operating system (getrandom), for seeds and incarnations. */
uint64_t raft_random_system(void);

#endif
