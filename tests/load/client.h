/* SPDX-License-Identifier: MIT
 *
 * One client of the queue: it pushes and pops, one command at a time, and follows the leader.
 *
 * By name (X-Raft-Client) it sends a command again until it knows the outcome, so that its pushes
 * and pops take place once each, whatever dies meanwhile. Without one it behaves as the clients of
 * the course: what was surely refused it sends again, what is unknown stays so. Which of the two an
 * answer is, is said by its headers (man raftctl-rest): only what was committed has X-Raft-Index.
 */
#ifndef LOAD_CLIENT_H
#define LOAD_CLIENT_H

#include "base/random.h"
#include "link.h"
#include "record.h"

enum { CLIENT_NODES_MAX = 16 };

struct client_options {
    uint32_t host; /* of all nodes, as in sin_addr */
    uint16_t ports[CLIENT_NODES_MAX];
    uint32_t nodes;
    uint32_t topics;
    uint32_t message_bytes; /* a message is its value and so many x */
    struct record *record;
};

struct client {
    const struct client_options *options;
    uint32_t number;
    bool is_plain; /* does not name its commands */
    struct link link;
    uint32_t node; /* where the link leads */
    struct raft_random random;
    char name[33];
    uint64_t seq;
    uint64_t known;  /* the newest index it has heard of */
    uint64_t values; /* drawn so far */
    uint64_t pushed; /* all three acknowledged */
    uint64_t popped;
    uint64_t empty;
    uint64_t unknown;
    uint64_t repeats; /* requests beyond one a command */
};

void client_init(struct client *client, const struct client_options *options, uint32_t number);
void client_release(struct client *client);

/* Makes a topic; true if it is there now. */
bool client_create(struct client *client, uint32_t topic);
enum record_outcome client_push(struct client *client, uint32_t topic);
enum record_outcome client_pop(struct client *client, uint32_t topic);

#endif
