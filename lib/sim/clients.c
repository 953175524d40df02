/* SPDX-License-Identifier: MIT
 *
 * Clients that write and read without end, one operation at a time each. They send a command again
 * and again, to any node, until it is answered. Unruly ones send it to two nodes at once, stay away
 * for long, or give up: then its outcome is unknown and they go on with the next number.
 *
 * A choice of 0 is a calm one here too: the client rests, or takes its time.
 */
#include <stdlib.h>
#include <string.h>

#include "app/kv.h"
#include "base/assert.h"
#include "base/bytes.h"
#include "sim/internal.h"

enum {
    LONG_PAUSES = 50,
    REST_ODDS = 1024,
    REST_US = 1000 * 1000,
    PAUSE_US = 20 * 1000,
    PAUSE_MIN_US = 1000,
    KEYS = 5,
    SMALL_VALUE_MAX = 64,
    LARGE_VALUE_MAX = 20000,
    MAGNITUDES = 8
};

static uint32_t stream_of(uint32_t number);
static void end_operation(struct raft_sim *sim, struct raft_sim_client *client,
                          enum raft_sim_outcome outcome, const struct raft_reply *reply);
static bool is_unruly(struct raft_sim *sim, const struct raft_sim_client *client);
static void schedule_turn(struct raft_sim *sim, struct raft_sim_client *client, raft_time delay);
static void start_operation(struct raft_sim *sim, struct raft_sim_client *client);
static void roam(struct raft_sim *sim, struct raft_sim_client *client);
static void send_command(struct raft_sim *sim, struct raft_sim_client *client);
static size_t make_command(struct raft_sim *sim, const struct raft_sim_client *client,
                           uint8_t *bytes, size_t bytes_max);
static void make_name(const struct raft_sim_client *client, uint64_t seq, uint8_t name[24]);
static bool is_get(const struct raft_sim_client *client);
static raft_id pick_node(struct raft_sim *sim, uint32_t number);

void raft_sim_trouble(struct raft_sim *sim, const struct raft_sim_trouble *trouble)
{
    ASSERT(sim->clients == NULL);
    sim->trouble = *trouble;
    sim->clients_count = trouble->clients;
    sim->clients = calloc(trouble->clients + 1, sizeof *sim->clients);
    ASSERT(sim->clients != NULL);
    for (uint32_t i = 0; i < trouble->clients; i++) {
        sim->clients[i] = (struct raft_sim_client){.number = i};
        sim->clients[i].command = malloc(RAFT_KV_COMMAND_BYTES_MAX);
        ASSERT(sim->clients[i].command != NULL);
        schedule_turn(sim, &sim->clients[i], raft_sim_draw(sim, stream_of(i), 0, 50 * 1000));
    }
    raft_sim_nemesis_begin(sim);
}

void raft_sim_clients_finish(struct raft_sim *sim)
{
    for (uint32_t i = 0; sim->clients != NULL && i < sim->trouble.clients; i++)
        free(sim->clients[i].command);
    free(sim->clients);
}

/* A client that wakes while they rest looks again after a pause. */
void raft_sim_clients_rest(struct raft_sim *sim, bool rest)
{
    sim->clients_rest = rest;
}

void raft_sim_request(struct raft_sim *sim, raft_id to, uint32_t number,
                      const struct raft_session_name *name, const char *value)
{
    static uint8_t bytes[RAFT_KV_COMMAND_BYTES_MAX];
    struct raft_kv_command command = {
        .op = RAFT_KV_PUT, .key = {"x", 1}, .value = {value, strlen(value)}};
    struct raft_packet packet = {.kind = RAFT_PACKET_REQUEST, .to = to, .id = 1};
    struct raft_address address = {.bytes = sizeof number};
    memcpy(packet.request.client, name->client, sizeof packet.request.client);
    packet.request.seq = name->seq;
    packet.request.known = name->known;
    packet.request.command.data = bytes;
    packet.request.command.bytes = raft_kv_encode(&command, bytes, sizeof bytes);
    memcpy(address.data, &number, sizeof number);
    raft_sim_network_post(sim, &packet, &address);
}

/* Time for the next operation, or to send the open one again. */
void raft_sim_client_wake(struct raft_sim *sim, uint32_t number, uint64_t epoch)
{
    if (number >= sim->clients_count || sim->clients[number].turn != epoch)
        return;
    struct raft_sim_client *client = &sim->clients[number];
    if (!client->told)
        client->target = pick_node(sim, number);
    client->told = false;
    if (client->open && is_unruly(sim, client)) {
        sim->counts.unknown++;
        end_operation(sim, client, RAFT_SIM_UNKNOWN, NULL);
    }
    if (!client->open && sim->clients_rest) {
        raft_sim_schedule(sim, sim->now + PAUSE_US, RAFT_SIM_EVENT_CLIENT, number, client->turn);
        return;
    }
    if (!client->open && raft_sim_below(sim, stream_of(number), REST_ODDS) == 0) {
        schedule_turn(sim, client, REST_US);
        return;
    }
    if (!client->open) {
        start_operation(sim, client);
        roam(sim, client);
    }
    send_command(sim, client);
}

void raft_sim_client_reply(struct raft_sim *sim, uint32_t number, raft_id from,
                           const struct raft_reply *reply)
{
    raft_sim_say(sim, RAFT_SIM_ANSWERS, from, "answers command %llu of c%u: %s, %llu",
                 (unsigned long long)reply->seq, (unsigned)number,
                 raft_reply_status_name(reply->status), (unsigned long long)reply->index);
    if (number >= sim->clients_count || sim->clients[number].seq != reply->seq ||
        !sim->clients[number].open)
        return;
    struct raft_sim_client *client = &sim->clients[number];
    if (reply->index > client->heard)
        client->heard = reply->index;
    if (reply->status == RAFT_REPLY_OK) {
        sim->counts.answered++;
        client->told = true;
        end_operation(sim, client, RAFT_SIM_DONE, reply);
    } else if (reply->status == RAFT_REPLY_EXPIRED) {
        sim->counts.unknown++;
        end_operation(sim, client, RAFT_SIM_UNKNOWN, reply);
    } else {
        sim->counts.refused++;
        client->told = reply->leader != 0 && reply->leader != client->target;
        client->target = client->told ? reply->leader : client->target;
    }
    raft_time pause = sim->trouble.client_pause > 0 ? sim->trouble.client_pause : PAUSE_US;
    if (!client->open && is_unruly(sim, client))
        pause *= LONG_PAUSES;
    raft_time most = pause > PAUSE_MIN_US ? pause - PAUSE_MIN_US : 0;
    schedule_turn(sim, client, pause - raft_sim_draw(sim, stream_of(number), 0, most));
}

static uint32_t stream_of(uint32_t number)
{
    return raft_sim_stream(RAFT_SIM_STREAM_CLIENT, number);
}

/* Tells the watch how an operation ended. */
static void end_operation(struct raft_sim *sim, struct raft_sim_client *client,
                          enum raft_sim_outcome outcome, const struct raft_reply *reply)
{
    uint8_t name[24];
    struct raft_sim_call call = {.client = client->number, .seq = client->seq, .outcome = outcome};
    make_name(client, client->seq, name);
    call.name = raft_sim_watch_name(name, sizeof name);
    call.read = client->read;
    if (outcome == RAFT_SIM_DONE) {
        call.index = reply->index;
        call.result = reply->result;
    }
    client->open = false;
    raft_sim_judge_return(sim, &call);
}

static bool is_unruly(struct raft_sim *sim, const struct raft_sim_client *client)
{
    return raft_sim_chance(sim, stream_of(client->number), sim->trouble.unruly_permille);
}

static void schedule_turn(struct raft_sim *sim, struct raft_sim_client *client, raft_time delay)
{
    client->turn++;
    raft_sim_schedule(sim, sim->now + delay, RAFT_SIM_EVENT_CLIENT, client->number, client->turn);
}

static void start_operation(struct raft_sim *sim, struct raft_sim_client *client)
{
    uint8_t name[24];
    client->seq++;
    client->open = true;
    client->known = client->heard;
    client->command_bytes = make_command(sim, client, client->command, RAFT_KV_COMMAND_BYTES_MAX);
    client->read = is_get(client);
    make_name(client, client->seq, name);
    struct raft_sim_call call = {
        .name = raft_sim_watch_name(name, sizeof name),
        .client = client->number,
        .seq = client->seq,
        .read = client->read,
        .command = {client->command, client->command_bytes},
    };
    raft_sim_judge_call(sim, &call);
}

/* Another leader than the one that answered last may be in office by now, and any node may be
 * asked. */
static void roam(struct raft_sim *sim, struct raft_sim_client *client)
{
    if (raft_sim_chance(sim, stream_of(client->number), sim->trouble.roaming_permille))
        client->target = pick_node(sim, client->number);
}

static void send_command(struct raft_sim *sim, struct raft_sim_client *client)
{
    uint8_t name[24];
    make_name(client, client->seq, name);
    struct raft_packet packet = {
        .kind = RAFT_PACKET_REQUEST,
        .to = client->target,
        .id = client->turn,
        .request = {.seq = client->seq,
                    .known = client->known,
                    .read = client->read ? RAFT_READ_INDEX : RAFT_READ_NOT,
                    .command = {client->command, client->command_bytes}},
    };
    memcpy(packet.request.client, name, sizeof packet.request.client);
    struct raft_address address = {.bytes = sizeof client->number};
    memcpy(address.data, &client->number, sizeof client->number);
    raft_sim_network_post(sim, &packet, &address);
    if (is_unruly(sim, client)) {
        packet.to = pick_node(sim, client->number);
        raft_sim_network_post(sim, &packet, &address);
    }
    schedule_turn(sim, client, sim->trouble.client_timeout);
}

/* Gets go by read index, two in three; the others go through the log, where they may as well. */
static bool is_get(const struct raft_sim_client *client)
{
    return client->command[0] == RAFT_KV_GET && client->seq % 3 != 0;
}

/* Every written value is unique; one write in sixteen is large, of each magnitude as often. */
static size_t make_command(struct raft_sim *sim, const struct raft_sim_client *client,
                           uint8_t *bytes, size_t bytes_max)
{
    static uint8_t value[LARGE_VALUE_MAX];
    uint32_t stream = stream_of(client->number);
    uint8_t key = (uint8_t)('a' + raft_sim_below(sim, stream, KEYS));
    uint64_t kind = raft_sim_below(sim, stream, 16);
    struct raft_kv_command command = {.op = RAFT_KV_PUT, .key = {&key, 1}};
    size_t length = SMALL_VALUE_MAX;
    if (raft_sim_chance(sim, stream, sim->trouble.reads_permille))
        kind = 15;
    if (kind == 11)
        length = LARGE_VALUE_MAX >> raft_sim_below(sim, stream, MAGNITUDES);
    make_name(client, client->seq, value);
    command.value.data = value;
    command.value.bytes = 24 + (size_t)raft_sim_below(sim, stream, length - 24);
    if (kind >= 12) {
        command.op = kind == 12 ? RAFT_KV_DEL : RAFT_KV_GET;
        command.value.bytes = 0;
    }
    return raft_kv_encode(&command, bytes, bytes_max);
}

/* As the node stores it in front of the command. */
static void make_name(const struct raft_sim_client *client, uint64_t seq, uint8_t name[24])
{
    static const uint8_t prefix[6] = {'c', 'l', 'i', 'e', 'n', 't'};
    memset(name, 0, 24);
    memcpy(name, prefix, sizeof prefix);
    name[8] = (uint8_t)client->number;
    (void)raft_bytes_put(name + 16, seq, 8);
}

static raft_id pick_node(struct raft_sim *sim, uint32_t number)
{
    return (raft_id)(1 + raft_sim_below(sim, stream_of(number), sim->born));
}
