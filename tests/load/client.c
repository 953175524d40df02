/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    REQUEST_BYTES = 36 * 1024,
    ATTEMPTS_MAX = 3000, /* about half a minute without a leader */
    PAUSE_MS = 10
};

struct command {
    const char *method;
    char path[64];
    char *body; /* "" = none */
};

void client_init(struct client *client, const struct client_options *options, uint32_t number)
{
    *client = (struct client){.options = options, .number = number, .link = {.fd = -1}};
    client->link.host = options->host;
    client->link.port = options->ports[0];
    raft_random_seed(&client->random, number);
    (void)snprintf(client->name, sizeof client->name, "%016" PRIx64 "%016" PRIx64,
                   raft_random_system(), raft_random_system());
}

void client_release(struct client *client)
{
    link_close(&client->link);
}

static size_t write_request(struct client *client, const struct command *command, char *text)
{
    char name[160] = "";
    if (!client->is_plain)
        (void)snprintf(name, sizeof name,
                       "X-Raft-Client: %s\r\nX-Raft-Seq: %" PRIu64 "\r\nX-Raft-Known: %" PRIu64
                       "\r\n",
                       client->name, ++client->seq, client->known);
    int bytes = snprintf(
        text, REQUEST_BYTES, "%s %s HTTP/1.1\r\nHost: load\r\n%sContent-Length: %zu\r\n\r\n%s",
        command->method, command->path, name, strlen(command->body), command->body);
    return (size_t)bytes;
}

static void turn_to(struct client *client, uint32_t node)
{
    client->node = node % client->options->nodes;
    link_turn(&client->link, client->options->ports[client->node]);
}

/* To the leader if the answer says who that is, else to the next node, but not in haste. */
static void follow(struct client *client, uint16_t leader)
{
    const struct client_options *options = client->options;
    for (uint32_t i = 0; i < options->nodes; i++) {
        if (options->ports[i] == leader && i != client->node) {
            turn_to(client, i);
            return;
        }
    }
    (void)poll(NULL, 0, PAUSE_MS);
    turn_to(client, client->node + 1);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Is more to be had by sending it again? */
static bool is_final(const struct client *client, const struct link_answer *answer)
{
    return answer->index != 0 || begins(answer->reason, "outcome unknown: the session") ||
           (client->is_plain && begins(answer->reason, "outcome unknown"));
}

/* RECORD_UNKNOWN, or RECORD_OK where a committed answer came. */
static enum record_outcome send_until_known(struct client *client, const struct command *command,
                                            struct link_answer *answer)
{
    char *text = malloc(REQUEST_BYTES);
    enum record_outcome outcome = RECORD_UNKNOWN;
    bool is_done = text == NULL;
    size_t bytes = is_done ? 0 : write_request(client, command, text);
    for (uint32_t i = 0; i < ATTEMPTS_MAX && !is_done; i++) {
        *answer = (struct link_answer){.reason = ""};
        enum link_result result = link_ask(&client->link, text, bytes, answer);
        client->repeats += i > 0;
        is_done = (result == LINK_ANSWERED && is_final(client, answer)) ||
                  (result == LINK_BROKEN && client->is_plain);
        if (answer->index != 0) {
            outcome = RECORD_OK;
            client->known = answer->index > client->known ? answer->index : client->known;
        } else {
            follow(client, answer->leader);
        }
    }
    free(text);
    return outcome;
}

bool client_create(struct client *client, uint32_t topic)
{
    struct link_answer answer;
    char body[64];
    struct command command = {.method = "PUT", .path = "/topic", .body = body};
    (void)snprintf(body, sizeof body, "{\"topic\": \"t/%" PRIu32 "\"}", topic);
    return send_until_known(client, &command, &answer) == RECORD_OK && answer.code < 500;
}

enum record_outcome client_push(struct client *client, uint32_t topic)
{
    struct link_answer answer;
    uint64_t value = (uint64_t)(client->number + 1) << 32 | ++client->values;
    int padding = (int)client->options->message_bytes;
    struct command command = {.method = "PUT", .path = "/message"};
    char *x = calloc(1, (size_t)padding + 1);
    enum record_outcome outcome = RECORD_UNKNOWN;
    if (x == NULL)
        return RECORD_UNKNOWN;
    memset(x, 'x', (size_t)padding);
    record_push(client->options->record, client->number, topic, value);
    if (asprintf(&command.body, "{\"topic\": \"t/%" PRIu32 "\", \"message\": \"%" PRIu64 "%s\"}",
                 topic, value, x) > 0) {
        outcome = send_until_known(client, &command, &answer);
        free(command.body);
    }
    if (outcome == RECORD_OK && answer.code != 200)
        outcome = RECORD_FAIL;
    free(x);
    client->pushed += outcome == RECORD_OK;
    client->unknown += outcome == RECORD_UNKNOWN;
    record_answer(client->options->record, client->number, outcome, 0, answer.index);
    return outcome;
}

enum record_outcome client_pop(struct client *client, uint32_t topic)
{
    static const char before[] = "{\"success\": true, \"message\": \"";
    struct link_answer answer;
    char nothing[] = "";
    struct command command = {.method = "GET", .body = nothing};
    uint64_t value = 0;
    (void)snprintf(command.path, sizeof command.path, "/message/t/%" PRIu32, topic);
    record_pop(client->options->record, client->number, topic);
    enum record_outcome outcome = send_until_known(client, &command, &answer);
    if (outcome == RECORD_OK && answer.code == 404)
        outcome = RECORD_EMPTY;
    else if (outcome == RECORD_OK && begins(answer.body, before))
        value = strtoull(answer.body + strlen(before), NULL, 10);
    client->popped += outcome == RECORD_OK;
    client->empty += outcome == RECORD_EMPTY;
    client->unknown += outcome == RECORD_UNKNOWN;
    record_answer(client->options->record, client->number, outcome, value, answer.index);
    return outcome;
}
