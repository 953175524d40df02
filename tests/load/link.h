/* SPDX-License-Identifier: MIT
 *
 * One keep-alive HTTP connection to a node, blocking, over a plain socket: as simple as a client of
 * the queue can be. It is opened by the first request and again after it broke; a request whose
 * answer does not come is never repeated here, for whoever asks must know of it.
 */
#ifndef LOAD_LINK_H
#define LOAD_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link {
    int fd;        /* -1 = closed */
    uint32_t host; /* as in sin_addr */
    uint16_t port;
    size_t bytes; /* in buffer, terminated */
    char buffer[8192];
};

struct link_answer {
    int code;
    uint64_t index;     /* X-Raft-Index; 0 = none */
    uint16_t leader;    /* the port in X-Raft-Leader; 0 = none */
    const char *reason; /* X-Raft-Reason, or "" */
    const char *body;   /* both until the next request */
};

enum link_result {
    LINK_ANSWERED,
    LINK_UNSENT, /* nobody listens there: surely nothing happened */
    LINK_BROKEN  /* sent, perhaps, but not answered */
};

/* Sends a whole request, head and body. */
enum link_result link_ask(struct link *link, const char *request, size_t bytes,
                          struct link_answer *answer);

/* From now on it leads there. */
void link_turn(struct link *link, uint16_t port);
void link_close(struct link *link);

#endif
