/* SPDX-License-Identifier: MIT
 *
 * Who may ask: whoever knows the token, where one is set. Without one we listen on the loopback
 * alone, and serve whoever sits at this machine, but no web page that their browser shows: any page
 * on the web may have it send a request here. Two things give such a page away:
 *
 * - Origin and Sec-Fetch-Site, which say where the page comes from. Nobody else sends them.
 * - Host, where browsers leave those out: in a GET for an address that they do not take for this
 *   machine, such as a name that the page's owner has pointed to 127.0.0.1 (DNS rebinding).
 */
#include <string.h>
#include <strings.h>

#include <event2/http.h>

#include "comms/endpoint.h"
#include "server/http.h"

static bool is_admitted(const char *token, const struct evkeyvalq *headers);
static bool equals_in_constant_time(const char *a, const char *b);
static bool is_from_page(const struct evkeyvalq *headers);
static bool is_for_us(const char *host);
static bool read_address(const char *name, size_t bytes, union raft_socket_address *address);
static bool is_disguised(const union raft_socket_address *address);
static bool ends_with(const char *name, size_t bytes, const char *end);

bool raft_http_guard(struct raft_http_call *call)
{
    const struct evkeyvalq *headers = evhttp_request_get_input_headers(call->request);
    const char *token = call->http->options.token;
    if (token != NULL && token[0] != '\0') {
        if (is_admitted(token, headers)) {
            return true;
        }
        raft_http_header(call, "WWW-Authenticate", "Bearer");
        raft_http_refuse(call, 401, "the token is missing or wrong");
        return false;
    }
    if (is_from_page(headers)) {
        raft_http_refuse(call, 403, "a web page asks this: it needs a token, and none is set");
        return false;
    }
    if (!is_for_us(evhttp_find_header(headers, "Host"))) {
        raft_http_refuse(call, 403,
                         "the Host may be a web site's, and no token is set: ask at localhost or "
                         "127.0.0.1");
        return false;
    }
    return true;
}

/* Authorization: Bearer TOKEN. */
static bool is_admitted(const char *token, const struct evkeyvalq *headers)
{
    static const char scheme[] = "Bearer ";
    const char *given = evhttp_find_header(headers, "Authorization");
    return given != NULL && strncasecmp(given, scheme, sizeof scheme - 1) == 0 &&
           equals_in_constant_time(given + sizeof scheme - 1, token);
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

static bool is_from_page(const struct evkeyvalq *headers)
{
    static const char scheme[] = "http://";
    const char *site = evhttp_find_header(headers, "Sec-Fetch-Site");
    const char *origin = evhttp_find_header(headers, "Origin");
    const char *host = evhttp_find_header(headers, "Host");
    if (site != NULL && strcasecmp(site, "none") != 0 && strcasecmp(site, "same-origin") != 0) {
        return true;
    }
    return origin != NULL && (host == NULL || strncasecmp(origin, scheme, sizeof scheme - 1) != 0 ||
                              strcasecmp(origin + sizeof scheme - 1, host) != 0);
}

/* No browser leaves the Host out. A name without a dot belongs to this machine or network, and so
 * does one with an ending of these: nobody on the web can have it. */
static bool is_for_us(const char *host)
{
    static const char *const ends[] = {".localhost", ".localdomain", ".local", ".internal"};
    if (host == NULL) {
        return true;
    }
    bool is_bracketed = host[0] == '[';
    const char *name = is_bracketed ? host + 1 : host;
    size_t bytes = strcspn(name, is_bracketed ? "]" : ":");
    union raft_socket_address address;
    if (read_address(name, bytes, &address)) {
        return !is_disguised(&address);
    }
    if (bytes > 0 && name[bytes - 1] == '.') {
        bytes--; /* the root's */
    }
    bool is_ours = memchr(name, '.', bytes) == NULL;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        is_ours |= ends_with(name, bytes, ends[i]);
    }
    return is_ours;
}

static bool read_address(const char *name, size_t bytes, union raft_socket_address *address)
{
    struct raft_endpoint endpoint = {.port = 0};
    if (bytes >= sizeof endpoint.host) {
        return false;
    }
    memcpy(endpoint.host, name, bytes);
    return raft_endpoint_parse(&endpoint, address) == RAFT_OK;
}

/* These lead to the loopback too, 0.0.0.0 and ::ffff:127.0.0.1, and browsers do not know it. */
static bool is_disguised(const union raft_socket_address *address)
{
    if (address->any.sa_family == AF_INET) {
        return address->v4.sin_addr.s_addr == htonl(INADDR_ANY);
    }
    return IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr) ||
           IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr);
}

static bool ends_with(const char *name, size_t bytes, const char *end)
{
    size_t end_bytes = strlen(end);
    return bytes > end_bytes && strncasecmp(name + bytes - end_bytes, end, end_bytes) == 0;
}
