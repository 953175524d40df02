/* SPDX-License-Identifier: MIT
 *
 * How an HTTP client names its commands, so that one sent again runs once (node/sessions.h):
 *
 *   X-Raft-Client   32 hexadecimal digits, drawn once by the client
 *   X-Raft-Seq      the number of the command, from 1 upwards; the same for each copy
 *   X-Raft-Known    an X-Raft-Index from before the command's first copy; 0 if missing
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "server/http.h"

enum { CLIENT_DIGITS = 32 };

static bool find_one(const struct evkeyvalq *headers, const char *name, const char **value);
static bool read_client(const char *text, uint8_t client[16]);
static bool read_number(const char *text, uint64_t *number);

bool raft_http_session_name(const struct raft_http_call *call, struct raft_session_name *name)
{
    const struct evkeyvalq *headers = evhttp_request_get_input_headers(call->request);
    const char *client = NULL;
    const char *seq = NULL;
    const char *known = NULL;
    *name = (struct raft_session_name){.seq = 0};
    if (!find_one(headers, "X-Raft-Client", &client) || !find_one(headers, "X-Raft-Seq", &seq) ||
        !find_one(headers, "X-Raft-Known", &known)) {
        return false;
    }
    if (client == NULL && seq == NULL) {
        return true;
    }
    return client != NULL && seq != NULL && read_client(client, name->client) &&
           read_number(seq, &name->seq) && name->seq != 0 &&
           (known == NULL || read_number(known, &name->known));
}

/* False if it comes twice: which of the two was meant nobody knows. */
static bool find_one(const struct evkeyvalq *headers, const char *name, const char **value)
{
    const struct evkeyval *header = NULL;
    TAILQ_FOREACH(header, headers, next)
    {
        if (strcasecmp(header->key, name) != 0) {
            continue;
        }
        if (*value != NULL) {
            return false;
        }
        *value = header->value;
    }
    return true;
}

static bool read_client(const char *text, uint8_t client[16])
{
    if (strlen(text) != CLIENT_DIGITS || strspn(text, "0123456789abcdefABCDEF") != CLIENT_DIGITS) {
        return false;
    }
    for (size_t i = 0; i < CLIENT_DIGITS / 2; i++) {
        const char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
        client[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return true;
}

static bool read_number(const char *text, uint64_t *number)
{
    size_t digits = strspn(text, "0123456789");
    errno = 0;
    *number = strtoull(text, NULL, 10);
    return digits > 0 && text[digits] == '\0' && errno == 0 && *number <= INT64_MAX;
}
