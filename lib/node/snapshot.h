/* SPDX-License-Identifier: MIT
 *
 * A node's dealings with snapshots, as data: the one it takes, the ones it serves, the one it
 * fetches and the one it installs. The node's snapshot.c, serve.c and fetch.c do the work.
 *
 * Heartbeats are never late because of a snapshot, for none of this holds up the loop or shares a
 * queue with them. Taking writes the app's state into memory in slices of SLICE_BYTES, one each
 * time the loop is free; apply rests meanwhile, while appends, acknowledgements and heartbeats go
 * on. Storing, installing and reading are the writer's, on its own thread, and no heartbeat waits
 * for a disk (a follower answers one with what is durable by then). An image travels in chunks of
 * at most 32 KiB that the receiver asks for one at a time, so that no peer has more than one of
 * them in a socket; the leader only answers. Restoring a received image is the one step that is
 * done in one piece, on a follower, which owes nobody a heartbeat.
 */
#ifndef RAFT_NODE_SNAPSHOT_H
#define RAFT_NODE_SNAPSHOT_H

#include "node/image.h"
#include "serializer/serializer.h"

/* The snapshot that is being taken. */
struct raft_node_take {
    bool collecting;                 /* slices are written: nothing is applied */
    bool storing;                    /* the writer has it: the image stays as it is */
    uint64_t cursor;                 /* the app's */
    struct raft_image_buffer buffer; /* the image so far */
    struct raft_snapshot snapshot;   /* bytes and checksum once it is whole */
    raft_index first;                /* where the log will begin */
    uint64_t bytes;                  /* of entries that were applied since the last one */
};

/* A piece that is being read for a peer. */
struct raft_node_serve {
    raft_id peer; /* 0 = this place is free */
    uint64_t token;
    struct raft_fetch fetch;
};

/* The snapshot that is being fetched. */
struct raft_node_pull {
    raft_id from;                    /* whom the next piece is asked of; 0 = nothing is fetched */
    struct raft_snapshot snapshot;   /* as it was offered */
    struct raft_image_buffer buffer; /* what has come */
    uint32_t piece;                  /* bytes to ask for */
    bool waiting;                    /* a wish has left */
    raft_time asked;                 /* when */
    raft_time moved;                 /* when the last piece came */
    bool whole;                      /* complete and checked; image is its parts */
    struct raft_image image;
};

/* The snapshot whose install is on its way to the disk. */
struct raft_node_install {
    uint64_t seq; /* its persist; 0 = none */
    struct raft_snapshot snapshot;
    struct raft_image_buffer buffer;
};

#endif
