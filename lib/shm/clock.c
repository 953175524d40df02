/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "base/assert.h"
#include "shm/layout.h"

/* Q32.32 times nanoseconds needs more than 64 bits within minutes. */
__extension__ typedef unsigned __int128 wide;

enum { NS_PER_US = 1000, RATE_SHIFT = 32 };

static uint64_t read_clock_ns(clockid_t clock)
{
    struct timespec now;
    int failed = clock_gettime(clock, &now);
    ASSERT(failed == 0);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t raft_shm_boottime(void)
{
    return read_clock_ns(CLOCK_BOOTTIME);
}

uint64_t raft_shm_realtime(void)
{
    return read_clock_ns(CLOCK_REALTIME);
}

void raft_shm_clock_write(struct raft_shm *shm, const struct raft_shm_clock *clock)
{
    ASSERT(shm->writable);
    struct raft_shm_clock_cell *cell = &shm->table->clock;
    raft_shm_pair_write(&cell->pair, cell->words[0], clock, sizeof *clock, true);
}

void raft_shm_clock_read(const struct raft_shm *shm, struct raft_shm_clock *clock)
{
    const struct raft_shm_clock_cell *cell = &shm->table->clock;
    /* The clock is written before the table can be seen; a damaged one reads as time 0, frozen. */
    (void)raft_shm_pair_read(&cell->pair, cell->words[0], clock, sizeof *clock);
}

static raft_time read_virtual(const struct raft_shm_clock *clock, uint64_t real)
{
    uint64_t passed = real > clock->base_real ? real - clock->base_real : 0;
    wide virtual_ns = ((wide)passed * clock->rate) >> RATE_SHIFT;
    return clock->base_virtual + (raft_time)(virtual_ns / NS_PER_US);
}

raft_time raft_shm_now(const struct raft_shm *shm)
{
    struct raft_shm_clock clock;
    raft_shm_clock_read(shm, &clock);
    return read_virtual(&clock, raft_shm_boottime());
}

uint64_t raft_shm_real_until(const struct raft_shm *shm, raft_time deadline)
{
    struct raft_shm_clock clock;
    raft_shm_clock_read(shm, &clock);
    uint64_t real = raft_shm_boottime();
    if (deadline == UINT64_MAX) {
        return UINT64_MAX;
    }
    if (deadline <= read_virtual(&clock, real)) {
        return 0;
    }
    if (clock.rate == 0) {
        return UINT64_MAX;
    }
    /* Rounded up, so that the deadline has come when the sleeper wakes. */
    wide wanted = (wide)(deadline - clock.base_virtual) * NS_PER_US;
    wide after_base = ((wanted << RATE_SHIFT) + clock.rate - 1) / clock.rate;
    uint64_t passed = real > clock.base_real ? real - clock.base_real : 0;
    wide left = after_base - passed + (real < clock.base_real ? clock.base_real - real : 0);
    return left < UINT64_MAX ? (uint64_t)left : UINT64_MAX - 1;
}
