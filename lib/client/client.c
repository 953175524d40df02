/* SPDX-License-Identifier: MIT */
#include "client/client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client/members.h"
#include "comms/datagram.h"

enum {
    PACE_FIRST_MS = 10, /* the pause after every node was asked once; doubles */
    PACE_MOST_MS = 100,
    PATIENCE_FIRST_MS = 250, /* silence after which another node is asked; doubles */
    PATIENCE_MOST_MS = 2000,
    ASK_MS = 250, /* so long a client trusts what it knows of where the nodes are */
    LEAST_MS = 50 /* a refused command is not sent again with less time left for an answer */
};

struct raft_client {
    uint64_t cluster;
    uint8_t identity[16];
    uint64_t seq;
    raft_index known;     /* newest committed index that a node told */
    uint64_t datagram_id; /* of the last datagram sent */
    uint32_t leader;      /* place of who last led; at first 0 */
    bool is_curious;      /* somebody has gone or is not known: ask where the nodes are */
    uint64_t asked_ms;    /* when that was asked last */
    struct raft_client_members members;
    const struct raft_serializer *serializer;
    struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX];
    uint8_t outgoing[RAFT_DATAGRAM_BYTES_MAX];
    uint8_t incoming[RAFT_DATAGRAM_BYTES_MAX];
};

/* What became of one datagram. */
enum attempt {
    ATTEMPT_ANSWERED,
    ATTEMPT_CLOSED, /* the node certainly has not received it */
    ATTEMPT_SILENT  /* the patience is over */
};

/* One call under way. */
struct call {
    struct raft_span command;
    enum raft_read_kind read;
    uint64_t seq;     /* 0 = only asks for an index */
    raft_index known; /* the same in every copy */
    uint64_t deadline_ms;
    uint32_t target;      /* place in members */
    uint32_t asked;       /* datagrams since the last pause */
    uint32_t pace_ms;     /* length of the next pause */
    uint32_t patience_ms; /* with the next silence */
    int least_ms;         /* time left that a further attempt needs */
    bool is_single;       /* ask one node only */
    bool is_refused;      /* some node answered with a refusal; status is set */
    bool is_open;         /* some node may have taken it */
    uint32_t from;        /* place of who gave the reply */
    struct raft_reply reply;
};

static uint64_t read_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int count_left_ms(uint64_t end_ms)
{
    uint64_t now = read_clock_ms();
    return now >= end_ms ? 0 : (int)(end_ms - now);
}

static uint32_t find_member(const struct raft_client *client, raft_id id)
{
    return raft_client_members_find(&client->members, id);
}

/* False if the datagram certainly did not arrive. */
static bool send_request(struct raft_client *client, const struct call *call)
{
    const struct raft_client_member *member = &client->members.list[call->target];
    struct raft_packet packet = {
        .kind = RAFT_PACKET_REQUEST,
        .to = member->id,
        .id = ++client->datagram_id,
        .request = {.seq = call->seq,
                    .known = call->known,
                    .read = call->read,
                    .command = call->command},
    };
    int stale;
    socklen_t bytes_stale = sizeof(stale);
    ssize_t sent;
    memcpy(packet.request.client, client->identity, sizeof(client->identity));
    size_t bytes =
        raft_datagram_encode(client->serializer, client->cluster, &packet, client->outgoing);
    /* Reading the socket's error clears what an earlier datagram left there. */
    (void)getsockopt(member->fd, SOL_SOCKET, SO_ERROR, &stale, &bytes_stale);
    do {
        sent = send(member->fd, client->outgoing, bytes, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return bytes > 0 && sent == (ssize_t)bytes;
}

/* Is this a reply to the call that counts? A result does whenever and from wherever it comes, a
 * refusal only if it is that of the datagram sent last. The reply to a greeting also says where the
 * nodes are. */
static bool accept_reply(struct raft_client *client, uint32_t place, size_t bytes,
                         struct call *call)
{
    raft_id from = client->members.list[place].id;
    struct raft_span datagram = {.data = client->incoming, .bytes = bytes};
    struct raft_datagram_header header;
    struct raft_packet packet;
    if (raft_datagram_open(datagram, &header) != RAFT_DROP_COUNT ||
        header.cluster != client->cluster || header.from != from || header.to != 0 ||
        header.type != RAFT_PACKET_REPLY || header.id == 0 || header.id > client->datagram_id ||
        raft_datagram_decode(client->serializer, datagram, &header, &packet, client->entries) !=
            RAFT_DROP_COUNT) {
        return false;
    }
    const struct raft_reply *reply = &packet.reply;
    if (memcmp(reply->client, client->identity, sizeof(client->identity)) != 0) {
        return false;
    }
    if (reply->seq == 0) {
        raft_client_members_learn(&client->members, place, reply->result);
    }
    if (reply->seq != call->seq) {
        return false;
    }
    bool is_final = reply->status == RAFT_REPLY_OK || reply->status == RAFT_REPLY_EXPIRED;
    if (reply->index > client->known) {
        client->known = reply->index;
    }
    call->reply = *reply;
    call->from = place;
    return is_final || header.id == client->datagram_id;
}

/* Reads what one member sent, if anything. */
static enum attempt read_member(struct raft_client *client, struct call *call, uint32_t place)
{
    const struct raft_client_member *member = &client->members.list[place];
    ssize_t bytes = recv(member->fd, client->incoming, sizeof(client->incoming), MSG_DONTWAIT);
    if (bytes < 0 && errno == ECONNREFUSED && place == call->target) {
        return ATTEMPT_CLOSED;
    }
    if (bytes >= 0 && accept_reply(client, place, (size_t)bytes, call)) {
        return ATTEMPT_ANSWERED;
    }
    return ATTEMPT_SILENT;
}

/* Waits for any member to say something; false if none did. */
static bool poll_members(const struct raft_client *client, struct pollfd *watched, int left_ms)
{
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        bool is_one = i < client->members.count;
        watched[i] =
            (struct pollfd){.fd = is_one ? client->members.list[i].fd : -1, .events = POLLIN};
    }
    return poll(watched, client->members.count, left_ms) > 0;
}

/* Waits on all members, for as long as the patience goes; they may become more meanwhile. */
static enum attempt await_reply(struct raft_client *client, struct call *call)
{
    struct pollfd watched[RAFT_NODES_MAX];
    uint64_t end_ms = read_clock_ms() + call->patience_ms;
    end_ms = end_ms < call->deadline_ms ? end_ms : call->deadline_ms;
    for (int left_ms = count_left_ms(end_ms); left_ms > 0; left_ms = count_left_ms(end_ms)) {
        if (!poll_members(client, watched, left_ms)) {
            continue; /* EINTR or the end: the clock decides */
        }
        for (uint32_t i = 0; i < client->members.count; i++) {
            enum attempt attempt =
                watched[i].revents != 0 ? read_member(client, call, i) : ATTEMPT_SILENT;
            if (attempt != ATTEMPT_SILENT) {
                return attempt;
            }
        }
    }
    call->patience_ms =
        call->patience_ms * 2 < PATIENCE_MOST_MS ? call->patience_ms * 2 : PATIENCE_MOST_MS;
    return ATTEMPT_SILENT;
}

/* Lets some time pass; true if a result came meanwhile. */
static bool pause_call(struct raft_client *client, struct call *call)
{
    uint32_t patience_ms = call->patience_ms;
    uint32_t target = call->target;
    call->patience_ms = call->pace_ms;
    call->target = RAFT_NODES_MAX; /* nobody's closed port ends it */
    bool is_answered = await_reply(client, call) == ATTEMPT_ANSWERED;
    call->patience_ms = patience_ms;
    call->target = target;
    call->asked = 0;
    call->pace_ms = call->pace_ms * 2 < PACE_MOST_MS ? call->pace_ms * 2 : PACE_MOST_MS;
    return is_answered;
}

/* After a refusal, a closed port or silence, chooses whom to ask next. */
static void choose_target(const struct raft_client *client, struct call *call, bool was_answered)
{
    enum raft_reply_status status = call->reply.status;
    uint32_t leader = client->members.count;
    if (was_answered) {
        leader = find_member(client, call->reply.leader);
        if (status == RAFT_REPLY_BUSY || status == RAFT_REPLY_DISK_FULL) {
            leader = call->from; /* it leads and cannot take more now */
            call->asked = client->members.count;
        }
    }
    if (leader < client->members.count) {
        call->target = leader;
    } else if (client->members.count > 0) {
        call->target = (call->target + 1) % client->members.count;
    }
}

static void explain(struct raft_client_answer *answer, enum raft_client_outcome outcome,
                    const char *why)
{
    answer->outcome = outcome;
    snprintf(answer->why, sizeof(answer->why), "%s", why);
}

/* The time is over. */
static void explain_end(const struct call *call, struct raft_client_answer *answer)
{
    enum raft_reply_status status = answer->status;
    if (call->is_open) {
        explain(answer, RAFT_CLIENT_UNKNOWN, "no answer in time");
    } else if (!call->is_refused) {
        explain(answer, RAFT_CLIENT_NO_LEADER, "no node was there to take the command");
    } else if (status == RAFT_REPLY_NO_LEADER ||
               (status == RAFT_REPLY_NOT_LEADER && !call->is_single)) {
        explain(answer, RAFT_CLIENT_NO_LEADER, "no leader took the command");
    } else {
        snprintf(answer->why, sizeof(answer->why), "node n%u refused the command: %s", answer->node,
                 raft_reply_status_name(status));
        answer->outcome = RAFT_CLIENT_REFUSED;
    }
}

/* Nobody who leads told an index, and the command was not sent. */
static void explain_greeting(struct call *call, struct raft_client_answer *answer)
{
    bool is_silent = call->is_open && !call->is_refused;
    call->is_open = false;
    explain_end(call, answer);
    if (is_silent) {
        explain(answer, RAFT_CLIENT_NO_LEADER, "no node answered, and the command was not sent");
    }
}

/* Takes over what a node said; true if that ends the call. */
static bool judge_reply(struct raft_client *client, struct call *call,
                        struct raft_client_answer *answer)
{
    const struct raft_reply *reply = &call->reply;
    uint32_t leader = find_member(client, reply->leader);
    answer->node = client->members.list[call->from].id;
    answer->status = reply->status;
    switch (reply->status) {
    case RAFT_REPLY_OK:
        client->leader = leader < client->members.count ? leader : client->leader;
        answer->outcome = RAFT_CLIENT_OK;
        answer->index = reply->index;
        answer->term = reply->term;
        answer->result = reply->result;
        return true;
    case RAFT_REPLY_EXPIRED:
        explain(answer, RAFT_CLIENT_UNKNOWN, "the cluster has forgotten this client meanwhile");
        return true;
    case RAFT_REPLY_TOO_LARGE:
        explain(answer, RAFT_CLIENT_REFUSED, "the command is too large");
        return true;
    case RAFT_REPLY_UNKNOWN:
        call->is_open = true;
        return false;
    case RAFT_REPLY_NOT_LEADER:
    case RAFT_REPLY_NO_LEADER:
    case RAFT_REPLY_BUSY:
    case RAFT_REPLY_DISK_FULL:
    case RAFT_REPLY_TRANSFERRING:
        call->is_refused = true;
        return false;
    }
    return false;
}

/* Asks the target where the nodes are, without waiting: its reply is read when it comes. */
static void ask_places(struct raft_client *client, const struct call *call)
{
    struct call greeting = {.target = call->target};
    client->is_curious = false;
    client->asked_ms = read_clock_ms();
    (void)send_request(client, &greeting); /* the next call asks again */
}

/* Sends the command once more; true if that ends the call. A refusal of the only node that may be
 * asked does, and its closed port. */
static bool try_once(struct raft_client *client, struct call *call,
                     struct raft_client_answer *answer)
{
    if (client->is_curious || read_clock_ms() - client->asked_ms > ASK_MS) {
        ask_places(client, call);
    }
    enum attempt attempt = send_request(client, call) ? await_reply(client, call) : ATTEMPT_CLOSED;
    if (attempt == ATTEMPT_ANSWERED && judge_reply(client, call, answer)) {
        return true;
    }
    call->is_open = call->is_open || attempt == ATTEMPT_SILENT;
    if (call->is_single) {
        return attempt != ATTEMPT_SILENT;
    }
    call->asked++;
    client->is_curious = attempt != ATTEMPT_ANSWERED ||
                         (call->reply.leader != 0 &&
                          find_member(client, call->reply.leader) == client->members.count);
    choose_target(client, call, attempt == ATTEMPT_ANSWERED);
    return call->asked >= client->members.count && pause_call(client, call) &&
           judge_reply(client, call, answer);
}

/* The outcome stays "no leader" until something is known or the time is over. */
static void run_call(struct raft_client *client, struct call *call,
                     struct raft_client_answer *answer)
{
    bool is_done = false;
    *answer = (struct raft_client_answer){.outcome = RAFT_CLIENT_NO_LEADER,
                                          .status = RAFT_REPLY_NO_LEADER};
    do {
        is_done = try_once(client, call, answer);
    } while (!is_done && count_left_ms(call->deadline_ms) > call->least_ms);
    if (answer->outcome == RAFT_CLIENT_NO_LEADER) {
        explain_end(call, answer);
    }
}

/* False, and explained, if there is nothing to send or nobody to send it to. */
static bool begin_call(const struct raft_client *client, struct call *call,
                       const struct raft_client_target *target, struct raft_client_answer *answer)
{
    uint32_t timeout_ms = target->timeout_ms;
    uint32_t place = find_member(client, target->only != 0 ? target->only : target->hint);
    *answer = (struct raft_client_answer){.status = RAFT_REPLY_NO_LEADER};
    call->deadline_ms = read_clock_ms() + timeout_ms;
    call->pace_ms = PACE_FIRST_MS;
    call->patience_ms = PATIENCE_FIRST_MS;
    call->least_ms = timeout_ms / 4 < LEAST_MS ? (int)(timeout_ms / 4) : LEAST_MS;
    call->is_single = target->only != 0;
    call->target = place < client->members.count ? place : client->leader;
    if (call->command.bytes > RAFT_COMMAND_BYTES_MAX) {
        answer->status = RAFT_REPLY_TOO_LARGE;
        explain(answer, RAFT_CLIENT_REFUSED, "the command is too large");
        return false;
    }
    if (target->only != 0 && place == client->members.count) {
        explain(answer, RAFT_CLIENT_NO_LEADER, "the asked node is no member of the cluster");
        return false;
    }
    return true;
}

void raft_client_call(struct raft_client *client, struct raft_span command, raft_id hint,
                      raft_id only, uint32_t timeout_ms, struct raft_client_answer *answer)
{
    struct raft_client_target target = {.hint = hint, .only = only, .timeout_ms = timeout_ms};
    struct call call = {.command = command};
    if (!begin_call(client, &call, &target, answer)) {
        return;
    }
    if (client->known == 0) {
        struct call greeting = call;
        greeting.command = (struct raft_span){0};
        run_call(client, &greeting, answer);
        if (answer->outcome != RAFT_CLIENT_OK) {
            explain_greeting(&greeting, answer);
            return;
        }
        call.target = greeting.from;
    }
    call.seq = client->seq++;
    call.known = client->known;
    run_call(client, &call, answer);
}

void raft_client_read(struct raft_client *client, struct raft_span command,
                      enum raft_read_kind kind, const struct raft_client_target *target,
                      struct raft_client_answer *answer)
{
    struct call call = {.command = command, .read = kind};
    if (!begin_call(client, &call, target, answer)) {
        return;
    }
    call.seq = client->seq++;
    run_call(client, &call, answer);
    if (answer->outcome == RAFT_CLIENT_UNKNOWN) {
        explain(answer, RAFT_CLIENT_NO_LEADER, "no answer in time");
    }
}

enum raft_error raft_client_open(const struct raft_client_options *options,
                                 struct raft_client **client, char *message, size_t message_bytes)
{
    struct raft_client *made = calloc(1, sizeof(*made));
    *client = made;
    if (made == NULL) {
        snprintf(message, message_bytes, "client: out of memory");
        return RAFT_MEMORY;
    }
    made->cluster = options->cluster;
    made->seq = options->seq;
    made->known = options->known;
    made->serializer = options->serializer;
    memcpy(made->identity, options->client, sizeof(made->identity));
    made->asked_ms = read_clock_ms();
    enum raft_error error = raft_client_members_open(
        &made->members, options->endpoints, options->endpoints_count, message, message_bytes);
    if (error != RAFT_OK) {
        raft_client_close(client);
    }
    return error;
}

void raft_client_close(struct raft_client **client)
{
    if (*client == NULL) {
        return;
    }
    raft_client_members_close(&(*client)->members);
    free(*client);
    *client = NULL;
}
