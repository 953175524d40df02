/* SPDX-License-Identifier: MIT
 *
 * Who answers a request: the first row of the tables that fits its path and its method.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/http.h>

#include "base/assert.h"
#include "server/http.h"

enum { METHODS_BYTES = 64 };

static const struct raft_http_route *const groups[] = {
    raft_http_node_routes,
    raft_http_queue_routes,
    raft_http_kv_routes,
    raft_http_bank_routes,
};

static const struct {
    enum evhttp_cmd_type command;
    enum raft_http_method method;
    const char *name;
} methods[] = {
    {EVHTTP_REQ_GET, RAFT_HTTP_GET, "GET"},          {EVHTTP_REQ_HEAD, RAFT_HTTP_HEAD, "HEAD"},
    {EVHTTP_REQ_PUT, RAFT_HTTP_PUT, "PUT"},          {EVHTTP_REQ_POST, RAFT_HTTP_POST, "POST"},
    {EVHTTP_REQ_DELETE, RAFT_HTTP_DELETE, "DELETE"},
};

static bool is_admitted(const struct raft_http_call *call);
static bool is_from_page(const struct raft_http_call *call);
static bool equals_in_constant_time(const char *a, const char *b);
static enum raft_http_method find_method(const struct raft_http_call *call);
static char *copy_path(const struct raft_http_call *call);
static bool fits(const struct raft_http_route *route, const struct raft_http_call *call,
                 const char *path);
static void refuse_method(struct raft_http_call *call, unsigned allowed);
static void take_rest(struct raft_http_call *call, const char *path);

void raft_http_route(struct raft_http_call *call)
{
    enum raft_http_method method = find_method(call);
    unsigned allowed = 0;
    if (!is_admitted(call)) {
        raft_http_header(call, "WWW-Authenticate", "Bearer");
        raft_http_refuse(call, 401, "the token is missing or wrong");
        return;
    }
    if (is_from_page(call)) {
        raft_http_refuse(call, 403, "a web page asks this: it needs a token, and none is set");
        return;
    }
    char *path = copy_path(call);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const struct raft_http_route *route = groups[i];
        for (; route->path != NULL && (allowed & method) == 0; route++) {
            if (fits(route, call, path)) {
                call->route = route;
                allowed |= route->method;
            }
        }
    }
    if (!raft_http_is_sound(call)) {
        free(path);
        raft_http_header(call, "Connection", "close");
        raft_http_refuse(call, 400, "the path or the length of the request is malformed");
        return;
    }
    if ((allowed & method) != 0) {
        take_rest(call, path);
        free(path);
        call->route->handle(call);
        return;
    }
    free(path);
    if (allowed != 0) {
        refuse_method(call, allowed);
    } else {
        raft_http_refuse(call, 404, "there is nothing at this path");
    }
}

enum raft_http_manner raft_http_default_manner(const struct raft_http *http)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const char *app = groups[i]->app;
        if (app != NULL && http->options.app != NULL && strcmp(app, http->options.app) == 0) {
            return groups[i]->manner;
        }
    }
    return RAFT_HTTP_ERROR;
}

/* Authorization: Bearer TOKEN, where a token was set. */
static bool is_admitted(const struct raft_http_call *call)
{
    static const char scheme[] = "Bearer ";
    const char *token = call->http->options.token;
    const char *given =
        evhttp_find_header(evhttp_request_get_input_headers(call->request), "Authorization");
    if (token == NULL || token[0] == '\0') {
        return true;
    }
    return given != NULL && strncasecmp(given, scheme, sizeof scheme - 1) == 0 &&
           equals_in_constant_time(given + sizeof scheme - 1, token);
}

/* Any page on the web may have the browser of whoever sits here send a request to the loopback. A
 * token keeps it out; without one we take the browser's word for where it comes from. */
static bool is_from_page(const struct raft_http_call *call)
{
    static const char scheme[] = "http://";
    const struct evkeyvalq *headers = evhttp_request_get_input_headers(call->request);
    const char *token = call->http->options.token;
    const char *site = evhttp_find_header(headers, "Sec-Fetch-Site");
    const char *origin = evhttp_find_header(headers, "Origin");
    const char *host = evhttp_find_header(headers, "Host");
    if (token != NULL && token[0] != '\0') {
        return false;
    }
    if (site != NULL && strcasecmp(site, "none") != 0 && strcasecmp(site, "same-origin") != 0) {
        return true;
    }
    return origin != NULL && (host == NULL || strncasecmp(origin, scheme, sizeof scheme - 1) != 0 ||
                              strcasecmp(origin + sizeof scheme - 1, host) != 0);
}

/* The time says nothing about where they differ. */
static bool equals_in_constant_time(const char *a, const char *b)
{
    size_t bytes = strlen(b);
    unsigned different = strlen(a) != bytes;
    for (size_t i = 0; different == 0 && i < bytes; i++) {
        different |= (unsigned)(a[i] ^ b[i]) << 8;
    }
    return different == 0;
}

static enum raft_http_method find_method(const struct raft_http_call *call)
{
    enum evhttp_cmd_type command = evhttp_request_get_command(call->request);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (methods[i].command == command) {
            return methods[i].method;
        }
    }
    return RAFT_HTTP_OTHER;
}

/* As sent, without the query. evhttp's parser would take //a/b for a host, but knows what to do
 * with a whole URI. */
static char *copy_path(const struct raft_http_call *call)
{
    const char *from = call->uri;
    if (from[0] != '/') {
        const struct evhttp_uri *parts = evhttp_request_get_evhttp_uri(call->request);
        from = parts != NULL ? evhttp_uri_get_path(parts) : NULL;
        from = from != NULL ? from : "";
    }
    char *path = strndup(from, strcspn(from, "?#"));
    ASSERT(path != NULL);
    return path;
}

static bool fits(const struct raft_http_route *route, const struct raft_http_call *call,
                 const char *path)
{
    const char *app = call->http->options.app;
    size_t bytes = strlen(route->path);
    bool is_prefix = route->path[bytes - 1] == '/' && bytes > 1;
    if (route->app != NULL && (app == NULL || strcmp(app, route->app) != 0)) {
        return false;
    }
    return is_prefix ? strncmp(path, route->path, bytes) == 0 : strcmp(path, route->path) == 0;
}

static void refuse_method(struct raft_http_call *call, unsigned allowed)
{
    char list[METHODS_BYTES] = "";
    size_t used = 0;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if ((allowed & methods[i].method) != 0) {
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "",
                                     methods[i].name);
        }
    }
    raft_http_header(call, "Allow", list);
    raft_http_refuse(call, 405, "this path does not know the method");
}

/* What stands below a route's path is a name, in which %41 is an A and + a plus. */
static void take_rest(struct raft_http_call *call, const char *path)
{
    size_t bytes = strlen(call->route->path);
    if (path[0] == '\0' || bytes == 1 || call->route->path[bytes - 1] != '/') {
        return;
    }
    call->rest = evhttp_uridecode(path + bytes, 0, &call->rest_bytes);
    ASSERT(call->rest != NULL);
}
