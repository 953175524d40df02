/* SPDX-License-Identifier: MIT
 *
 * The queue's state as bytes: the mark, the number of topics, then each topic: name bytes u16,
 * messages taken u64, messages u64, the name, and its messages with their lengths u32 in front. All
 * of it follows from the commands, so equal nodes have equal images.
 */
#ifndef RAFT_APP_QUEUE_IMAGE_H
#define RAFT_APP_QUEUE_IMAGE_H

#include "app/mark.h"
#include "app/queue_topics.h"

/* The mark and the number of topics. */
void raft_queue_image_put_head(const struct raft_app_mark *mark, uint64_t count,
                               struct raft_app_sink *sink);

/* The topics from *cursor on, until bytes_max are passed; false when nothing is left. */
bool raft_queue_image_put_topics(const struct raft_queue_topics *topics, uint64_t *cursor,
                                 size_t bytes_max, struct raft_app_sink *sink);

/* Makes topics of an image; false, and no topics, if it is malformed. */
bool raft_queue_image_read(struct raft_span image, struct raft_app_mark *mark,
                           struct raft_queue_topics *topics);

#endif
