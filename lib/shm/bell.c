/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "shm/layout.h"

enum { PROGRESS_NS_MIN = 1000000 };

void raft_shm_ring_now(struct raft_shm *shm)
{
    ASSERT(shm->writable);
    struct raft_shm_header *header = &shm->table->header;
    atomic_store_explicit(&header->rung, raft_shm_boottime(), memory_order_relaxed);
    atomic_fetch_add_explicit(&header->bell, 1, memory_order_release);
    /* Waking nobody is fine, and nothing else can go wrong with our own mapping. */
    (void)syscall(SYS_futex, &header->bell, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

bool raft_shm_ring(struct raft_shm *shm)
{
    uint64_t rung = atomic_load_explicit(&shm->table->header.rung, memory_order_relaxed);
    uint64_t now = raft_shm_boottime();
    if (now >= rung && now - rung < PROGRESS_NS_MIN) {
        return false;
    }
    raft_shm_ring_now(shm);
    return true;
}

uint32_t raft_shm_bell(const struct raft_shm *shm)
{
    return atomic_load_explicit(&shm->table->header.bell, memory_order_acquire);
}

bool raft_shm_bell_wait(const struct raft_shm *shm, uint32_t seen, uint64_t timeout_ns)
{
    const _Atomic uint32_t *bell = &shm->table->header.bell;
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                               .tv_nsec = (long)(timeout_ns % 1000000000)};
    if (raft_shm_bell(shm) != seen) {
        return true;
    }
    long woken = syscall(SYS_futex, bell, FUTEX_WAIT, seen,
                         timeout_ns == UINT64_MAX ? NULL : &timeout, NULL, 0);
    return woken == 0 || errno != ETIMEDOUT || raft_shm_bell(shm) != seen;
}
