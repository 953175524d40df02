/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "server/internal.h"

enum { BATCH_MAX = 256, READ_ENTRIES_MAX = 4096, RETRY_MS = 100 };

enum kind {
    KIND_PERSIST,
    KIND_STORE,
    KIND_READ,
    KIND_IMAGE,
    KIND_SPACE_GONE,
    KIND_SPACE_BACK,
    KIND_FAILED
};

/* One thing asked for, and later the same one with its outcome. */
struct operation {
    struct operation *next;
    enum kind kind;
    uint64_t number; /* seq or token */
    enum raft_server_reader reader;
    enum raft_error error;
    struct raft_log_write write;   /* persist */
    struct raft_snapshot snapshot; /* store: what image is of, image: only its index */
    const void *image;             /* store: borrowed */
    uint64_t offset;               /* image */
    raft_index first;              /* read, store */
    raft_index last;
    size_t bytes_max;
    uint32_t count;
    struct raft_entry *entries; /* of a persist: copied array; of a read: the answer */
    void *buffer;
};

struct queue {
    struct operation *head;
    struct operation *tail;
};

struct raft_server_log_thread {
    struct raft_writer writer; /* first: the port */
    struct raft_log *log;      /* touched by the thread alone once it runs */
    struct raft_server_log_sink sink;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards the queues and is_stopping */
    pthread_cond_t wanted;
    struct queue asked;
    struct queue finished;
    int finished_fd;
    bool is_running;
    bool is_stopping;
};

static void submit(struct raft_writer *writer, uint64_t seq, const struct raft_log_write *write);
static void read_range(struct raft_writer *writer, uint64_t token, raft_index first,
                       raft_index last, size_t bytes_max);
static void store(struct raft_writer *writer, const struct raft_snapshot *snapshot,
                  const void *image, raft_index first);
static void read_image(struct raft_writer *writer, uint64_t token, raft_index index,
                       uint64_t offset, uint32_t bytes);
static void *run_thread(void *context);

static const struct raft_writer_ops ops = {
    .submit = submit, .read = read_range, .store = store, .read_image = read_image};

static void push(struct queue *queue, struct operation *operation)
{
    operation->next = NULL;
    if (queue->tail == NULL) {
        queue->head = operation;
    } else {
        queue->tail->next = operation;
    }
    queue->tail = operation;
}

static struct operation *pop(struct queue *queue)
{
    struct operation *operation = queue->head;
    if (operation != NULL) {
        queue->head = operation->next;
        queue->tail = queue->head == NULL ? NULL : queue->tail;
    }
    return operation;
}

static struct operation *make_operation(enum kind kind, uint64_t number)
{
    struct operation *operation = calloc(1, sizeof *operation);
    ASSERT(operation != NULL);
    operation->kind = kind;
    operation->number = number;
    return operation;
}

static void free_operation(struct operation *operation)
{
    free(operation->entries);
    free(operation->buffer);
    free(operation);
}

static void free_queue(struct queue *queue)
{
    for (struct operation *operation = pop(queue); operation != NULL; operation = pop(queue)) {
        free_operation(operation);
    }
}

static void lock(struct raft_server_log_thread *thread)
{
    int failed = pthread_mutex_lock(&thread->mutex);
    ASSERT(failed == 0);
}

static void unlock(struct raft_server_log_thread *thread)
{
    int failed = pthread_mutex_unlock(&thread->mutex);
    ASSERT(failed == 0);
}

struct raft_server_log_thread *raft_server_log_create(struct raft_log *log,
                                                      const struct raft_server_log_sink *sink)
{
    struct raft_server_log_thread *thread = calloc(1, sizeof *thread);
    pthread_condattr_t attributes;
    ASSERT(thread != NULL);
    thread->writer.ops = &ops;
    thread->log = log;
    thread->sink = *sink;
    int failed = pthread_mutex_init(&thread->mutex, NULL);
    failed |= pthread_condattr_init(&attributes);
    failed |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    failed |= pthread_cond_init(&thread->wanted, &attributes);
    failed |= pthread_condattr_destroy(&attributes);
    thread->finished_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ASSERT(failed == 0 && thread->finished_fd >= 0);
    return thread;
}

void raft_server_log_start(struct raft_server_log_thread *thread)
{
    ASSERT(!thread->is_running);
    int failed = pthread_create(&thread->thread, NULL, run_thread, thread);
    ASSERT(failed == 0);
    thread->is_running = true;
}

struct raft_writer *raft_server_log_writer(struct raft_server_log_thread *thread)
{
    return &thread->writer;
}

int raft_server_log_fd(const struct raft_server_log_thread *thread)
{
    return thread->finished_fd;
}

static void ask(struct raft_server_log_thread *thread, struct operation *operation)
{
    lock(thread);
    push(&thread->asked, operation);
    int failed = pthread_cond_signal(&thread->wanted);
    ASSERT(failed == 0);
    unlock(thread);
}

static void submit(struct raft_writer *writer, uint64_t seq, const struct raft_log_write *write)
{
    struct operation *operation = make_operation(KIND_PERSIST, seq);
    operation->write = *write;
    if (write->count > 0) {
        operation->entries = calloc(write->count, sizeof *operation->entries);
        ASSERT(operation->entries != NULL);
        memcpy(operation->entries, write->entries, write->count * sizeof *operation->entries);
    }
    operation->write.entries = operation->entries;
    ask((struct raft_server_log_thread *)writer, operation);
}

static void read_range(struct raft_writer *writer, uint64_t token, raft_index first,
                       raft_index last, size_t bytes_max)
{
    raft_server_log_read((struct raft_server_log_thread *)writer, RAFT_SERVER_READER_NODE, token,
                         first, last, bytes_max);
}

static void store(struct raft_writer *writer, const struct raft_snapshot *snapshot,
                  const void *image, raft_index first)
{
    struct operation *operation = make_operation(KIND_STORE, 0);
    operation->snapshot = *snapshot;
    operation->image = image;
    operation->first = first;
    ask((struct raft_server_log_thread *)writer, operation);
}

static void read_image(struct raft_writer *writer, uint64_t token, raft_index index,
                       uint64_t offset, uint32_t bytes)
{
    struct operation *operation = make_operation(KIND_IMAGE, token);
    operation->snapshot.index = index;
    operation->offset = offset;
    operation->bytes_max = bytes;
    ask((struct raft_server_log_thread *)writer, operation);
}

void raft_server_log_read(struct raft_server_log_thread *thread, enum raft_server_reader reader,
                          uint64_t token, raft_index first, raft_index last, size_t bytes_max)
{
    struct operation *operation = make_operation(KIND_READ, token);
    operation->reader = reader;
    operation->first = first;
    operation->last = last;
    operation->bytes_max = bytes_max;
    ask(thread, operation);
}

/* -- on the thread -------------------------------------------------------------------------------
 */

static void finish(struct raft_server_log_thread *thread, struct operation *operation)
{
    const uint64_t one = 1;
    lock(thread);
    push(&thread->finished, operation);
    unlock(thread);
    ssize_t written = write(thread->finished_fd, &one, sizeof one);
    ASSERT(written == (ssize_t)sizeof one);
}

/* Waits for work: all persists at the head of the queue, or one of the others. Returns how many; 0:
 * stop. */
static uint32_t take_batch(struct raft_server_log_thread *thread, struct operation **batch)
{
    uint32_t count = 0;
    lock(thread);
    while (thread->asked.head == NULL && !thread->is_stopping) {
        int failed = pthread_cond_wait(&thread->wanted, &thread->mutex);
        ASSERT(failed == 0);
    }
    while (!thread->is_stopping && thread->asked.head != NULL && count < BATCH_MAX) {
        bool is_persist = thread->asked.head->kind == KIND_PERSIST;
        if (!is_persist && count > 0) {
            break;
        }
        batch[count++] = pop(&thread->asked);
        if (!is_persist) {
            break;
        }
    }
    unlock(thread);
    return count;
}

/* Waits before the next try; false: stop. */
static bool wait_for_space(struct raft_server_log_thread *thread)
{
    struct timespec until;
    int failed = clock_gettime(CLOCK_MONOTONIC, &until);
    ASSERT(failed == 0);
    until.tv_nsec += RETRY_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    int timed_out = 0;
    lock(thread);
    while (!thread->is_stopping && timed_out == 0) {
        timed_out = pthread_cond_timedwait(&thread->wanted, &thread->mutex, &until);
    }
    bool is_stopping = thread->is_stopping;
    unlock(thread);
    return !is_stopping;
}

static void tell_failure(struct raft_server_log_thread *thread, enum raft_error error)
{
    struct operation *failed = make_operation(KIND_FAILED, 0);
    failed->error = error;
    finish(thread, failed);
}

/* One transaction; while the disk is full it is tried again. False: stop, or failed for good. */
static bool write_batch(struct raft_server_log_thread *thread, struct operation **batch,
                        uint32_t count)
{
    struct raft_log_write writes[BATCH_MAX];
    for (uint32_t i = 0; i < count; i++) {
        writes[i] = batch[i]->write;
    }
    enum raft_error error = raft_log_write(thread->log, writes, count);
    if (error == RAFT_FULL) {
        finish(thread, make_operation(KIND_SPACE_GONE, 0));
        while (error == RAFT_FULL && wait_for_space(thread)) {
            error = raft_log_write(thread->log, writes, count);
        }
        if (error == RAFT_OK) {
            finish(thread, make_operation(KIND_SPACE_BACK, 0));
        }
    }
    if (error != RAFT_OK && error != RAFT_FULL) {
        tell_failure(thread, error);
    }
    return error == RAFT_OK;
}

/* A snapshot for which there is no room is given up: the log that it would shorten is whole. */
static bool store_snapshot(struct raft_server_log_thread *thread, struct operation *operation)
{
    operation->error =
        raft_log_compact(thread->log, &operation->snapshot, operation->image, operation->first);
    if (operation->error == RAFT_OK || operation->error == RAFT_FULL) {
        finish(thread, operation);
        return true;
    }
    tell_failure(thread, operation->error);
    free_operation(operation);
    return false;
}

static void read_piece(struct raft_server_log_thread *thread, struct operation *operation)
{
    operation->buffer = malloc(operation->bytes_max);
    ASSERT(operation->buffer != NULL);
    operation->error =
        raft_log_read_image(thread->log, operation->snapshot.index, operation->offset,
                            operation->bytes_max, operation->buffer);
}

static void read_entries(struct raft_server_log_thread *thread, struct operation *operation)
{
    uint64_t wanted = operation->last - operation->first + 1;
    operation->count = wanted < READ_ENTRIES_MAX ? (uint32_t)wanted : READ_ENTRIES_MAX;
    operation->entries = calloc(operation->count, sizeof *operation->entries);
    operation->buffer = malloc(operation->bytes_max);
    ASSERT(operation->entries != NULL && operation->buffer != NULL);
    operation->error =
        raft_log_read(thread->log, operation->first, operation->last, operation->bytes_max,
                      operation->entries, &operation->count, operation->buffer);
    operation->count = operation->error == RAFT_OK ? operation->count : 0;
}

/* Only the last persist of a batch is told: all before it are durable with it. */
static bool work(struct raft_server_log_thread *thread, struct operation **batch, uint32_t count)
{
    if (batch[0]->kind == KIND_STORE) {
        return store_snapshot(thread, batch[0]);
    }
    if (batch[0]->kind != KIND_PERSIST) {
        if (batch[0]->kind == KIND_READ) {
            read_entries(thread, batch[0]);
        } else {
            read_piece(thread, batch[0]);
        }
        finish(thread, batch[0]);
        return true;
    }
    bool written = write_batch(thread, batch, count);
    for (uint32_t i = 0; i + 1 < count; i++) {
        free_operation(batch[i]);
    }
    if (written) {
        finish(thread, batch[count - 1]);
    } else {
        free_operation(batch[count - 1]);
    }
    return written;
}

static void *run_thread(void *context)
{
    struct raft_server_log_thread *thread = context;
    struct operation *batch[BATCH_MAX];
    bool going_on = true;
    while (going_on) {
        uint32_t count = take_batch(thread, batch);
        going_on = count > 0 && work(thread, batch, count);
    }
    return NULL;
}

/* -- on the loop ---------------------------------------------------------------------------------
 */

static void deliver(struct raft_server_log_thread *thread, const struct operation *operation)
{
    const struct raft_server_log_sink *sink = &thread->sink;
    switch (operation->kind) {
    case KIND_PERSIST:
        sink->persisted(sink->context, operation->number);
        break;
    case KIND_READ:
        sink->entries(sink->context, operation->reader, operation->number, operation->error,
                      operation->entries, operation->count);
        break;
    case KIND_STORE:
        sink->stored(sink->context, operation->error);
        break;
    case KIND_IMAGE:
        sink->image(sink->context, operation->number, operation->error,
                    (struct raft_span){operation->buffer, operation->bytes_max});
        break;
    case KIND_SPACE_GONE:
    case KIND_SPACE_BACK:
        sink->space(sink->context, operation->kind == KIND_SPACE_GONE);
        break;
    case KIND_FAILED:
        sink->failed(sink->context, operation->error);
        break;
    }
}

void raft_server_log_deliver(struct raft_server_log_thread *thread)
{
    uint64_t finished;
    (void)read(thread->finished_fd, &finished, sizeof finished); /* the queue is the truth */
    lock(thread);
    struct queue queue = thread->finished;
    thread->finished = (struct queue){.head = NULL};
    unlock(thread);
    for (struct operation *operation = pop(&queue); operation != NULL; operation = pop(&queue)) {
        deliver(thread, operation);
        free_operation(operation);
    }
}

void raft_server_log_free(struct raft_server_log_thread **thread)
{
    struct raft_server_log_thread *ended = *thread;
    if (ended == NULL) {
        return;
    }
    lock(ended);
    ended->is_stopping = true;
    int failed = pthread_cond_signal(&ended->wanted);
    unlock(ended);
    failed |= ended->is_running ? pthread_join(ended->thread, NULL) : 0;
    failed |= pthread_cond_destroy(&ended->wanted);
    failed |= pthread_mutex_destroy(&ended->mutex);
    ASSERT(failed == 0);
    free_queue(&ended->asked);
    free_queue(&ended->finished);
    (void)close(ended->finished_fd); /* nothing is written there any more */
    free(ended);
    *thread = NULL;
}
