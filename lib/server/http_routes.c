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
    if (!raft_http_guard(call)) { /* it says no in the manner of the route */
        free(path);
        return;
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
