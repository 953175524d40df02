/* SPDX-License-Identifier: MIT */
#include "server/http.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "base/assert.h"
#include "comms/endpoint.h"

enum {
    CONNECTIONS_MAX = 4096,
    CONNECTIONS_MIN = 8,
    DESCRIPTORS_KEPT = 64, /* for all but HTTP */
    BACKLOG = 4096,        /* a crowd may come at once */
    ANSWER_MS = 800,
    REQUEST_MS = 10000,
    IDLE_MS = 60000,
    TAKE_MS = 60000
};

static enum raft_error refuse(char *message, size_t bytes, enum raft_error error,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));
static int bind_socket(const union raft_socket_address *address);
static void begin_listening(struct raft_http *http, int fd);
static void limit_connections(struct raft_http *http);
static void put_url(const struct raft_http_call *call, char *text, size_t bytes,
                    const struct raft_endpoint *peer);
static void take_request(struct evhttp_request *request, void *context);
static void hear_trouble(struct evconnlistener *listener, void *context);
static void listen_again(evutil_socket_t fd, short what, void *context);
static void adopt(evutil_socket_t fd, short what, void *context);
static void answer_faults(evutil_socket_t fd, short what, void *context);
static void sweep(evutil_socket_t fd, short what, void *context);
static void expire(evutil_socket_t fd, short what, void *context);

struct raft_http *raft_http_create(struct raft_server *server)
{
    struct raft_http *http = calloc(1, sizeof *http);
    ASSERT(http != NULL && server->options.http.peers_count <= RAFT_NODES_MAX);
    http->server = server;
    http->options = server->options.http;
    if (http->options.peers_count > 0) {
        memcpy(http->peers, http->options.peers, http->options.peers_count * sizeof http->peers[0]);
    }
    http->options.peers = http->peers;
    if (http->options.answer_ms == 0) {
        http->options.answer_ms = ANSWER_MS;
    }
    if (http->options.request_ms == 0) {
        http->options.request_ms = REQUEST_MS;
    }
    if (http->options.idle_ms == 0) {
        http->options.idle_ms = IDLE_MS;
    }
    if (http->options.take_ms == 0) {
        http->options.take_ms = TAKE_MS;
    }
    return http;
}

enum raft_error raft_http_open(struct raft_http *http, char *message, size_t message_bytes)
{
    const struct raft_endpoint *endpoint = &http->options.endpoint;
    bool has_token = http->options.token != NULL && http->options.token[0] != '\0';
    union raft_socket_address address;
    if (endpoint->port == 0) {
        return RAFT_OK;
    }
    if (raft_endpoint_parse(endpoint, &address) != RAFT_OK) {
        return refuse(message, message_bytes, RAFT_INVALID,
                      "http: \"%s\" is not a numeric address (127.0.0.1 is one)", endpoint->host);
    }
    if (!raft_endpoint_is_loopback(&address) && !has_token) {
        return refuse(message, message_bytes, RAFT_INVALID,
                      "http: %s is not a loopback address, and there is no token that clients "
                      "would have to know: give one, or listen on 127.0.0.1",
                      endpoint->host);
    }
    int fd = bind_socket(&address);
    if (fd < 0) {
        int code = errno;
        enum raft_error error = code == EADDRINUSE      ? RAFT_BUSY
                                : code == EADDRNOTAVAIL ? RAFT_INVALID
                                                        : raft_error_of_errno(code);
        return refuse(message, message_bytes, error, "http: cannot listen on %s port %u: %s",
                      endpoint->host, endpoint->port, strerror(code));
    }
    if (!raft_endpoint_is_loopback(&address)) {
        (void)fprintf(stderr,
                      "n%u: HTTP on %s port %u, which is not loopback: every request must bring "
                      "the token, and nothing is encrypted\n",
                      http->server->options.node.core.id, endpoint->host, endpoint->port);
    }
    begin_listening(http, fd);
    return RAFT_OK;
}

static enum raft_error refuse(char *message, size_t bytes, enum raft_error error,
                              const char *format, ...)
{
    va_list list;
    va_start(list, format);
    (void)vsnprintf(message, bytes, format, list); /* a cut sentence is still one */
    va_end(list);
    return error;
}

/* SO_REUSEADDR: connections of a former process that linger on the port do no harm, and neither
 * does a socket that holds it without listening. */
static int bind_socket(const union raft_socket_address *address)
{
    int one = 1;
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, &address->any, raft_endpoint_bytes(address)) != 0 || listen(fd, BACKLOG) != 0) {
        int code = errno;
        (void)close(fd); /* nothing was written */
        errno = code;
        return -1;
    }
    return fd;
}

static void begin_listening(struct raft_http *http, int fd)
{
    struct event_base *base = raft_server_loop_base(http->server->loop);
    limit_connections(http);
    http->evhttp = evhttp_new(base);
    http->adopt = event_new(base, -1, 0, adopt, http);
    http->fault = event_new(base, -1, 0, answer_faults, http);
    http->sweep = event_new(base, -1, EV_PERSIST, sweep, http);
    http->expire = event_new(base, -1, 0, expire, http);
    http->listener =
        evconnlistener_new(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    ASSERT(http->evhttp != NULL && http->adopt != NULL && http->fault != NULL &&
           http->sweep != NULL && http->expire != NULL && http->listener != NULL);
    evhttp_set_max_headers_size(http->evhttp, RAFT_HTTP_HEADER_BYTES_MAX);
    evhttp_set_max_body_size(http->evhttp, RAFT_HTTP_BODY_BYTES_MAX);
    evhttp_set_allowed_methods(http->evhttp, UINT16_MAX); /* what is not in a route is a 405 */
    evhttp_set_bevcb(http->evhttp, raft_http_connection_make, http);
    evhttp_set_gencb(http->evhttp, take_request, http);
    const struct evhttp_bound_socket *bound = evhttp_bind_listener(http->evhttp, http->listener);
    ASSERT(bound != NULL);
    evconnlistener_set_error_cb(http->listener, hear_trouble);
}

/* As many as there may be descriptors: the soft limit is raised to the hard one. */
static void limit_connections(struct raft_http *http)
{
    struct rlimit limit;
    uint32_t max = http->options.connections_max;
    max = max == 0 ? CONNECTIONS_MAX : max;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* then it is as it was */
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < max + (rlim_t)DESCRIPTORS_KEPT) {
        max = limit.rlim_cur > DESCRIPTORS_KEPT ? (uint32_t)limit.rlim_cur - DESCRIPTORS_KEPT : 0;
    }
    http->options.connections_max = max > CONNECTIONS_MIN ? max : CONNECTIONS_MIN;
}

void raft_http_free(struct raft_http **http)
{
    struct raft_http *ended = *http;
    if (ended == NULL) {
        return;
    }
    if (ended->evhttp != NULL) {
        raft_http_call_stop(ended);
        raft_http_connections_forget(ended);
        evhttp_free(ended->evhttp); /* and the listener */
        event_free(ended->adopt);
        event_free(ended->fault);
        event_free(ended->sweep);
        event_free(ended->expire);
    }
    free(ended->by_fd);
    free(ended);
    *http = NULL;
}

uint64_t raft_http_now(void)
{
    struct timespec now;
    int failed = clock_gettime(CLOCK_MONOTONIC, &now);
    ASSERT(failed == 0);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Of those that came later the supervisor tells in the table. */
bool raft_http_find_peer(const struct raft_http_call *call, raft_id id, char *text, size_t bytes)
{
    const struct raft_http *http = call->http;
    struct raft_shm *shm = http->server->options.shm;
    struct raft_shm_service service;
    for (uint32_t i = 0; id != 0 && i < http->options.peers_count; i++) {
        const struct raft_endpoint *peer = &http->peers[i];
        if (peer->id == id && peer->port != 0) {
            put_url(call, text, bytes, peer);
            return true;
        }
    }
    for (uint32_t slot = 0; id != 0 && slot < RAFT_NODES_MAX; slot++) {
        if (raft_shm_service_read(shm, slot, &service) && service.id == id &&
            service.http_port != 0) {
            struct raft_endpoint peer = {.port = service.http_port};
            (void)snprintf(peer.host, sizeof peer.host, "%s", service.http_host); /* as large */
            put_url(call, text, bytes, &peer);
            return true;
        }
    }
    return false;
}

/* Where a node listens on every address of the machine, the one that brought this client here leads
 * there too: all nodes are on one machine. */
static void put_url(const struct raft_http_call *call, char *text, size_t bytes,
                    const struct raft_endpoint *peer)
{
    char local[sizeof peer->host];
    union raft_socket_address address;
    socklen_t address_bytes = sizeof address;
    const char *host = peer->host;
    bool is_any = strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
    if (is_any && getsockname(call->connection->fd, &address.any, &address_bytes) == 0 &&
        getnameinfo(&address.any, address_bytes, local, sizeof local, NULL, 0, NI_NUMERICHOST) ==
            0) {
        host = local;
    }
    bool is_six = strchr(host, ':') != NULL;
    (void)snprintf(text, bytes, is_six ? "http://[%s]:%u" : "http://%s:%u", host, peer->port);
}

void raft_http_listen(struct raft_http *http)
{
    if (http->is_deaf && http->connections_count < http->options.connections_max) {
        http->is_deaf = evconnlistener_enable(http->listener) != 0;
    }
}

void raft_http_stop_listening(struct raft_http *http)
{
    int failed = evconnlistener_disable(http->listener);
    ASSERT(failed == 0);
    http->is_deaf = true;
}

static void take_request(struct evhttp_request *request, void *context)
{
    struct evhttp_connection *evhttp = evhttp_request_get_connection(request);
    raft_http_call_begin(raft_http_connection_find(context, evhttp), request);
}

/* accept failed, for want of descriptors or memory: it would fail again at once. The context here
 * is not ours: evhttp has taken the listener's. */
static void hear_trouble(struct evconnlistener *listener, void *context)
{
    const struct timeval soon = {.tv_usec = 100000};
    (void)context;
    int failed = evconnlistener_disable(listener);
    failed |= event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, listen_again,
                              listener, &soon);
    ASSERT(failed == 0);
}

/* If there is no room for connections the next one turns it off again. */
static void listen_again(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)evconnlistener_enable(context); /* it has not failed to be added so far */
}

static void adopt(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    raft_http_connections_adopt(context);
}

static void answer_faults(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    raft_http_fault_answer(context);
}

static void sweep(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    raft_http_connections_sweep(context);
}

static void expire(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    raft_http_call_expire(context);
}
