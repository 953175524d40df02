/* SPDX-License-Identifier: MIT */
#include "cluster/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool raft_lock_is_there(int fd)
{
    struct stat facts;

    return fstat(fd, &facts) == 0 && facts.st_nlink > 0;
}

enum raft_error raft_lock_take(const char *path, int *fd, char *message, size_t message_bytes)
{
    for (;;) {
        *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (*fd < 0) {
            enum raft_error error = errno == ENOSPC   ? RAFT_FULL
                                    : errno == ENOENT ? RAFT_NOT_FOUND
                                                      : RAFT_PERMISSION;

            snprintf(message, message_bytes, "cannot open %s: %s", path, strerror(errno));
            return error;
        }
        if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
            close(*fd);
            *fd = -1;
            snprintf(message, message_bytes, "%s is held by another supervisor", path);
            return RAFT_BUSY;
        }
        if (raft_lock_is_there(*fd)) {
            return RAFT_OK;
        }
        close(*fd); /* Its last holder removed it between our open and our lock. */
    }
}
