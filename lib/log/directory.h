/* SPDX-License-Identifier: MIT
 *
 * What a store needs of its directory besides LMDB: to own it alone, to have disk space before it
 * writes, and to be sure that a new file is still there after a power cut.
 */
#ifndef RAFT_LOG_DIRECTORY_H
#define RAFT_LOG_DIRECTORY_H

#include "log/log.h"

/* Locks <directory>/owner.lock for as long as the descriptor is open; RAFT_BUSY if somebody holds
 * it. Close the descriptor to let go. */
enum raft_error raft_directory_lock(const char *directory, int *fd, char *message,
                                    size_t message_bytes) RAFT_MUST_USE;

/* Makes the names in the directory durable. */
enum raft_error raft_directory_sync(const char *directory) RAFT_MUST_USE;

/* How far a file's blocks are known to be there. */
struct raft_directory_space {
    uint64_t bytes;      /* [0, bytes) is allocated */
    uint64_t bytes_max;  /* never more than this */
    bool is_unsupported; /* the file system cannot promise space */
};

/* Makes sure that the first `bytes` of the file have blocks on the disk, so that writing them
 * cannot run out of space. RAFT_FULL: there is no room and nothing was written. */
enum raft_error raft_directory_reserve(struct raft_directory_space *space, int fd,
                                       uint64_t bytes) RAFT_MUST_USE;

#endif
