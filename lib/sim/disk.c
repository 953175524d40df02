/* SPDX-License-Identifier: MIT
 *
 * A disk: the writer port over a memory log, in virtual time. Operations finish in order, each
 * after its latency; what is not finished when the process crashes is lost, or, as on a real disk,
 * some first part of it is durable though nobody was told.
 *
 * A write is never torn: LMDB writes the new pages elsewhere, syncs, and then one meta page, which
 * names the newest tree; a crash in between leaves the old one. So a transaction is there as a
 * whole or not at all, in order, and with each write as one of its own, as here, a crash may fall
 * between any two: batches of several (log_thread.c) only have fewer such places.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/internal.h"

enum { RETRY_US = 10 * 1000, READ_ENTRIES_MAX = 4096 };

static bool is_dead(struct raft_writer *writer);
static void submit(struct raft_writer *writer, uint64_t seq, const struct raft_log_write *write);
static void read_range(struct raft_writer *writer, uint64_t token, raft_index first,
                       raft_index last, size_t bytes_max);
static void enqueue(struct raft_sim_disk *disk, struct raft_sim_operation *operation);
static void free_oldest(struct raft_sim_disk *disk);
static bool changes(const struct raft_sim_operation *operation);
static void store(struct raft_writer *writer, const struct raft_snapshot *snapshot,
                  const void *image, raft_index first);
static void read_image(struct raft_writer *writer, uint64_t token, raft_index index,
                       uint64_t offset, uint32_t bytes);
static struct raft_sim_operation *make_operation(enum raft_sim_operation_kind kind,
                                                 uint64_t number);
static bool finish_change(struct raft_sim_disk *disk);
static bool finish_write(struct raft_sim_disk *disk);
static enum raft_error finish_store(struct raft_sim_disk *disk);
static void finish_image(struct raft_sim_disk *disk);
static void tell_space(struct raft_sim_disk *disk, bool gone);
static void break_disk(struct raft_sim_disk *disk);
static void finish_read(struct raft_sim_disk *disk);

static const struct raft_writer_ops ops = {
    .submit = submit, .read = read_range, .store = store, .read_image = read_image};

void raft_sim_disk_init(struct raft_sim_disk *disk, struct raft_sim *sim, raft_id id)
{
    struct raft_log_identity identity = {.cluster = 1, .node = id};
    disk->writer.ops = &ops;
    disk->sim = sim;
    disk->id = id;
    disk->log = raft_log_memory_open(&identity);
    ASSERT(disk->log != NULL);
    disk->latency_min = sim->options.disk_min;
    disk->latency_max = sim->options.disk_max;
}

void raft_sim_disk_finish(struct raft_sim_disk *disk)
{
    raft_sim_disk_crash(disk, 0);
    raft_log_close(&disk->log);
}

/* Some operation's time has come; they finish in order, so it is the oldest one. */
void raft_sim_disk_due(struct raft_sim_disk *disk)
{
    struct raft_sim_operation *operation = disk->oldest;
    if (operation == NULL || disk->held || raft_sim_process(disk->sim, disk->id)->paused)
        return;
    if (disk->broken && changes(operation)) {
        break_disk(disk);
        return;
    }
    if (!changes(operation) && disk->rotten) {
        raft_sim_lose_disk(disk->sim, disk->id);
        return;
    }
    if (operation->kind == RAFT_SIM_OPERATION_READ) {
        finish_read(disk);
        return;
    }
    if (operation->kind == RAFT_SIM_OPERATION_IMAGE) {
        finish_image(disk);
        return;
    }
    if (operation->kind == RAFT_SIM_OPERATION_STORE) {
        enum raft_error error = finish_store(disk);
        free_oldest(disk);
        raft_node_stored(raft_sim_node(disk->sim, disk->id), error);
        return;
    }
    uint64_t seq = operation->number;
    if (!finish_write(disk)) {
        tell_space(disk, true);
        raft_sim_schedule(disk->sim, disk->sim->now + RETRY_US, RAFT_SIM_EVENT_DISK, disk->id,
                          raft_sim_process(disk->sim, disk->id)->lives);
        return;
    }
    free_oldest(disk);
    raft_sim_fold(disk->sim, seq);
    tell_space(disk, false);
    raft_node_persisted(raft_sim_node(disk->sim, disk->id), seq);
}

/* The outcome of a failed write is unknown, so the process ends; what was written may
 * be there afterwards or not. */
static void break_disk(struct raft_sim_disk *disk)
{
    disk->broken = false;
    raft_sim_say(disk->sim, RAFT_SIM_WORLD, disk->id, "meets an error of its disk");
    raft_sim_nemesis_died(disk->sim, disk->id);
}

void raft_sim_disk_crash(struct raft_sim_disk *disk, uint32_t finished)
{
    while (disk->oldest != NULL && finished > 0) {
        if (!finish_change(disk))
            break;
        finished -= changes(disk->oldest) ? 1 : 0;
        free_oldest(disk);
    }
    while (disk->oldest != NULL)
        free_oldest(disk);
    disk->busy_until = 0;
    disk->full_told = false;
}

void raft_sim_disk_latency(struct raft_sim *sim, raft_id id, raft_time min, raft_time max)
{
    struct raft_sim_disk *disk = &raft_sim_process(sim, id)->disk;
    disk->latency_min = min;
    disk->latency_max = max;
}

void raft_sim_disk_hold(struct raft_sim *sim, raft_id id, bool hold)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    bool released = process->disk.held && !hold;
    process->disk.held = hold;
    if (!released)
        return;
    const struct raft_sim_operation *operation = process->disk.oldest;
    for (; operation != NULL; operation = operation->next)
        raft_sim_schedule(sim, sim->now, RAFT_SIM_EVENT_DISK, id, process->lives);
}

void raft_sim_disk_one(struct raft_sim *sim, raft_id id)
{
    struct raft_sim_disk *disk = &raft_sim_process(sim, id)->disk;
    bool held = disk->held;
    if (raft_sim_node(sim, id) == NULL)
        return;
    disk->held = false;
    raft_sim_disk_due(disk);
    disk->held = held;
}

void raft_sim_disk_full(struct raft_sim *sim, raft_id id, bool full)
{
    struct raft_sim_disk *disk = &raft_sim_process(sim, id)->disk;
    disk->full = full;
    raft_log_memory_fail(disk->log, full ? RAFT_FULL : RAFT_OK);
}

/* Each operation is an effect; a process that died before it asks for nothing. */
static bool is_dead(struct raft_writer *writer)
{
    const struct raft_sim_disk *disk = (struct raft_sim_disk *)writer;
    return !raft_sim_process_lives(raft_sim_process(disk->sim, disk->id));
}

static void submit(struct raft_writer *writer, uint64_t seq, const struct raft_log_write *write)
{
    if (is_dead(writer))
        return;
    struct raft_sim_operation *operation = make_operation(RAFT_SIM_OPERATION_WRITE, seq);
    operation->content = *write;
    if (write->count > 0) {
        operation->entries = operation->few;
        if (write->count > RAFT_SIM_FEW_ENTRIES)
            operation->entries = calloc(write->count, sizeof *operation->entries);
        ASSERT(operation->entries != NULL);
        memcpy(operation->entries, write->entries, write->count * sizeof *write->entries);
    }
    operation->content.entries = operation->entries;
    enqueue((struct raft_sim_disk *)writer, operation);
}

static void read_range(struct raft_writer *writer, uint64_t token, raft_index first,
                       raft_index last, size_t bytes_max)
{
    if (is_dead(writer))
        return;
    struct raft_sim_operation *operation = make_operation(RAFT_SIM_OPERATION_READ, token);
    operation->first = first;
    operation->last = last;
    operation->bytes_max = bytes_max;
    enqueue((struct raft_sim_disk *)writer, operation);
}

static void store(struct raft_writer *writer, const struct raft_snapshot *snapshot,
                  const void *image, raft_index first)
{
    if (is_dead(writer))
        return;
    struct raft_sim_operation *operation = make_operation(RAFT_SIM_OPERATION_STORE, 0);
    operation->snapshot = *snapshot;
    operation->image = image;
    operation->first = first;
    enqueue((struct raft_sim_disk *)writer, operation);
}

static void read_image(struct raft_writer *writer, uint64_t token, raft_index index,
                       uint64_t offset, uint32_t bytes)
{
    if (is_dead(writer))
        return;
    struct raft_sim_operation *operation = make_operation(RAFT_SIM_OPERATION_IMAGE, token);
    operation->first = index;
    operation->offset = offset;
    operation->bytes_max = bytes;
    enqueue((struct raft_sim_disk *)writer, operation);
}

static struct raft_sim_operation *make_operation(enum raft_sim_operation_kind kind, uint64_t number)
{
    struct raft_sim_operation *operation = malloc(sizeof *operation);
    ASSERT(operation != NULL);
    *operation = (struct raft_sim_operation){.kind = kind, .number = number};
    return operation;
}

static bool changes(const struct raft_sim_operation *operation)
{
    return operation->kind >= RAFT_SIM_OPERATION_WRITE;
}

static void enqueue(struct raft_sim_disk *disk, struct raft_sim_operation *operation)
{
    struct raft_sim *sim = disk->sim;
    if (disk->oldest == NULL)
        disk->oldest = operation;
    else
        disk->newest->next = operation;
    disk->newest = operation;
    raft_time start = disk->busy_until > sim->now ? disk->busy_until : sim->now;
    disk->busy_until = start + raft_sim_draw(sim, raft_sim_stream(RAFT_SIM_STREAM_DISK, disk->id),
                                             disk->latency_min, disk->latency_max);
    raft_sim_schedule(sim, disk->busy_until, RAFT_SIM_EVENT_DISK, disk->id,
                      raft_sim_process(sim, disk->id)->lives);
}

static void free_oldest(struct raft_sim_disk *disk)
{
    struct raft_sim_operation *operation = disk->oldest;
    disk->oldest = operation->next;
    if (disk->oldest == NULL)
        disk->newest = NULL;
    if (operation->entries != operation->few)
        free(operation->entries);
    free(operation);
}

/* What the oldest operation changes becomes durable; false when the disk is full. */
static bool finish_change(struct raft_sim_disk *disk)
{
    if (disk->oldest->kind == RAFT_SIM_OPERATION_STORE)
        return finish_store(disk) == RAFT_OK;
    return disk->oldest->kind != RAFT_SIM_OPERATION_WRITE || finish_write(disk);
}

/* RAFT_FULL is no one's fault. */
static enum raft_error finish_store(struct raft_sim_disk *disk)
{
    const struct raft_sim_operation *operation = disk->oldest;
    enum raft_error error =
        raft_log_compact(disk->log, &operation->snapshot, operation->image, operation->first);
    raft_sim_fold(disk->sim, operation->snapshot.checksum);
    if (error == RAFT_OK) {
        disk->snapshot = operation->snapshot.index;
        disk->sim->counts.snapshots++;
    } else if (error != RAFT_FULL) {
        raft_sim_fail(disk->sim, "log: n%u stored a snapshot that its log refuses: %s",
                      (unsigned)disk->id, raft_error_text(error));
    }
    return error;
}

/* False when the disk is full; anything else that a log refuses is a bug of the node's. */
static bool finish_write(struct raft_sim_disk *disk)
{
    const struct raft_log_write *write = &disk->oldest->content;
    enum raft_error error = raft_log_write(disk->log, write, 1);
    if (error == RAFT_FULL)
        return false;
    if (error != RAFT_OK)
        raft_sim_fail(disk->sim, "log: n%u wrote what its log refuses: %s", (unsigned)disk->id,
                      raft_error_text(error));
    else
        raft_sim_judge_durable(raft_sim_process(disk->sim, disk->id), write);
    if (error == RAFT_OK && write->install != NULL)
        disk->snapshot = write->install->index;
    return true;
}

static void tell_space(struct raft_sim_disk *disk, bool gone)
{
    if (disk->full_told == gone)
        return;
    disk->full_told = gone;
    raft_node_space(raft_sim_node(disk->sim, disk->id), gone);
}

static void finish_read(struct raft_sim_disk *disk)
{
    struct raft_sim_operation operation = *disk->oldest;
    static struct raft_entry entries[READ_ENTRIES_MAX];
    void *buffer = malloc(operation.bytes_max);
    uint32_t count = READ_ENTRIES_MAX;
    ASSERT(buffer != NULL);
    free_oldest(disk);
    enum raft_error error = raft_log_read(disk->log, operation.first, operation.last,
                                          operation.bytes_max, entries, &count, buffer);
    raft_sim_fold(disk->sim, operation.first);
    raft_node_entries(raft_sim_node(disk->sim, disk->id), operation.number, error, entries,
                      error == RAFT_OK ? count : 0);
    free(buffer);
}

static void finish_image(struct raft_sim_disk *disk)
{
    struct raft_sim_operation operation = *disk->oldest;
    void *buffer = malloc(operation.bytes_max + 1);
    ASSERT(buffer != NULL);
    free_oldest(disk);
    enum raft_error error = raft_log_read_image(disk->log, operation.first, operation.offset,
                                                operation.bytes_max, buffer);
    raft_sim_fold(disk->sim, operation.offset);
    raft_node_image(raft_sim_node(disk->sim, disk->id), operation.number, error,
                    (struct raft_span){buffer, operation.bytes_max});
    free(buffer);
}
