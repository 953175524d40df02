/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include <string.h>

enum { TIMEOUT_MS = 30000 };

/* The highest commit index that a node has published in its present life. */
static raft_index find_known(const struct raft_view *view)
{
    raft_index known = 0;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        if (raft_view_is_current(node) && node->node.commit > known) {
            known = node->node.commit;
        }
    }
    return known;
}

/* Opens a client to the nodes of the view. */
static int open_client(struct call *call, const struct client_id *id, struct raft_client **client)
{
    struct raft_endpoint endpoints[RAFT_NODES_MAX];
    struct raft_client_options options = {.cluster = call->view->cluster.cluster,
                                          .endpoints = endpoints,
                                          .endpoints_count = call->view->nodes_count,
                                          .serializer = raft_serializer_msgpack()};
    for (uint32_t i = 0; i < call->view->nodes_count; i++) {
        const struct raft_shm_service *service = &call->view->nodes[i].service;
        endpoints[i] = (struct raft_endpoint){.id = service->id, .port = service->port};
        snprintf(endpoints[i].host, sizeof endpoints[i].host, "%.*s", (int)sizeof service->host,
                 service->host);
    }
    char message[256] = "";
    memcpy(options.client, id->client, sizeof options.client);
    options.seq = id->seq;
    options.known = find_known(call->view);
    enum raft_error error = raft_client_open(&options, client, message, sizeof message);
    return error == RAFT_OK ? EXIT_DONE : complain(call, EXIT_FALSE, "%s", message);
}

int ask_open(struct call *call, bool changes, struct asking *asking)
{
    *asking = (struct asking){.kind = ASKING_CHANGE, .id = {.fd = -1}};
    if (!changes) {
        bool is_stale = options_given(&call->options, "stale");
        asking->kind = is_stale ? ASKING_STALE_READ : ASKING_READ;
    }
    int code = call_open(call, false);
    code = code == EXIT_DONE ? call_app(call) : code;
    const char *at = options_text(&call->options, "at", NULL);
    const char *via = options_text(&call->options, "via", NULL);
    if (code == EXIT_DONE && at != NULL && via != NULL) {
        code = complain(call, EXIT_USAGE, "--at asks one node alone, --via others too: say one");
    }
    code = code == EXIT_DONE && at != NULL ? call_node(call, at, &asking->only) : code;
    code = code == EXIT_DONE && via != NULL ? call_node(call, via, &asking->first) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    if (changes) {
        client_id_take(call, &asking->id);
    } else {
        client_id_make(&asking->id);
    }
    return open_client(call, &asking->id, &asking->client);
}

void ask_close(struct asking *asking)
{
    raft_client_close(&asking->client);
    client_id_release(&asking->id);
}

/* Why nobody took it: what the table says about the node that was asked, or about all. */
static void explain_no_leader(const struct call *call, raft_id only)
{
    const struct raft_view *view = call->view;
    if (!view->has_quorum) {
        fprintf(stderr, "  %u of %u nodes are up, a quorum is %u\n", view->voters_up, view->voters,
                view->quorum);
    }
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        uint32_t reached = 0;
        for (uint32_t j = 0; j < view->nodes_count; j++) {
            const struct raft_view_node *peer = &view->nodes[j];
            bool up = peer->process == RAFT_SHM_PROCESS_UP && raft_view_is_voter(peer);
            bool cut = raft_faults_is_cut(&view->faults, view->now, node->id, peer->id) ||
                       raft_faults_is_cut(&view->faults, view->now, peer->id, node->id);
            reached += j == i || (up && !cut) ? 1 : 0;
        }
        if (node->process == RAFT_SHM_PROCESS_UP && raft_view_is_voter(node) &&
            reached < view->quorum && (only == 0 || only == node->id)) {
            fprintf(stderr, "  n%u reaches no majority (%u of %u, a quorum is %u)\n", node->id,
                    reached, view->voters, view->quorum);
        }
    }
}

/* Without a result: what is known about the reason. */
static int explain_outcome(struct call *call, raft_id only, const struct raft_client_answer *answer)
{
    bool is_unknown = answer->outcome == RAFT_CLIENT_UNKNOWN;
    bool is_leaderless = answer->outcome == RAFT_CLIENT_NO_LEADER ||
                         answer->status == RAFT_REPLY_NOT_LEADER ||
                         answer->status == RAFT_REPLY_NO_LEADER;
    int code = is_unknown ? EXIT_UNKNOWN : is_leaderless ? EXIT_NO_LEADER : EXIT_FALSE;
    complain(call, code, "%s: %s",
             is_unknown ? "outcome unknown, it may or may not have been applied" : "not done",
             answer->why);
    call_look(call);
    if (is_unknown || is_leaderless) {
        explain_no_leader(call, only);
    }
    return code;
}

int ask(struct call *call, struct asking *asking, struct raft_span command,
        struct raft_client_answer *answer)
{
    uint64_t timeout_ms = options_number(&call->options, "timeout", TIMEOUT_MS);
    struct raft_client_target target = {
        .hint = asking->first != 0 ? asking->first : call->view->leader,
        .only = asking->only,
        .timeout_ms = timeout_ms < UINT32_MAX ? (uint32_t)timeout_ms : UINT32_MAX,
    };
    if (asking->kind == ASKING_CHANGE) {
        raft_client_call(asking->client, command, target.hint, target.only, target.timeout_ms,
                         answer);
    } else {
        bool is_stale = asking->kind == ASKING_STALE_READ;
        raft_client_read(asking->client, command, is_stale ? RAFT_READ_LOCAL : RAFT_READ_INDEX,
                         &target, answer);
    }
    if (answer->outcome != RAFT_CLIENT_OK) {
        return explain_outcome(call, asking->only, answer);
    }
    return answer->result.bytes > 0
               ? EXIT_DONE
               : complain(call, EXIT_FALSE, "n%u gave an empty answer", answer->node);
}

struct raft_span ask_span(const char *text)
{
    return (struct raft_span){text, strlen(text)};
}

int ask_check(const struct call *call, const char *what, struct raft_span part, size_t min,
              size_t max)
{
    return part.bytes >= min && part.bytes <= max
               ? EXIT_DONE
               : complain(call, EXIT_USAGE, "the %s has %s bytes (%zu to %zu are possible)", what,
                          part.bytes > max ? "too many" : "no", min, max);
}

int ask_input(const struct call *call, char *buffer, size_t bytes, struct raft_span *input)
{
    *input = (struct raft_span){buffer, fread(buffer, 1, bytes, stdin)};
    return ferror(stdin) ? complain(call, EXIT_FALSE, "cannot read stdin") : EXIT_DONE;
}

void ask_done(const struct call *call, const struct raft_client_answer *answer, const char *what)
{
    if (call->quiet) {
        printf("%llu\n", (unsigned long long)raft_shm_seq(call->shm));
        return;
    }
    printf("%s  n%u index %llu term %llu  seq %llu\n", what, answer->node,
           (unsigned long long)answer->index, (unsigned long long)answer->term,
           (unsigned long long)raft_shm_seq(call->shm));
}

void ask_add_place(const struct call *call, const struct raft_client_answer *answer,
                   struct raft_json *json)
{
    char node[16];
    snprintf(node, sizeof node, "n%u", answer->node);
    raft_json_add_string(json, "node", answer->node != 0 ? node : NULL);
    raft_json_add_integer(json, "index", (int64_t)answer->index);
    raft_json_add_integer(json, "term", (int64_t)answer->term);
    raft_json_add_integer(json, "seq", (int64_t)raft_shm_seq(call->shm));
}
