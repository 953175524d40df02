/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "shm/layout.h"

/* Cluster time starts here, so that 0 can mean never. */
#define VIRTUAL_START UINT64_C(1000000)

static enum raft_error explain(enum raft_error error, char *message, size_t bytes,
                               const char *format, ...) __attribute__((format(printf, 4, 5)));

static enum raft_error explain(enum raft_error error, char *message, size_t bytes,
                               const char *format, ...)
{
    if (message != NULL && bytes != 0) {
        va_list list;
        va_start(list, format);
        (void)vsnprintf(message, bytes, format, list); /* a cut sentence is still one */
        va_end(list);
    }
    return error;
}

/* Empty when the kernel does not say; then no table is ever of another boot. */
static void read_boot_id(char boot_id[RAFT_SHM_BOOT_ID_BYTES])
{
    memset(boot_id, 0, RAFT_SHM_BOOT_ID_BYTES);
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    ssize_t got = read(fd, boot_id, RAFT_SHM_BOOT_ID_BYTES - 1);
    (void)close(fd); /* nothing was written */
    size_t bytes = got > 0 ? (size_t)got : 0;
    boot_id[bytes] = '\0';
    boot_id[strcspn(boot_id, "\n")] = '\0';
}

static struct raft_shm_header make_header(uint64_t cluster)
{
    struct raft_shm_header header;
    memset(&header, 0, sizeof header);
    header.magic = RAFT_SHM_MAGIC;
    header.abi = RAFT_SHM_ABI;
    header.header_bytes = sizeof(struct raft_shm_header);
    header.table_bytes = sizeof(struct raft_shm_table);
    header.node_bytes = sizeof(struct raft_shm_node);
    header.service_bytes = sizeof(struct raft_shm_service);
    header.cluster_bytes = sizeof(struct raft_shm_cluster);
    header.faults_bytes = sizeof(struct raft_faults);
    header.event_bytes = sizeof(struct raft_shm_event);
    header.ring_events = RAFT_SHM_RING_EVENTS;
    header.cluster = cluster;
    header.created = raft_shm_realtime();
    read_boot_id(header.boot_id);
    return header;
}

/* Is this header, read from the start of a file of file_bytes, one that we can map? */
static enum raft_error check_header(const struct raft_shm_header *header, const char *path,
                                    uint64_t file_bytes, char *message, size_t bytes)
{
    struct raft_shm_header ours = make_header(header->cluster);
    if (header->magic != ours.magic) {
        return explain(RAFT_CORRUPT, message, bytes, "%s is not a status table", path);
    }
    if (header->abi != ours.abi) {
        return explain(RAFT_VERSION, message, bytes,
                       "the status table %s has version %u, this program reads version %u", path,
                       header->abi, ours.abi);
    }
    ours.created = header->created;
    if (memcmp(header, &ours, offsetof(struct raft_shm_header, boot_id)) != 0) {
        return explain(RAFT_CORRUPT, message, bytes,
                       "the status table %s has sizes that version %u does not have", path,
                       header->abi);
    }
    if (file_bytes < sizeof(struct raft_shm_table)) {
        return explain(RAFT_CORRUPT, message, bytes,
                       "the status table %s is cut short: %llu of %zu bytes", path,
                       (unsigned long long)file_bytes, sizeof(struct raft_shm_table));
    }
    if (memcmp(header->boot_id, ours.boot_id, sizeof ours.boot_id) != 0) {
        return explain(RAFT_FOREIGN, message, bytes,
                       "the status table %s is from before the last reboot", path);
    }
    return RAFT_OK;
}

static struct raft_shm *wrap_table(struct raft_shm_table *table, bool writable)
{
    struct raft_shm *shm = malloc(sizeof *shm);
    ASSERT(shm != NULL);
    *shm = (struct raft_shm){.table = table, .writable = writable};
    return shm;
}

/* Maps an open file whose size was checked; NULL: errno says why. */
static struct raft_shm_table *map_table(int fd, bool writable)
{
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void *memory = mmap(NULL, sizeof(struct raft_shm_table), protection, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

enum raft_error raft_shm_open(const char *path, bool writable, struct raft_shm **shm, char *message,
                              size_t message_bytes)
{
    *shm = NULL;
    int fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return explain(raft_error_of_errno(errno), message, message_bytes,
                       "cannot open the status table %s: %s", path, strerror(errno));
    }
    enum raft_error error = RAFT_OK;
    struct stat status;
    struct raft_shm_header header;
    struct raft_shm_table *table = NULL;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        error = explain(RAFT_CORRUPT, message, message_bytes, "%s is not a file", path);
        goto out;
    }
    ssize_t got = pread(fd, &header, sizeof header, 0);
    if (got != (ssize_t)sizeof header) {
        error = explain(RAFT_CORRUPT, message, message_bytes,
                        "the status table %s is cut short: it has no whole header", path);
        goto out;
    }
    error = check_header(&header, path, (uint64_t)status.st_size, message, message_bytes);
    if (error != RAFT_OK) {
        goto out;
    }
    table = map_table(fd, writable);
    if (table == NULL) {
        error = explain(raft_error_of_errno(errno), message, message_bytes,
                        "cannot map the status table %s: %s", path, strerror(errno));
        goto out;
    }
    *shm = wrap_table(table, writable);
out:
    (void)close(fd); /* the mapping lives on without it */
    return error;
}

/* A table that nobody sees yet. */
static void fill_table(struct raft_shm_table *table, uint64_t cluster)
{
    ASSERT(table != NULL);
    table->header = make_header(cluster);
    struct raft_shm shm = {.table = table, .writable = true};
    struct raft_shm_clock clock = {.epoch = 1,
                                   .rate = UINT64_C(1) << 32,
                                   .base_real = raft_shm_boottime(),
                                   .base_virtual = VIRTUAL_START};
    raft_shm_clock_write(&shm, &clock);
}

/* A new, whole table in a file of its own; NULL: errno says why, and the file is gone again. */
static struct raft_shm_table *make_file(const char *path, uint64_t cluster)
{
    struct raft_shm_table *table = NULL;
    (void)unlink(path); /* a leftover of a crashed run of the same pid, if any */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return NULL;
    }
    /* Space is taken now: a write into a hole of a full file system would be a SIGBUS. */
    int code = posix_fallocate(fd, 0, sizeof *table);
    if (code == 0) {
        table = map_table(fd, true);
        code = errno;
    }
    if (table == NULL) {
        (void)unlink(path); /* best effort */
    } else {
        fill_table(table, cluster);
    }
    (void)close(fd); /* the mapping lives on without it */
    errno = code;
    return table;
}

enum raft_error raft_shm_create(const char *path, uint64_t cluster, struct raft_shm **shm,
                                char *message, size_t message_bytes)
{
    char temporary[PATH_MAX];
    enum raft_error error = raft_shm_open(path, true, shm, NULL, 0);
    if (error == RAFT_OK && *shm != NULL && (*shm)->table->header.cluster == cluster) {
        return RAFT_OK;
    }
    raft_shm_close(shm);
    int length = snprintf(temporary, sizeof temporary, "%s.%d", path, (int)getpid());
    if (length < 0 || (size_t)length >= sizeof temporary) {
        return explain(RAFT_INVALID, message, message_bytes, "the path %s is too long", path);
    }
    struct raft_shm_table *table = make_file(temporary, cluster);
    if (table == NULL || rename(temporary, path) != 0) {
        int code = errno;
        error = explain(raft_error_of_errno(code), message, message_bytes,
                        "cannot make the status table %s: %s", path, strerror(code));
        (void)unlink(temporary); /* best effort */
        (void)(table != NULL ? munmap(table, sizeof *table) : 0);
        return error;
    }
    *shm = wrap_table(table, true);
    return RAFT_OK;
}

struct raft_shm *raft_shm_private(uint64_t cluster)
{
    void *memory = mmap(NULL, sizeof(struct raft_shm_table), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT(memory != MAP_FAILED);
    struct raft_shm_table *table = memory;
    fill_table(table, cluster);
    return wrap_table(table, true);
}

void raft_shm_close(struct raft_shm **shm)
{
    if (*shm == NULL) {
        return;
    }
    int failed = munmap((*shm)->table, sizeof *(*shm)->table);
    ASSERT(failed == 0);
    free(*shm);
    *shm = NULL;
}
