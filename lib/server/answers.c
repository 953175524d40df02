/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "app/apps.h"
#include "base/text.h"
#include "cluster/control.h"
#include "server/internal.h"

enum {
    TEXT_BYTES_MAX = 96,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NOT_FOUND = 4,
    EXIT_NO_LEADER = 6
};

static void add_hex(struct raft_json *to, const char *key, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%016" PRIx64, value);
    raft_json_add_string(to, key, text);
}

static void add_count(struct raft_json *to, const char *key, uint64_t value)
{
    raft_json_add_integer(to, key, value <= INT64_MAX ? (int64_t)value : INT64_MAX);
}

/* A node by its name, null for none. */
static void add_node(struct raft_json *to, const char *key, raft_id id)
{
    char text[16];
    (void)snprintf(text, sizeof text, "n%u", id);
    raft_json_add_string(to, key, id == 0 ? NULL : text);
}

/* Milliseconds between now and a moment of the cluster's clock, null if it is 0 or never. */
static void add_ms(struct raft_json *to, const char *key, raft_time from, raft_time until)
{
    if (from == 0 || until == 0 || until == UINT64_MAX) {
        raft_json_add_null(to, key);
        return;
    }
    raft_json_add_number(to, key, ((double)until - (double)from) / 1000);
}

static void add_peers(struct raft_json *answer, const struct raft_node_status *status,
                      raft_time now)
{
    struct raft_json *peers = raft_json_array();
    for (uint32_t i = 0; i < status->core.peers_count; i++) {
        const struct raft_peer_status *peer = &status->core.peers[i];
        struct raft_json *row = raft_json_object();
        add_node(row, "id", peer->id);
        raft_json_add_string(row, "state", raft_progress_state_name(peer->state));
        add_count(row, "match", peer->match);
        add_count(row, "next", peer->next);
        add_count(row, "inflight", peer->inflight);
        add_ms(row, "heard_age_ms", peer->heard, now);
        add_count(row, "rtt_us", status->rtt_us[i]);
        raft_json_add(peers, NULL, row);
    }
    raft_json_add(answer, "peers", peers);
}

static void add_storage(struct raft_json *answer, const struct raft_node_status *status)
{
    struct raft_json *log = raft_json_object();
    add_count(log, "first", status->first);
    add_count(log, "last", status->core.last);
    add_count(log, "last_term", status->core.last_term);
    add_count(log, "durable", status->core.durable);
    add_count(log, "persists_pending", status->persists_pending);
    add_count(log, "tail_bytes", status->tail_bytes);
    raft_json_add_bool(log, "disk_full", status->core.disk_full);
    raft_json_add(answer, "log", log);
    struct raft_json *snapshot = raft_json_object();
    add_count(snapshot, "index", status->core.snapshot.index);
    add_count(snapshot, "term", status->core.snapshot.term);
    add_count(snapshot, "bytes", status->core.snapshot.bytes);
    raft_json_add_bool(snapshot, "taking", status->taking_snapshot);
    add_count(snapshot, "fetched_bytes", status->fetched_bytes);
    raft_json_add(answer, "snapshot", snapshot);
}

static void add_counters(struct raft_json *answer, const struct raft_comms *comms)
{
    struct raft_comms_counters counters;
    struct raft_json *messages = raft_json_object();
    struct raft_json *dropped = raft_json_object();
    struct raft_json *shaped = raft_json_object();
    raft_comms_counters(comms, &counters);
    add_count(messages, "sent", counters.sent);
    add_count(messages, "received", counters.received);
    add_count(messages, "bytes_sent", counters.bytes_sent);
    add_count(messages, "bytes_received", counters.bytes_received);
    for (uint32_t i = 0; i < RAFT_DROP_COUNT; i++) {
        add_count(dropped, raft_drop_name((enum raft_drop)i), counters.dropped[i]);
    }
    raft_json_add(messages, "dropped", dropped);
    for (uint32_t i = 0; i < RAFT_SHAPE_COUNT; i++) {
        add_count(shaped, raft_shape_name((enum raft_shape)i), counters.shaped[i]);
    }
    raft_json_add(messages, "shaped", shaped);
    raft_json_add(answer, "messages", messages);
}

static void add_timers(struct raft_json *answer, const struct raft_server *server,
                       const struct raft_node_status *status)
{
    const struct raft_options *core = &server->options.node.core;
    struct raft_json *timers = raft_json_object();
    add_ms(timers, "election_in_ms", server->now, status->core.election_deadline);
    add_ms(timers, "next_in_ms", server->now, status->core.deadline);
    raft_json_add_number(timers, "election_timeout_ms", (double)core->election_timeout / 1000);
    raft_json_add_number(timers, "heartbeat_interval_ms", (double)core->heartbeat_interval / 1000);
    raft_json_add(answer, "timers", timers);
}

static void add_reads(struct raft_json *answer, const struct raft_server *server,
                      const struct raft_node_status *status)
{
    struct raft_json *reads = raft_json_object();
    raft_json_add_bool(reads, "by_lease", server->options.node.core.lease_reads);
    raft_json_add_bool(reads, "lease", status->core.lease);
    raft_json_add(answer, "reads", reads);
}

static void add_promise(struct raft_json *answer, const struct raft_shm_node *record)
{
    struct raft_json *promised = raft_json_object();
    add_count(promised, "term", record->promised_term);
    add_node(promised, "vote", record->promised_vote);
    add_count(promised, "index", record->promised_index);
    raft_json_add(answer, "promised", promised);
}

/* The handled ones, oldest first. */
static void add_errors(struct raft_json *answer, struct raft_server *server)
{
    struct raft_server_error list[RAFT_ERRORS_KEPT];
    uint32_t count = raft_server_errors(server, false, list);
    struct raft_json *errors = raft_json_array();
    for (uint32_t i = 0; i < count; i++) {
        struct raft_json *error = raft_json_object();
        raft_json_add_string(error, "when", list[i].when);
        raft_json_add_string(error, "kind", raft_server_trouble_name(list[i].trouble));
        raft_json_add_string(error, "text", list[i].text);
        raft_json_add(errors, NULL, error);
    }
    raft_json_add(answer, "errors", errors);
}

struct raft_json *raft_server_answer_inspect(struct raft_server *server)
{
    struct raft_node_status status;
    struct raft_json *answer = raft_control_ok(raft_shm_seq(server->options.shm));
    bool leads;
    raft_node_status(server->node, &status);
    leads = status.core.role == RAFT_ROLE_LEADER;
    add_node(answer, "id", status.core.id);
    add_count(answer, "slot", server->options.slot);
    add_count(answer, "pid", server->publisher.record.pid);
    add_hex(answer, "incarnation", server->options.node.incarnation);
    add_count(answer, "boots", status.boots);
    raft_json_add_string(answer, "state", raft_role_name(status.core.role));
    raft_json_add_string(answer, "substate", raft_substate_name(status.core.substate));
    add_count(answer, "term", status.core.term);
    add_node(answer, "voted_for", status.core.vote);
    add_node(answer, "leader", status.core.leader);
    add_node(answer, "transferee", status.core.transferee);
    add_count(answer, "commit", status.core.commit);
    add_count(answer, "applied", status.applied);
    add_count(answer, "applied_term", status.applied_term);
    add_hex(answer, "digest", status.digest);
    add_count(answer, "votes", status.core.votes);
    add_ms(answer, "heartbeat_age_ms", leads ? 0 : status.core.heard, server->now);
    add_count(answer, "uncommitted_bytes", status.core.uncommitted_bytes);
    add_count(answer, "clients", status.clients);
    add_count(answer, "time_us", server->now);
    add_timers(answer, server, &status);
    add_reads(answer, server, &status);
    raft_json_add(answer, "config", raft_server_render_config(&status.core));
    add_storage(answer, &status);
    add_promise(answer, &server->publisher.record);
    add_peers(answer, &status, server->now);
    add_counters(answer, server->comms);
    add_count(answer, "accepts_failed", raft_server_control_accepts_failed(server->control));
    add_errors(answer, server);
    return answer;
}

struct raft_json *raft_server_answer_snapshot(struct raft_server *server,
                                              const struct raft_json *request, uint64_t seq)
{
    int64_t keep = raft_json_integer(request, "keep", RAFT_NODE_KEEP);
    raft_id self = server->options.node.core.id;
    raft_index index = 0;
    if (keep < 0 || keep > RAFT_NODE_KEEP) {
        return raft_control_error(EXIT_USAGE, "cannot keep %lld entries", (long long)keep);
    }
    enum raft_error error = raft_node_snapshot(server->node, (uint32_t)keep, &index);
    if (error == RAFT_BUSY) {
        return raft_control_error(EXIT_FAILED, "n%u cannot take a snapshot at this moment", self);
    }
    if (index == 0) {
        return raft_control_error(EXIT_FAILED, "n%u has applied nothing yet", self);
    }
    struct raft_json *answer = raft_control_ok(seq);
    add_count(answer, "index", index);
    raft_json_add_bool(answer, "taken", error == RAFT_OK);
    return answer;
}

struct raft_json *raft_server_answer_refused_transfer(enum raft_refusal refusal, raft_id self,
                                                      raft_id to)
{
    const char *why = raft_refusal_text(refusal);
    if (refusal == RAFT_REFUSAL_NOT_LEADER || refusal == RAFT_REFUSAL_NO_LEADER) {
        return raft_control_error(EXIT_NO_LEADER, "n%u cannot hand leadership over: %s", self, why);
    }
    if (refusal == RAFT_REFUSAL_NO_SUCH_PEER) {
        return raft_control_error(EXIT_NOT_FOUND, "n%u cannot hand leadership to n%u: %s", self, to,
                                  why);
    }
    return raft_control_error(EXIT_FAILED, "n%u cannot hand leadership over: %s", self, why);
}

/* The verb and its arguments, and all of it as one line; the key is the first argument. */
static void add_command(struct raft_json *row, const struct raft_app_words *words)
{
    char text[RAFT_APP_WORDS_MAX * TEXT_BYTES_MAX + 8];
    char argument[TEXT_BYTES_MAX];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", words->verb);
    raft_json_add_string(row, "op", words->verb);
    if (words->count == 0) {
        raft_json_add_null(row, "key");
    }
    for (size_t i = 0; i < words->count; i++) {
        raft_text_escape(words->arguments[i], argument, sizeof argument);
        if (i == 0) {
            raft_json_add_string(row, "key", argument);
        }
        used += (size_t)snprintf(text + used, sizeof text - used, " %s", argument);
    }
    raft_json_add_string(row, "text", text);
}

struct raft_json *raft_server_entry_json(const struct raft_entry *entry)
{
    struct raft_json *row = raft_json_object();
    struct raft_app_words words;
    add_count(row, "index", entry->index);
    add_count(row, "term", entry->term);
    raft_json_add_string(row, "type", raft_entry_type_name(entry->type));
    add_count(row, "bytes", entry->bytes);
    if (raft_app_describe(raft_node_command(entry), &words)) {
        add_command(row, &words);
    } else {
        raft_json_add_null(row, "op");
        raft_json_add_null(row, "key");
        raft_json_add_string(row, "text", raft_entry_type_name(entry->type));
    }
    return row;
}

raft_index raft_server_find_index(int64_t wanted, raft_index first, raft_index last)
{
    if (wanted < 0) {
        uint64_t back = (uint64_t) - (wanted + 1);
        return back <= last && last - back > first ? last - back : first;
    }
    return (raft_index)wanted > first ? (raft_index)wanted : first;
}
