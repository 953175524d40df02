/* SPDX-License-Identifier: MIT
 *
 * The message queue: topics in the order of their creation, in each the messages in the order in
 * which they came. Topics and messages are any bytes; the empty message is a message.
 *
 * create, put and get change something and go through the log: get takes the oldest message away,
 * so each message is given out once. topics and view only read, a page at a time, because a result
 * is bounded: a page says with which place the next one begins. Places stay good while messages
 * come and go between two pages: a message has a number in its topic, from 1 on, for ever.
 *
 * A command is its op u8, then: create, put, get: topic bytes u16, message bytes u32, topic and
 * message; topics, view: the place, u64 topic and u64 message. A result is a status u8, then: get:
 * the message; topics, view: the page.
 */
#ifndef RAFT_APP_QUEUE_H
#define RAFT_APP_QUEUE_H

#include "app/app.h"
#include "app/words.h"
#include "base/reader.h"

enum {
    RAFT_QUEUE_TOPIC_BYTES_MAX = 512, /* a topic has a byte at least */
    RAFT_QUEUE_MESSAGE_BYTES_MAX = 32 * 1024,
    RAFT_QUEUE_COMMAND_BYTES_MAX = 33 * 1024
};

enum raft_queue_op {
    RAFT_QUEUE_CREATE = 0x11,
    RAFT_QUEUE_PUT = 0x12,
    RAFT_QUEUE_GET = 0x13,
    RAFT_QUEUE_TOPICS = 0x14,
    RAFT_QUEUE_VIEW = 0x15
};

enum raft_queue_status {
    RAFT_QUEUE_OK = 0,
    RAFT_QUEUE_EXISTS = 1,   /* create: it is there already */
    RAFT_QUEUE_NO_TOPIC = 2, /* put, get */
    RAFT_QUEUE_EMPTY = 3,    /* get: no message */
    RAFT_QUEUE_BAD = 4       /* malformed command */
};

/* Where a page begins; {0, 0} is the very beginning. */
struct raft_queue_place {
    uint64_t topic;   /* its number, from 0 on */
    uint64_t message; /* its number, from 1 on; 0 = the topic's name, then its messages */
};

struct raft_queue_command {
    enum raft_queue_op op;
    struct raft_span topic;       /* create, put, get */
    struct raft_span message;     /* put */
    struct raft_queue_place from; /* topics, view; topics: message is 0 */
};

/* What topics and view answer. */
struct raft_queue_page {
    struct raft_queue_place next; /* {0, 0} = this was the last page */
    struct raft_reader records;
};

struct raft_queue_record {
    bool is_topic; /* the name of a topic, whose messages follow; else a message */
    struct raft_span bytes;
};

struct raft_app *raft_app_queue_create(void);

/* Returns the bytes (RAFT_QUEUE_COMMAND_BYTES_MAX is always enough), 0 if a part is out of bounds.
 */
size_t raft_queue_encode(const struct raft_queue_command *command, void *buffer, size_t bytes);

/* Spans point into bytes. False if malformed. */
bool raft_queue_decode(struct raft_span bytes, struct raft_queue_command *command);

/* Opens the page in the result of topics or view; false if there is none. */
bool raft_queue_page_open(struct raft_span result, struct raft_queue_page *page);

/* The next record of the page; false behind the last one. A page that was cut off ends early, with
 * page->records.bad. */
bool raft_queue_page_next(struct raft_queue_page *page, struct raft_queue_record *record);

/* False if it is no command of this app. */
bool raft_queue_describe(struct raft_span command, struct raft_app_words *words);

#endif
