/* SPDX-License-Identifier: MIT */
#include "client_id.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/random.h"

/* The file as it lies on disk. */
struct stored {
    uint8_t client[16];
    uint64_t seq; /* the last one given out */
};

static bool store(int fd, struct stored *stored, bool fresh)
{
    if (fresh) {
        uint64_t a = raft_random_system();
        uint64_t b = raft_random_system();
        memcpy(stored->client, &a, sizeof a);
        memcpy(stored->client + sizeof a, &b, sizeof b);
        stored->seq = 0;
    }
    uint64_t clock_us = raft_shm_realtime() / 1000;
    stored->seq = stored->seq + 1 > clock_us ? stored->seq + 1 : clock_us;
    return pwrite(fd, stored, sizeof *stored, 0) == (ssize_t)sizeof *stored;
}

int client_id_take(const struct call *call, uint8_t client[16], uint64_t *seq)
{
    char path[PATH_MAX + 16];
    struct stored stored;
    memset(&stored, 0, sizeof stored);
    snprintf(path, sizeof path, "%s/client", call->paths.data);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && flock(fd, LOCK_EX) == 0;
    if (ok) {
        ssize_t bytes = pread(fd, &stored, sizeof stored, 0);
        ok = store(fd, &stored, bytes != (ssize_t)sizeof stored);
    }
    int error = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (!ok) {
        return complain(call, exit_of_errno(error), "cannot keep my client id in %s: %s", path,
                        strerror(error));
    }
    memcpy(client, stored.client, sizeof stored.client);
    *seq = stored.seq;
    return EXIT_DONE;
}
