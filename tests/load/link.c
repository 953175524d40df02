/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A node answers within 0.8 s; one that takes this long is paused. */
enum { ANSWER_SECONDS = 3 };

static bool open_link(struct link *link)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(link->port), .sin_addr = {link->host}};
    const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
    const int yes = 1;
    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link->fd < 0)
        return false;
    if (setsockopt(link->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
        setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0 &&
        connect(link->fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return true;
    link_close(link);
    return false;
}

static bool send_all(const struct link *link, const char *request, size_t bytes)
{
    while (bytes > 0) {
        ssize_t sent = send(link->fd, request, bytes, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        request += sent;
        bytes -= (size_t)sent;
    }
    return true;
}

/* The value of a header line in the head, or NULL; it ends with its line. */
static const char *find_header(const char *head, const char *name)
{
    const char *line = strstr(head, name);
    return line != NULL ? line + strlen(name) : NULL;
}

static uint64_t read_number(const char *text)
{
    return text != NULL ? strtoull(text, NULL, 10) : 0;
}

/* Is all of an answer there? Then its body begins at *body. */
static bool is_whole(const struct link *link, const char **body)
{
    const char *end = strstr(link->buffer, "\r\n\r\n");
    if (end == NULL)
        return false;
    *body = end + 4;
    size_t head = (size_t)(*body - link->buffer);
    return link->bytes >= head + read_number(find_header(link->buffer, "\r\nContent-Length: "));
}

static bool receive(struct link *link, const char **body)
{
    link->bytes = 0;
    link->buffer[0] = '\0';
    while (!is_whole(link, body)) {
        size_t room = sizeof link->buffer - 1 - link->bytes;
        ssize_t got = room > 0 ? recv(link->fd, link->buffer + link->bytes, room, 0) : 0;
        if (got <= 0)
            return false;
        link->bytes += (size_t)got;
        link->buffer[link->bytes] = '\0';
    }
    return true;
}

/* The port of http://127.0.0.1:PORT. */
static uint16_t read_port(const char *url)
{
    const char *colon = url != NULL ? strstr(url, "://") : NULL;
    colon = colon != NULL ? strchr(colon + 3, ':') : NULL;
    return colon != NULL ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
}

static void read_answer(struct link *link, const char *body, struct link_answer *answer)
{
    char *head_end = link->buffer + (body - link->buffer) - 4;
    *head_end = '\0';
    char *reason = strstr(link->buffer, "\r\nX-Raft-Reason: ");
    *answer = (struct link_answer){
        .code = (int)read_number(strchr(link->buffer, ' ')),
        .index = read_number(find_header(link->buffer, "\r\nX-Raft-Index: ")),
        .leader = read_port(find_header(link->buffer, "\r\nX-Raft-Leader: ")),
        .reason = reason != NULL ? reason + strlen("\r\nX-Raft-Reason: ") : "",
        .body = body,
    };
    if (reason != NULL)
        reason[2 + strcspn(reason + 2, "\r")] = '\0';
}

enum link_result link_ask(struct link *link, const char *request, size_t bytes,
                          struct link_answer *answer)
{
    const char *body;
    if (link->fd < 0 && !open_link(link))
        return LINK_UNSENT;
    if (!send_all(link, request, bytes) || !receive(link, &body)) {
        link_close(link);
        return LINK_BROKEN;
    }
    bool closes = strstr(link->buffer, "\r\nConnection: close") != NULL;
    read_answer(link, body, answer);
    if (closes)
        link_close(link);
    return LINK_ANSWERED;
}

void link_turn(struct link *link, uint16_t port)
{
    if (link->port != port)
        link_close(link);
    link->port = port;
}

void link_close(struct link *link)
{
    if (link->fd >= 0)
        (void)close(link->fd);
    link->fd = -1;
}
