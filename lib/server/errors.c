/* SPDX-License-Identifier: MIT */
#include "server/errors.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "server/internal.h"

struct raft_server_errors {
    char *path;
    raft_id self;
    pthread_mutex_t lock; /* guards what follows */
    struct raft_server_error kept[RAFT_ERRORS_KEPT];
    uint64_t count; /* ever since the list was cleared; the newest are kept */
};

struct raft_server_errors *raft_errors_create(const char *path, raft_id self)
{
    struct raft_server_errors *errors = calloc(1, sizeof *errors);
    ASSERT(errors != NULL);
    errors->self = self;
    errors->path = path != NULL ? strdup(path) : NULL;
    int failed = pthread_mutex_init(&errors->lock, NULL);
    ASSERT(failed == 0 && (path == NULL || errors->path != NULL));
    return errors;
}

static void fill_error(struct raft_server_error *error, enum raft_server_trouble trouble,
                       const char *text)
{
    struct timespec now;
    struct tm parts;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    ASSERT(failed == 0);
    error->trouble = trouble;
    (void)gmtime_r(&now.tv_sec, &parts); /* Today is in its range. */
    size_t bytes = strftime(error->when, sizeof error->when, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(error->when + bytes, sizeof error->when - bytes, ".%03uZ",
                   (unsigned)(now.tv_nsec / 1000000) % 1000);
    (void)snprintf(error->text, sizeof error->text, "%s", text);
}

void raft_errors_handled(struct raft_server_errors *errors, enum raft_server_trouble trouble,
                         const char *text)
{
    int failed = pthread_mutex_lock(&errors->lock);
    fill_error(&errors->kept[errors->count % RAFT_ERRORS_KEPT], trouble, text);
    errors->count++;
    failed |= pthread_mutex_unlock(&errors->lock);
    ASSERT(failed == 0);
}

/* One write, so that two processes' reports do not mix. */
void raft_errors_unhandled(struct raft_server_errors *errors, enum raft_server_trouble trouble,
                           const char *text)
{
    struct raft_server_error error;
    char report[sizeof error + 64];
    fill_error(&error, trouble, text);
    if (errors->path == NULL) {
        return;
    }
    int bytes = snprintf(report, sizeof report, "START %s n%u %s\n%s\nEND %s n%u\n", error.when,
                         errors->self, raft_server_trouble_name(trouble), error.text, error.when,
                         errors->self);
    int fd = open(errors->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, report, (size_t)bytes) != bytes) {
        (void)fprintf(stderr, "n%u: cannot write to %s\n", errors->self, errors->path);
    }
    if (fd >= 0) {
        (void)close(fd); /* What matters was written, or was said to be not. */
    }
}

void raft_errors_free(struct raft_server_errors **errors)
{
    struct raft_server_errors *ended = *errors;
    *errors = NULL;
    if (ended != NULL) {
        int failed = pthread_mutex_destroy(&ended->lock);
        ASSERT(failed == 0);
        free(ended->path);
        free(ended);
    }
}

uint32_t raft_server_errors(struct raft_server *server, bool clear,
                            struct raft_server_error list[RAFT_ERRORS_KEPT])
{
    struct raft_server_errors *errors = server->errors;
    int failed = pthread_mutex_lock(&errors->lock);
    uint32_t count =
        errors->count < RAFT_ERRORS_KEPT ? (uint32_t)errors->count : (uint32_t)RAFT_ERRORS_KEPT;
    for (uint32_t i = 0; i < count; i++) {
        list[i] = errors->kept[(errors->count - count + i) % RAFT_ERRORS_KEPT];
    }
    errors->count = clear ? 0 : errors->count;
    failed |= pthread_mutex_unlock(&errors->lock);
    ASSERT(failed == 0);
    return count;
}

const char *raft_server_trouble_name(enum raft_server_trouble trouble)
{
    switch (trouble) {
#define X(name, text)                                                                              \
    case RAFT_TROUBLE_##name:                                                                      \
        return text;
        RAFT_TROUBLES(X)
#undef X
    }
    return "unknown trouble";
}
