/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/assert.h"
#include "shm/layout.h"

/* How long a number that was given out may hold back the later ones (real time). */
#define OVERDUE_NS UINT64_C(20000000)

/* Looks at what others overwrite meanwhile are bounded. */
enum { TRIES_MAX = 1000 };

static uint64_t read_seq(const struct raft_shm_ring_cell *ring, uint64_t ordinal)
{
    return atomic_load_explicit(&ring->records[ordinal % RAFT_SHM_RING_EVENTS][0],
                                memory_order_acquire);
}

/* Records finished in this ring, one more if its writer died between the record and the count. */
static uint64_t read_head(const struct raft_shm_ring_cell *ring)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    uint64_t before = head == 0 ? 0 : read_seq(ring, head - 1);
    return read_seq(ring, head) > before ? head + 1 : head;
}

uint64_t raft_shm_event_write(struct raft_shm *shm, uint32_t ring,
                              const struct raft_shm_event *event)
{
    ASSERT(shm->writable && ring < RAFT_SHM_RINGS);
    struct raft_shm_table *table = shm->table;
    struct raft_shm_ring_cell *cell = &table->rings[ring];
    uint64_t head = read_head(cell);
    raft_shm_word *words = cell->records[head % RAFT_SHM_RING_EVENTS];
    struct raft_shm_event filled = *event;
    filled.real = raft_shm_realtime();
    filled.time = raft_shm_now(shm);
    filled.text[RAFT_SHM_TEXT - 1] = '\0';
    filled.seq = atomic_fetch_add_explicit(&table->header.next_seq, 1, memory_order_acq_rel) + 1;
    atomic_store_explicit(&words[0], 0, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    raft_shm_words_store(words + 1, (const unsigned char *)&filled + sizeof(uint64_t),
                         sizeof filled - sizeof(uint64_t));
    atomic_store_explicit(&words[0], filled.seq, memory_order_release);
    atomic_store_explicit(&cell->head, head + 1, memory_order_release);
    raft_shm_ring_now(shm);
    return filled.seq;
}

uint64_t raft_shm_seq(const struct raft_shm *shm)
{
    return atomic_load_explicit(&shm->table->header.next_seq, memory_order_acquire);
}

/* What one look over all rings found. */
struct look {
    uint64_t found;       /* lowest seq >= next that can be read; UINT64_MAX = none */
    uint32_t ring;        /* where */
    uint64_t ordinal;     /* where in it */
    bool is_overrun;      /* a ring has forgotten records that may have been >= next */
    uint64_t behind_mask; /* rings that have written nothing >= next yet */
};

/* The first ordinal whose record has a seq >= next; head if there is none. Records are ascending
 * but for the oldest, which may have been overwritten by now: those count as too low. */
static uint64_t search_ring(const struct raft_shm_ring_cell *ring, uint64_t head, uint64_t next)
{
    uint64_t newest = read_seq(ring, head - 1);
    uint64_t low = head > RAFT_SHM_RING_EVENTS ? head - RAFT_SHM_RING_EVENTS : 0;
    uint64_t high = head;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        uint64_t seq = read_seq(ring, middle);
        if (seq >= next && seq <= newest) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* Were records just before this one forgotten (overwritten before or while we look)? */
static bool is_after_gap(const struct raft_shm_ring_cell *ring, uint64_t head, uint64_t ordinal)
{
    if (ordinal == 0) {
        return false;
    }
    if (head > RAFT_SHM_RING_EVENTS && ordinal <= head - RAFT_SHM_RING_EVENTS) {
        return true;
    }
    uint64_t seq = read_seq(ring, ordinal - 1);
    return seq == 0 || seq > read_seq(ring, head - 1);
}

/* False if the ring was overwritten faster than we could look. */
static bool look_at_ring(const struct raft_shm *shm, uint32_t ring, uint64_t next,
                         struct look *look)
{
    const struct raft_shm_ring_cell *cell = &shm->table->rings[ring];
    uint64_t head = read_head(cell);
    uint64_t newest = head == 0 ? 0 : read_seq(cell, head - 1);
    if (newest < next) {
        look->behind_mask |= UINT64_C(1) << ring;
        return head == 0 || newest != 0;
    }
    uint64_t ordinal = search_ring(cell, head, next);
    uint64_t seq = ordinal < head ? read_seq(cell, ordinal) : 0;
    if (seq < next || seq > newest) {
        return false;
    }
    look->is_overrun = look->is_overrun || (seq > next && is_after_gap(cell, head, ordinal));
    if (seq < look->found) {
        look->found = seq;
        look->ring = ring;
        look->ordinal = ordinal;
    }
    return true;
}

/* Each ring is tried a bounded number of times: what is written faster than that counts as lost. */
static struct look look_at_rings(const struct raft_shm *shm, uint64_t next)
{
    struct look look = {.found = UINT64_MAX};
    for (uint32_t ring = 0; ring < RAFT_SHM_RINGS; ring++) {
        bool seen = false;
        for (uint32_t try = 0; !seen && try < TRIES_MAX; try++) {
            seen = look_at_ring(shm, ring, next, &look);
        }
    }
    return look;
}

static bool is_process_alive(uint32_t pid)
{
    return pid != 0 && pid <= INT32_MAX && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

/* Is there a live writer that may still owe a number below those it has written? */
static bool is_writer_behind(const struct raft_shm *shm, uint64_t behind_mask)
{
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        struct raft_shm_node node;
        struct raft_shm_service service;
        if (((behind_mask >> slot) & 1) == 0) {
            continue;
        }
        if (raft_shm_node_read(shm, slot, &node) && is_process_alive(node.pid)) {
            return true;
        }
        if (raft_shm_service_read(shm, slot, &service) && is_process_alive(service.pid)) {
            return true;
        }
    }
    struct raft_shm_cluster cluster;
    return ((behind_mask >> RAFT_SHM_RING_SUPERVISOR) & 1) != 0 &&
           raft_shm_cluster_read(shm, &cluster) && is_process_alive(cluster.supervisor_pid);
}

/* False if the record was overwritten meanwhile. */
static bool copy_event(const struct raft_shm *shm, const struct look *look,
                       struct raft_shm_event *event)
{
    const struct raft_shm_ring_cell *ring = &shm->table->rings[look->ring];
    raft_shm_words_load(ring->records[look->ordinal % RAFT_SHM_RING_EVENTS], event, sizeof *event);
    atomic_thread_fence(memory_order_acquire);
    event->seq = look->found;
    event->text[RAFT_SHM_TEXT - 1] = '\0';
    return atomic_load_explicit(&ring->records[look->ordinal % RAFT_SHM_RING_EVENTS][0],
                                memory_order_relaxed) == look->found;
}

/* A missing number may still come from a live writer that is behind: waits for the bell, but not
 * past the deadline, which the first call sets. False: it will not come. */
static bool wait_for_number(const struct raft_shm *shm, const struct look *look, uint32_t bell,
                            uint64_t *deadline)
{
    uint64_t now = raft_shm_boottime();
    if (*deadline == 0) {
        *deadline = now + OVERDUE_NS;
    }
    if (now >= *deadline || !is_writer_behind(shm, look->behind_mask)) {
        return false;
    }
    (void)raft_shm_bell_wait(shm, bell, *deadline - now); /* either way the next look tells */
    return true;
}

bool raft_shm_event_next(const struct raft_shm *shm, struct raft_shm_cursor *cursor,
                         struct raft_shm_event *event)
{
    uint64_t deadline = 0;
    bool given_up = false; /* its writers were seen dead or late: one last look, then skip it */
    cursor->next = cursor->next == 0 ? 1 : cursor->next;
    for (uint32_t try = 0; raft_shm_seq(shm) >= cursor->next && try < TRIES_MAX; try++) {
        uint32_t bell = raft_shm_bell(shm);
        struct look look = look_at_rings(shm, cursor->next);
        if (look.found == UINT64_MAX) {
            return false;
        }
        if (look.found > cursor->next && !look.is_overrun && !given_up) {
            given_up = !wait_for_number(shm, &look, bell, &deadline);
            continue;
        }
        if (!copy_event(shm, &look, event)) {
            continue;
        }
        cursor->lost += look.is_overrun ? look.found - cursor->next : 0;
        cursor->next = look.found + 1;
        return true;
    }
    return false;
}
