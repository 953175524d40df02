/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <string.h>

#include "base/assert.h"
#include "shm/layout.h"

/* A read is disturbed only by a writer that publishes twice meanwhile; after the first few tries
 * the reader also steps aside between two. */
enum { TRIES_PLAIN = 4, TRIES_MAX = 256 };

void raft_shm_words_store(raft_shm_word *words, const void *payload, size_t bytes)
{
    const unsigned char *from = payload;
    for (size_t i = 0; i < bytes / sizeof(uint64_t); i++) {
        uint64_t word;
        memcpy(&word, from + i * sizeof word, sizeof word);
        atomic_store_explicit(&words[i], word, memory_order_relaxed);
    }
}

void raft_shm_words_load(const raft_shm_word *words, void *payload, size_t bytes)
{
    unsigned char *to = payload;
    for (size_t i = 0; i < bytes / sizeof(uint64_t); i++) {
        uint64_t word = atomic_load_explicit(&words[i], memory_order_relaxed);
        memcpy(to + i * sizeof word, &word, sizeof word);
    }
}

void raft_shm_pair_write(struct raft_shm_pair *pair, raft_shm_word *words, const void *payload,
                         size_t bytes, bool exists)
{
    uint64_t first = atomic_load_explicit(&pair->version[0], memory_order_relaxed);
    uint64_t second = atomic_load_explicit(&pair->version[1], memory_order_relaxed);
    uint32_t copy = first > second ? 1 : 0; /* the older one */
    uint64_t newest = first > second ? first : second;
    uint64_t version = ((newest >> 1) + 1) << 1 | (exists ? 1 : 0);
    atomic_store_explicit(&pair->version[copy], 0, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    raft_shm_words_store(words + copy * (bytes / sizeof(uint64_t)), payload, bytes);
    atomic_store_explicit(&pair->version[copy], version, memory_order_release);
}

uint64_t raft_shm_pair_read(const struct raft_shm_pair *pair, const raft_shm_word *words,
                            void *payload, size_t bytes)
{
    for (uint32_t try = 0; try < TRIES_MAX; try++) {
        uint64_t first = atomic_load_explicit(&pair->version[0], memory_order_acquire);
        uint64_t second = atomic_load_explicit(&pair->version[1], memory_order_acquire);
        uint32_t copy = first > second ? 0 : 1; /* the newer one */
        uint64_t version = first > second ? first : second;
        if (version == 0) {
            break;
        }
        raft_shm_words_load(words + copy * (bytes / sizeof(uint64_t)), payload, bytes);
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&pair->version[copy], memory_order_relaxed) == version) {
            if ((version & 1) == 0) {
                break;
            }
            return version;
        }
        if (try >= TRIES_PLAIN) {
            (void)sched_yield(); /* only a courtesy */
        }
    }
    memset(payload, 0, bytes);
    return 0;
}

void raft_shm_node_write(struct raft_shm *shm, uint32_t slot, const struct raft_shm_node *record)
{
    ASSERT(shm->writable && slot < RAFT_NODES_MAX);
    struct raft_shm_node_cell *cell = &shm->table->nodes[slot];
    raft_shm_pair_write(&cell->pair, cell->words[0], record, sizeof *record, true);
}

void raft_shm_service_write(struct raft_shm *shm, uint32_t slot,
                            const struct raft_shm_service *record)
{
    ASSERT(shm->writable && slot < RAFT_NODES_MAX);
    struct raft_shm_service_cell *cell = &shm->table->services[slot];
    raft_shm_pair_write(&cell->pair, cell->words[0], record, sizeof *record, true);
}

void raft_shm_cluster_write(struct raft_shm *shm, const struct raft_shm_cluster *record)
{
    ASSERT(shm->writable);
    struct raft_shm_cluster_cell *cell = &shm->table->cluster;
    raft_shm_pair_write(&cell->pair, cell->words[0], record, sizeof *record, true);
}

/* A damaged table may hold any number: readers get values that are safe to index and print with. */
static uint32_t clamp(uint32_t value, uint32_t end)
{
    return value < end ? value : 0;
}

bool raft_shm_node_read(const struct raft_shm *shm, uint32_t slot, struct raft_shm_node *record)
{
    ASSERT(slot < RAFT_NODES_MAX);
    const struct raft_shm_node_cell *cell = &shm->table->nodes[slot];
    if (raft_shm_pair_read(&cell->pair, cell->words[0], record, sizeof *record) == 0) {
        return false;
    }
    record->role = clamp(record->role, RAFT_ROLE_LEADER + 1);
    record->substate = clamp(record->substate, RAFT_SUBSTATE_COUNT);
    if (record->peers_count > RAFT_NODES_MAX) {
        record->peers_count = RAFT_NODES_MAX;
    }
    record->config.count = clamp(record->config.count, RAFT_NODES_MAX + 1);
    for (uint32_t i = 0; i < record->peers_count; i++) {
        record->peers[i].state = clamp(record->peers[i].state, RAFT_PROGRESS_SNAPSHOT + 1);
    }
    return true;
}

bool raft_shm_service_read(const struct raft_shm *shm, uint32_t slot,
                           struct raft_shm_service *record)
{
    ASSERT(slot < RAFT_NODES_MAX);
    const struct raft_shm_service_cell *cell = &shm->table->services[slot];
    if (raft_shm_pair_read(&cell->pair, cell->words[0], record, sizeof *record) == 0) {
        return false;
    }
    record->process = clamp(record->process, RAFT_SHM_PROCESS_BACKOFF + 1);
    record->host[sizeof record->host - 1] = '\0';
    record->http_host[sizeof record->http_host - 1] = '\0';
    record->name[sizeof record->name - 1] = '\0';
    return true;
}

bool raft_shm_cluster_read(const struct raft_shm *shm, struct raft_shm_cluster *record)
{
    const struct raft_shm_cluster_cell *cell = &shm->table->cluster;
    if (raft_shm_pair_read(&cell->pair, cell->words[0], record, sizeof *record) == 0) {
        return false;
    }
    record->name[sizeof record->name - 1] = '\0';
    record->app[sizeof record->app - 1] = '\0';
    record->timing[sizeof record->timing - 1] = '\0';
    return true;
}

void raft_shm_slot_clear(struct raft_shm *shm, uint32_t slot)
{
    ASSERT(shm->writable && slot < RAFT_NODES_MAX);
    static const struct raft_shm_node no_node;
    static const struct raft_shm_service no_service;
    struct raft_shm_node_cell *node = &shm->table->nodes[slot];
    struct raft_shm_service_cell *service = &shm->table->services[slot];
    raft_shm_pair_write(&node->pair, node->words[0], &no_node, sizeof no_node, false);
    raft_shm_pair_write(&service->pair, service->words[0], &no_service, sizeof no_service, false);
}

void raft_shm_faults_write(struct raft_shm *shm, const struct raft_faults *faults)
{
    ASSERT(shm->writable);
    struct raft_shm_faults_cell *cell = &shm->table->faults;
    raft_shm_pair_write(&cell->pair, cell->words[0], faults, sizeof *faults, true);
}

/* The versions are the epoch: the newer of the two. */
static uint64_t read_epoch(const struct raft_shm_pair *pair)
{
    uint64_t first = atomic_load_explicit(&pair->version[0], memory_order_relaxed);
    uint64_t second = atomic_load_explicit(&pair->version[1], memory_order_relaxed);
    return first > second ? first : second;
}

bool raft_shm_faults_read(const struct raft_shm *shm, uint64_t *epoch, struct raft_faults *faults)
{
    const struct raft_shm_faults_cell *cell = &shm->table->faults;
    if (read_epoch(&cell->pair) == *epoch) {
        return false;
    }
    static _Thread_local struct raft_faults copy; /* too large for a stack */
    uint64_t version = raft_shm_pair_read(&cell->pair, cell->words[0], &copy, sizeof copy);
    if (version == 0 || version == *epoch) {
        return false; /* the caller keeps the last good plan */
    }
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        copy.list[i].kind[RAFT_FAULT_KIND - 1] = '\0';
        copy.list[i].target[RAFT_FAULT_TEXT - 1] = '\0';
    }
    *faults = copy;
    *epoch = version;
    return true;
}
