/* SPDX-License-Identifier: MIT */
#include "log/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { SPACE_STEP_BYTES = 1024 * 1024 }; /* taken at once, so that few writes ask */

enum raft_error raft_directory_lock(const char *directory, int *fd, char *message,
                                    size_t message_bytes)
{
    char path[4096];
    int length = snprintf(path, sizeof(path), "%s/owner.lock", directory);
    if (length < 0 || (size_t)length >= sizeof(path)) {
        snprintf(message, message_bytes, "log: the path of directory %.80s.. is too long",
                 directory);
        return RAFT_INVALID;
    }
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd >= 0 && flock(*fd, LOCK_EX | LOCK_NB) == 0) {
        return RAFT_OK;
    }
    int number = errno;
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    if (number == EWOULDBLOCK) {
        snprintf(message, message_bytes, "log: %s is in use by another process", directory);
        return RAFT_BUSY;
    }
    snprintf(message, message_bytes, "log: cannot lock %s: %s", path, strerror(number));
    return raft_error_of_errno(number);
}

enum raft_error raft_directory_sync(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return raft_error_of_errno(errno);
    }
    int result = fsync(fd);
    close(fd);
    return result == 0 ? RAFT_OK : RAFT_IO;
}

/* 0 or errno. */
static int allocate_blocks(int fd, uint64_t from, uint64_t to)
{
    int result;
    do {
        result = fallocate(fd, 0, (off_t)from, (off_t)(to - from));
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

enum raft_error raft_directory_reserve(struct raft_directory_space *space, int fd, uint64_t bytes)
{
    if (bytes > space->bytes_max) {
        bytes = space->bytes_max;
    }
    if (bytes <= space->bytes || space->is_unsupported) {
        return RAFT_OK;
    }
    uint64_t wanted = bytes + SPACE_STEP_BYTES;
    wanted = wanted > space->bytes_max ? space->bytes_max : wanted;
    int number = allocate_blocks(fd, space->bytes, wanted);
    if (number == ENOSPC && wanted > bytes) {
        wanted = bytes;
        number = allocate_blocks(fd, space->bytes, wanted);
    }
    if (number == EOPNOTSUPP || number == ENOSYS) {
        space->is_unsupported = true;
        return RAFT_OK;
    }
    if (number != 0) {
        return number == ENOSPC || number == EDQUOT ? RAFT_FULL : RAFT_IO;
    }
    space->bytes = wanted;
    return RAFT_OK;
}
