/* SPDX-License-Identifier: MIT
 *
 * REST on a node, by evhttp.
 *
 * http.c listens, http_connections.c knows every connection, http_call.c one request from its
 * dispatch to its answer, http_session.c how a client names it, http_guard.c who may ask it,
 * http_routes.c who answers it, http_fault.c what becomes of one that is none. The handlers lie in
 * one file a group (http_node.c, http_kv.c, ...) and see nothing of evhttp: they read the call's
 * path and body, submit a command or ask the app, put the answer's bytes and answer.
 *
 * A call is answered exactly once. What waits for the cluster is answered within
 * options.answer_ms, with 503 if need be; the outcome may come later and is then dropped. A client
 * that goes away takes its call with it, whenever that is.
 *
 * evhttp falls short in places that we look after ourselves: its timeout begins anew with each
 * byte, so each connection has a deadline for its whole request, for its whole answer and for
 * doing nothing; it accepts without bound, so there is a limit, at which the connection that has
 * waited for its client longest is closed; it goes on reading while an answer is written, so that
 * is switched off, which also lets a client be answered that has closed its own half; and it says
 * no in HTML, in whose place we put our own answer. All of it runs at a later priority than Raft's
 * events.
 */
#ifndef RAFT_SERVER_HTTP_H
#define RAFT_SERVER_HTTP_H

#include "server/internal.h"
#include "json/json.h"

struct evbuffer;
struct evbuffer_cb_info;
struct evhttp;
struct evhttp_connection;
struct evhttp_request;
struct bufferevent;
struct event;
struct event_base;
struct raft_http;
struct raft_http_call;
struct raft_http_connection;

enum {
    RAFT_HTTP_BODY_BYTES_MAX = 64 * 1024,
    RAFT_HTTP_HEADER_BYTES_MAX = 16 * 1024,
    RAFT_HTTP_PIECE_BYTES = 64 * 1024 /* of an answer that is sent in pieces */
};

/* -- routes -------------------------------------------------------------------------------------*/

/* How a group says no: {"error": "why"}, or exactly {"success": false}. */
enum raft_http_manner { RAFT_HTTP_ERROR, RAFT_HTTP_SUCCESS };

enum raft_http_method {
    RAFT_HTTP_GET = 1,
    RAFT_HTTP_PUT = 2,
    RAFT_HTTP_POST = 4,
    RAFT_HTTP_DELETE = 8,
    RAFT_HTTP_HEAD = 16,
    RAFT_HTTP_LOOK = RAFT_HTTP_GET | RAFT_HTTP_HEAD,
    RAFT_HTTP_OTHER = 32
};

struct raft_http_route {
    enum raft_http_method method;
    const char *path; /* one that ends in / also stands for all below it; NULL ends the table */
    const char *app;  /* served by nodes of this app only; NULL = by all */
    enum raft_http_manner manner;
    void (*handle)(struct raft_http_call *call);
};

extern const struct raft_http_route raft_http_node_routes[];
extern const struct raft_http_route raft_http_queue_routes[];
extern const struct raft_http_route raft_http_kv_routes[];
extern const struct raft_http_route raft_http_bank_routes[];

/* GET /metrics. */
void raft_http_metrics(struct raft_http_call *call);

/* May this client ask? If not, it has been told: 401, 403. */
bool raft_http_guard(struct raft_http_call *call);
/* Finds out who answers the call, or answers it: 401, 403, 404, 405. */
void raft_http_route(struct raft_http_call *call);
/* How the node's app says no where the path is not known. */
enum raft_http_manner raft_http_default_manner(const struct raft_http *http);

/* -- a call, as its handler sees it -------------------------------------------------------------*/

struct raft_http_call {
    struct raft_http *http;
    struct evhttp_request *request;          /* NULL: answered, or the client has gone */
    struct raft_http_connection *connection; /* as long as there is a request */
    const struct raft_http_route *route;
    const char *uri;       /* as it was sent; as long as there is a request */
    char *rest;            /* percent-decoded path below the route's, terminated; NULL = none */
    size_t rest_bytes;     /* it may hold any byte */
    struct raft_span body; /* as long as there is a request */
    struct evbuffer *out;  /* the answer's body so far */
    void (*then)(struct raft_http_call *call, struct raft_span result);
    bool (*pull)(struct raft_http_call *call, void *context);
    void *context;                 /* of pull; freed with the call */
    bool is_read;                  /* what it waits for changes nothing */
    bool is_awaited;               /* the node will call back */
    uint64_t deadline;             /* by then it must be answered; 0 = it does not wait */
    struct raft_http_call *before; /* among those that wait, by deadline */
    struct raft_http_call *after;
};

/* The body as JSON, the caller's to free; NULL if it is none. */
struct raft_json *raft_http_body(const struct raft_http_call *call);

/* Appends to the answer's body. */
void raft_http_put(struct raft_http_call *call, const void *data, size_t bytes);
void raft_http_print(struct raft_http_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void raft_http_header(struct raft_http_call *call, const char *name, const char *value);

/* Sends what was put. No further use of call after any of these. */
void raft_http_answer(struct raft_http_call *call, int code, const char *type);
/* The same with this value, which is taken, as its body. */
void raft_http_answer_json(struct raft_http_call *call, int code, struct raft_json *json);
/* Says no in the manner of its route; the reason goes into X-Raft-Reason. */
void raft_http_refuse(struct raft_http_call *call, int code, const char *reason);
/* Says no because the cluster does. An update for the leader is redirected to it, once, unless the
 * route's manner forbids it. */
void raft_http_refuse_status(struct raft_http_call *call, enum raft_reply_status status);
/* Sends what pull puts; it is called again when that has left, as long as it returns true.
 * context (of malloc) is taken. */
void raft_http_answer_pieces(struct raft_http_call *call, const char *type,
                             bool (*pull)(struct raft_http_call *call, void *context),
                             void *context);

/* Runs a command through the log, or asks the app by read-index; then() gets the app's result and
 * answers. All that goes wrong is answered here. */
void raft_http_submit(struct raft_http_call *call, struct raft_span command,
                      void (*then)(struct raft_http_call *call, struct raft_span result));
void raft_http_query(struct raft_http_call *call, struct raft_span command,
                     void (*then)(struct raft_http_call *call, struct raft_span result));

/* -- http_session.c -----------------------------------------------------------------------------*/

/* The name that the client has given its command; seq 0 if none. False if it is malformed. */
bool raft_http_session_name(const struct raft_http_call *call, struct raft_session_name *name);

/* -- http_call.c --------------------------------------------------------------------------------*/

/* A request is complete: evhttp's generic callback. */
void raft_http_call_begin(struct raft_http_connection *connection, struct evhttp_request *request);
/* Its connection is going: nothing may be sent any more. */
void raft_http_call_lose(struct raft_http_call *call);
/* Answers all whose deadline has come. */
void raft_http_call_expire(struct raft_http *http);
/* Answers all that wait: the server ends. */
void raft_http_call_stop(struct raft_http *http);

/* -- http_fault.c -------------------------------------------------------------------------------*/

/* False if the call's path holds what no URI may, or it is unclear where the request ends. */
bool raft_http_is_sound(const struct raft_http_call *call);
/* Watches a connection's output for what evhttp says on its own. */
void raft_http_fault_note(struct evbuffer *buffer, const struct evbuffer_cb_info *info,
                          void *context);
/* Puts our own answer in the place of evhttp's. */
void raft_http_fault_answer(struct raft_http *http);

/* -- http_connections.c -------------------------------------------------------------------------*/

enum raft_http_phase {
    RAFT_HTTP_IDLE,
    RAFT_HTTP_READING,
    RAFT_HTTP_ANSWERING,
    RAFT_HTTP_LEAVING /* refused, and no longer listened to */
};

struct raft_http_connection {
    struct raft_http *http;
    struct bufferevent *stream;
    struct evhttp_connection *evhttp; /* NULL: accepted just now */
    int fd;
    enum raft_http_phase phase;
    bool is_faulty;                      /* evhttp has spoken for itself */
    bool has_hung_up;                    /* a leaving one: it waits for its answer only */
    uint64_t since;                      /* milliseconds of our clock */
    struct raft_http_call *call;         /* NULL = none */
    struct raft_http_connection *before; /* among all */
    struct raft_http_connection *after;
};

/* evhttp's bufferevent callback: makes the stream of a connection that is being accepted. */
struct bufferevent *raft_http_connection_make(struct event_base *base, void *http);
struct raft_http_connection *raft_http_connection_find(struct raft_http *http,
                                                       struct evhttp_connection *evhttp);
void raft_http_connection_enter(struct raft_http_connection *connection,
                                enum raft_http_phase phase);
/* After accept: makes friends with evhttp's part of them. */
void raft_http_connections_adopt(struct raft_http *http);
/* Closes those that have taken too long. */
void raft_http_connections_sweep(struct raft_http *http);
/* Before evhttp_free: what was said and has not left is sent, as far as it goes at once. */
void raft_http_connections_forget(struct raft_http *http);

/* -- http.c -------------------------------------------------------------------------------------*/

struct raft_http {
    struct raft_server *server;
    struct raft_http_options options; /* with defaults filled in */
    struct raft_endpoint peers[RAFT_NODES_MAX];
    struct evhttp *evhttp; /* NULL = it does not listen */
    struct evconnlistener *listener;
    bool is_deaf; /* the listener is off */
    struct event *adopt;
    struct event *fault;
    struct event *sweep;
    bool is_sweeping;
    struct event *expire;
    struct raft_http_connection *connections; /* newest first */
    uint32_t connections_count;
    uint32_t accepted; /* since the last adoption */
    struct raft_http_connection **by_fd;
    size_t by_fd_count;
    struct raft_http_call *first_waiting;
    struct raft_http_call *last_waiting;
    uint64_t requests;   /* since start */
    uint64_t answers[6]; /* by the code's first digit */
};

struct raft_http *raft_http_create(struct raft_server *server);
/* Listens; nothing to do if options name no port. */
enum raft_error raft_http_open(struct raft_http *http, char *message,
                               size_t message_bytes) RAFT_MUST_USE;
void raft_http_free(struct raft_http **http);

/* Milliseconds of the machine, not of the cluster. */
uint64_t raft_http_now(void);
/* "http://HOST:PORT" of a node, as the client of a call can reach it; false if it is not known. */
bool raft_http_find_peer(const struct raft_http_call *call, raft_id id, char *text, size_t bytes);
/* The listener is switched on or off by what there is room for. */
void raft_http_listen(struct raft_http *http);
void raft_http_stop_listening(struct raft_http *http);

#endif
