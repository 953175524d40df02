/* SPDX-License-Identifier: MIT */
#include "server/control_request.h"

#include <stdio.h>
#include <string.h>

#include "cluster/control.h"

enum {
    LOG_ENTRIES_DEFAULT = 20,
    LOG_ENTRIES_MAX = 1000,
    LOG_READ_BYTES = 1024 * 1024,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2
};

/* Answers a request, or returns NULL when the answer comes later. */
typedef struct raft_json *(*verb_function)(struct raft_server_request *awaited,
                                           const struct raft_json *request);

static struct raft_json *answer_ping(struct raft_server_request *awaited,
                                     const struct raft_json *request);
static struct raft_json *answer_inspect(struct raft_server_request *awaited,
                                        const struct raft_json *request);
static struct raft_json *answer_log(struct raft_server_request *awaited,
                                    const struct raft_json *request);
static struct raft_json *answer_campaign(struct raft_server_request *awaited,
                                         const struct raft_json *request);
static struct raft_json *answer_transfer(struct raft_server_request *awaited,
                                         const struct raft_json *request);
static struct raft_json *answer_snapshot(struct raft_server_request *awaited,
                                         const struct raft_json *request);
static struct raft_json *answer_change(struct raft_server_request *awaited,
                                       const struct raft_json *request);

static const struct {
    const char *name;
    verb_function answer;
} verbs[] = {
    {"ping", answer_ping},         {"inspect", answer_inspect},   {"log", answer_log},
    {"campaign", answer_campaign}, {"transfer", answer_transfer}, {"snapshot", answer_snapshot},
    {"change", answer_change},
};

bool raft_server_request_is_waiting(const struct raft_server_request *awaited)
{
    return awaited->token != 0 || awaited->transfer_to != 0;
}

struct raft_json *raft_server_request_begin(struct raft_server_request *awaited,
                                            const struct raft_json *request)
{
    const char *verb = raft_json_string(request, "verb", "");
    verb_function function = NULL;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        function = strcmp(verb, verbs[i].name) == 0 ? verbs[i].answer : function;
    }
    if (function == NULL) {
        return raft_control_error(EXIT_USAGE, "a node does not know the verb \"%s\"", verb);
    }
    raft_server_turn_begin(awaited->server);
    struct raft_json *answer = function(awaited, request);
    raft_server_turn_end(awaited->server);
    return answer;
}

static struct raft_json *answer_ping(struct raft_server_request *awaited,
                                     const struct raft_json *request)
{
    (void)request;
    struct raft_server *server = awaited->server;
    struct raft_json *answer = raft_control_ok(raft_shm_seq(server->options.shm));
    raft_json_add_integer(answer, "id", server->options.node.core.id);
    raft_json_add_integer(answer, "pid", server->publisher.record.pid);
    return answer;
}

static struct raft_json *answer_inspect(struct raft_server_request *awaited,
                                        const struct raft_json *request)
{
    (void)request;
    return raft_server_answer_inspect(awaited->server);
}

/* The command as a person typed it, or its plain name. */
static uint64_t write_command(struct raft_server_request *awaited, const struct raft_json *request)
{
    char text[RAFT_SHM_TEXT];
    struct raft_server *server = awaited->server;
    (void)snprintf(text, sizeof text, "%s n%u", raft_json_string(request, "verb", ""),
                   server->options.node.core.id);
    return raft_server_publish_command(&server->publisher, raft_json_string(request, "text", text));
}

static struct raft_json *answer_campaign(struct raft_server_request *awaited,
                                         const struct raft_json *request)
{
    struct raft_server *server = awaited->server;
    uint64_t seq = write_command(awaited, request);
    raft_node_campaign(server->node);
    return raft_control_ok(seq);
}

static struct raft_json *answer_snapshot(struct raft_server_request *awaited,
                                         const struct raft_json *request)
{
    struct raft_server *server = awaited->server;
    return raft_server_answer_snapshot(server, request, write_command(awaited, request));
}

/* Its command event is the supervisor's, who is asked first. */
static struct raft_json *answer_change(struct raft_server_request *awaited,
                                       const struct raft_json *request)
{
    return raft_server_answer_change(awaited->server, request);
}

static struct raft_json *answer_transfer(struct raft_server_request *awaited,
                                         const struct raft_json *request)
{
    struct raft_server *server = awaited->server;
    int64_t to = raft_json_integer(request, "to", 0);
    raft_id self = server->options.node.core.id;
    raft_id chosen = 0;
    if (to < 0 || to > UINT32_MAX) {
        return raft_control_error(EXIT_USAGE, "there is no node %lld", (long long)to);
    }
    uint64_t seq = write_command(awaited, request);
    enum raft_refusal refusal = raft_node_transfer(server->node, (raft_id)to, &chosen);
    if (refusal != RAFT_REFUSAL_NONE) {
        return raft_server_answer_refused_transfer(refusal, self, (raft_id)to);
    }
    awaited->transfer_to = chosen != 0 ? chosen : (raft_id)to;
    awaited->seq = seq;
    return NULL; /* raft_server_request_turn answers when it is over */
}

struct raft_json *raft_server_request_turn(struct raft_server_request *awaited,
                                           const struct raft_node_status *status)
{
    raft_id to = awaited->transfer_to;
    if (to == 0 || status->core.transferee != 0) {
        return NULL;
    }
    awaited->transfer_to = 0;
    if (status->core.role == RAFT_ROLE_LEADER) {
        return raft_control_error(EXIT_FAILED, "n%u did not take over in time; n%u still leads", to,
                                  status->core.id);
    }
    struct raft_json *answer = raft_control_ok(awaited->seq);
    raft_json_add_integer(answer, "to", to);
    return answer;
}

/* Adds what the node's memory has, and asks the log for the first entry that it has not. NULL: it
 * was asked; else the whole answer. */
static struct raft_json *collect_entries(struct raft_server_request *awaited)
{
    struct raft_server *server = awaited->server;
    static struct raft_entry entries[LOG_ENTRIES_MAX];
    while (awaited->next <= awaited->last) {
        uint32_t count =
            raft_node_tail(server->node, awaited->next, awaited->last, entries, LOG_ENTRIES_MAX);
        if (count == 0) {
            awaited->token = ++*awaited->tokens;
            raft_server_log_read(server->log_thread, RAFT_SERVER_READER_CONTROL, awaited->token,
                                 awaited->next, awaited->last, LOG_READ_BYTES);
            return NULL;
        }
        for (uint32_t i = 0; i < count; i++) {
            raft_json_add(awaited->entries, NULL, raft_server_entry_json(&entries[i]));
        }
        awaited->next += count;
    }
    struct raft_json *answer = awaited->answer;
    awaited->answer = NULL;
    awaited->token = 0;
    return answer;
}

static struct raft_json *answer_log(struct raft_server_request *awaited,
                                    const struct raft_json *request)
{
    struct raft_server *server = awaited->server;
    struct raft_node_status status;
    raft_node_status(server->node, &status);
    raft_index end = status.core.last;
    raft_index start = end == 0 ? 1 : status.first;
    raft_index first = raft_server_find_index(
        raft_json_integer(request, "first", -LOG_ENTRIES_DEFAULT), start, end);
    raft_index last = raft_server_find_index(raft_json_integer(request, "last", -1), 0, end);
    last = last < end ? last : end;
    bool is_more = last >= first && last - first >= LOG_ENTRIES_MAX;
    last = is_more ? first + LOG_ENTRIES_MAX - 1 : last;
    awaited->next = first;
    awaited->last = last;
    awaited->answer = raft_control_ok(raft_shm_seq(server->options.shm));
    awaited->entries = raft_json_array();
    raft_json_add_integer(awaited->answer, "first", (int64_t)status.first);
    raft_json_add_integer(awaited->answer, "last", (int64_t)end);
    raft_json_add_integer(awaited->answer, "commit", (int64_t)status.core.commit);
    raft_json_add_integer(awaited->answer, "durable", (int64_t)status.core.durable);
    raft_json_add_bool(awaited->answer, "more", is_more);
    raft_json_add(awaited->answer, "entries", awaited->entries);
    return collect_entries(awaited);
}

struct raft_json *raft_server_request_entries(struct raft_server_request *awaited,
                                              enum raft_error error,
                                              const struct raft_entry *entries, uint32_t count)
{
    if (count == 0 && error != RAFT_NOT_FOUND) {
        raft_server_request_forget(awaited);
        return raft_control_error(EXIT_FAILED, "cannot read the log: %s", raft_error_text(error));
    }
    for (uint32_t i = 0; i < count; i++) {
        raft_json_add(awaited->entries, NULL, raft_server_entry_json(&entries[i]));
    }
    /* Entries that were truncated meanwhile are no error: what is there is the answer. */
    awaited->next = count > 0 ? awaited->next + count : awaited->last + 1;
    return collect_entries(awaited);
}

void raft_server_request_forget(struct raft_server_request *awaited)
{
    raft_json_free(&awaited->answer);
    awaited->token = 0;
    awaited->transfer_to = 0;
}
