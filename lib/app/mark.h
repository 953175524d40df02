/* SPDX-License-Identifier: MIT
 *
 * How far an app has come: part of every app's state, so that two nodes with equal digests have
 * applied the same commands and not only come to the same content.
 */
#ifndef RAFT_APP_MARK_H
#define RAFT_APP_MARK_H

#include "app/app.h"
#include "base/reader.h"

struct raft_app_mark {
    uint64_t applied;      /* commands so far */
    raft_index last_index; /* of the newest one */
};

void raft_app_mark_step(struct raft_app_mark *mark, raft_index index);

/* Continues a hash (base/hash.h) over it. */
uint64_t raft_app_mark_hash(const struct raft_app_mark *mark, uint64_t hash);

/* Its part of an image. */
void raft_app_mark_put(const struct raft_app_mark *mark, struct raft_app_sink *sink);
void raft_app_mark_take(struct raft_app_mark *mark, struct raft_reader *reader);

#endif
