/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "comms/comms.h"
#include "comms/datagram.h"
#include "comms/places.h"
#include "comms/udp_socket.h"

enum {
    BATCH = 16 /* datagrams in one recvmmsg */
};

_Static_assert(sizeof(union raft_socket_address) <= sizeof(((struct raft_address *)0)->data),
               "an address holds any socket address");

struct udp_comms {
    struct raft_comms base;
    int fd;
    uint64_t cluster;
    raft_id self;
    uint64_t incarnation;
    const struct raft_serializer *serializer;
    raft_comms_receiver receiver; /* NULL = not started */
    void *receiver_context;
    struct raft_comms_counters counters;
    struct raft_place peers[RAFT_NODES_MAX]; /* self included */
    uint32_t peers_count;
    uint8_t places[RAFT_PLACES_BYTES_MAX];
    struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX];
    uint8_t outgoing[RAFT_DATAGRAM_BYTES_MAX];
    union raft_socket_address sources[BATCH];
    struct iovec vectors[BATCH];
    struct mmsghdr headers[BATCH];
    uint8_t incoming[BATCH][RAFT_DATAGRAM_BYTES_MAX];
};

static void forget_node(struct raft_comms *comms, raft_id id);

static struct udp_comms *cast_comms(struct raft_comms *comms)
{
    return (struct udp_comms *)comms;
}

static const struct raft_place *find_peer(const struct udp_comms *self, raft_id id)
{
    for (uint32_t i = 0; i < self->peers_count; i++) {
        if (self->peers[i].id == id) {
            return &self->peers[i];
        }
    }
    return NULL;
}

static enum raft_error start_comms(struct raft_comms *comms, raft_comms_receiver receiver,
                                   void *context)
{
    struct udp_comms *self = cast_comms(comms);
    if (self->receiver != NULL) {
        return RAFT_EXISTS;
    }
    self->receiver = receiver;
    self->receiver_context = context;
    return RAFT_OK;
}

/* Where a packet goes; false if nowhere. */
static bool find_target(const struct udp_comms *self, const struct raft_packet *packet,
                        const struct raft_address *address, union raft_socket_address *target)
{
    if (packet->to != 0) {
        const struct raft_place *peer = find_peer(self, packet->to);
        if (peer != NULL) {
            *target = peer->address;
        }
        return peer != NULL && peer->id != self->self;
    }
    if (address == NULL || address->bytes == 0 || address->bytes > sizeof(*target)) {
        return false;
    }
    memcpy(target, address->data, address->bytes);
    return true;
}

/* Nothing here waits: a full buffer or a refusal of the kernel is one lost datagram. */
static bool send_bytes(const struct udp_comms *self, size_t bytes,
                       const union raft_socket_address *target)
{
    ssize_t sent;
    do {
        sent = sendto(self->fd, self->outgoing, bytes, MSG_DONTWAIT | MSG_NOSIGNAL, &target->any,
                      raft_endpoint_bytes(target));
    } while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)bytes;
}

/* Who greets is told where the nodes are: to know that is this adapter's part. */
static void add_places(struct udp_comms *self, struct raft_packet *packet)
{
    if (packet->kind == RAFT_PACKET_REPLY && packet->reply.seq == 0 &&
        packet->reply.result.bytes == 0) {
        packet->reply.result = (struct raft_span){
            self->places, raft_places_write(self->peers, self->peers_count, self->places)};
    }
}

/* A packet as the datagram that leaves; 0 if it cannot. */
static size_t prepare(struct udp_comms *self, const struct raft_packet *packet,
                      const struct raft_address *address, union raft_socket_address *target)
{
    struct raft_packet stamped = *packet;
    stamped.from = self->self;
    stamped.incarnation = self->incarnation;
    add_places(self, &stamped);
    if (self->receiver == NULL || !find_target(self, packet, address, target)) {
        return 0;
    }
    return raft_datagram_encode(self->serializer, self->cluster, &stamped, self->outgoing);
}

static void send_prepared(struct udp_comms *self, size_t bytes,
                          const union raft_socket_address *target)
{
    if (bytes == 0 || !send_bytes(self, bytes, target)) {
        self->counters.dropped[RAFT_DROP_SEND]++;
        return;
    }
    self->counters.sent++;
    self->counters.bytes_sent += bytes;
}

static void send_packet(struct raft_comms *comms, const struct raft_packet *packet,
                        const struct raft_address *address)
{
    struct udp_comms *self = cast_comms(comms);
    union raft_socket_address target;
    send_prepared(self, prepare(self, packet, address, &target), &target);
}

static void spoil_packet(struct raft_comms *comms, const struct raft_packet *packet, uint64_t dice)
{
    struct udp_comms *self = cast_comms(comms);
    union raft_socket_address target;
    size_t bytes = prepare(self, packet, NULL, &target);
    if (bytes > 0) {
        raft_datagram_damage(self->outgoing, bytes, (dice >> 8) % (8 * bytes),
                             1 + (dice & UINT8_MAX) % RAFT_DATAGRAM_FLIPS_MAX);
    }
    send_prepared(self, bytes, &target);
}

static enum raft_error introduce_node(struct raft_comms *comms,
                                      const struct raft_endpoint *endpoint)
{
    struct udp_comms *self = cast_comms(comms);
    struct raft_place known = {.id = endpoint->id};
    if (endpoint->id == 0 || endpoint->id == self->self || endpoint->port == 0 ||
        raft_endpoint_parse(endpoint, &known.address) != RAFT_OK ||
        known.address.any.sa_family != self->peers[0].address.any.sa_family) {
        return RAFT_INVALID;
    }
    forget_node(comms, endpoint->id);
    if (self->peers_count == RAFT_NODES_MAX) {
        return RAFT_LIMIT;
    }
    self->peers[self->peers_count++] = known;
    return RAFT_OK;
}

static void forget_node(struct raft_comms *comms, raft_id id)
{
    struct udp_comms *self = cast_comms(comms);
    for (uint32_t i = 0; i < self->peers_count; i++) {
        if (self->peers[i].id == id && id != self->self) {
            self->peers[i] = self->peers[--self->peers_count];
            return;
        }
    }
}

static void copy_counters(const struct raft_comms *comms, struct raft_comms_counters *counters)
{
    *counters = ((const struct udp_comms *)comms)->counters;
}

static void stop_comms(struct raft_comms *comms)
{
    cast_comms(comms)->receiver = NULL;
}

static void destroy_comms(struct raft_comms *comms)
{
    struct udp_comms *self = cast_comms(comms);
    if (self->fd >= 0) {
        close(self->fd); /* a datagram socket has nothing left to lose */
    }
    free(self);
}

static const struct raft_comms_ops udp_ops = {
    .version = RAFT_COMMS_VERSION,
    .start = start_comms,
    .send = send_packet,
    .spoil = spoil_packet,
    .introduce = introduce_node,
    .forget = forget_node,
    .counters = copy_counters,
    .fd = raft_comms_udp_fd,
    .read = raft_comms_udp_read,
    .stop = stop_comms,
    .destroy = destroy_comms,
};

/* A peer speaks from its configured address only; a client (0) from this machine, to a node. */
static bool is_sender_fine(const struct udp_comms *self, const struct raft_datagram_header *header,
                           const union raft_socket_address *source)
{
    if (header->from == 0) {
        return self->self != 0 && raft_endpoint_is_loopback(source);
    }
    const struct raft_place *peer = find_peer(self, header->from);
    return peer != NULL && peer->id != self->self && raft_endpoint_equals(&peer->address, source);
}

/* Clients ask, nodes answer clients and speak protocol to nodes. */
static bool is_type_fine(const struct udp_comms *self, const struct raft_datagram_header *header)
{
    bool is_message = header->type != RAFT_PACKET_REQUEST && header->type != RAFT_PACKET_REPLY;
    if (self->self == 0) {
        return header->type == RAFT_PACKET_REPLY;
    }
    return header->from == 0 ? header->type == RAFT_PACKET_REQUEST : is_message;
}

/* The drop pipeline, cheapest check first; RAFT_DROP_COUNT lets the packet in. */
static enum raft_drop judge_datagram(struct udp_comms *self, struct raft_span datagram,
                                     const union raft_socket_address *source,
                                     struct raft_packet *packet)
{
    struct raft_datagram_header header;
    enum raft_drop drop = raft_datagram_open(datagram, &header);
    if (drop != RAFT_DROP_COUNT) {
        return drop;
    }
    if (header.to != self->self) {
        return RAFT_DROP_RECEIVER;
    }
    if (header.cluster != self->cluster) {
        return RAFT_DROP_CLUSTER;
    }
    if (!is_sender_fine(self, &header, source)) {
        return RAFT_DROP_SENDER;
    }
    if (!is_type_fine(self, &header)) {
        return RAFT_DROP_TYPE;
    }
    return raft_datagram_decode(self->serializer, datagram, &header, packet, self->entries);
}

static void receive_datagram(struct udp_comms *self, uint32_t slot)
{
    const struct mmsghdr *header = &self->headers[slot];
    const union raft_socket_address *source = &self->sources[slot];
    struct raft_span datagram = {.data = self->incoming[slot], .bytes = header->msg_len};
    struct raft_packet packet;
    enum raft_drop drop = header->msg_hdr.msg_flags & MSG_TRUNC
                              ? RAFT_DROP_LONG
                              : judge_datagram(self, datagram, source, &packet);
    if (drop != RAFT_DROP_COUNT) {
        self->counters.dropped[drop]++;
        return;
    }
    struct raft_address from = {.bytes = 0};
    if (packet.from == 0) {
        from.bytes = (uint8_t)raft_endpoint_bytes(source);
        memcpy(from.data, source, from.bytes);
    }
    self->counters.received++;
    self->counters.bytes_received += datagram.bytes;
    self->receiver(self->receiver_context, &packet, &from);
}

/* How many datagrams came; 0 when there is none now. */
static uint32_t fill_batch(struct udp_comms *self, uint32_t wanted)
{
    for (uint32_t i = 0; i < wanted; i++) {
        self->vectors[i] =
            (struct iovec){.iov_base = self->incoming[i], .iov_len = sizeof(self->incoming[i])};
        self->headers[i].msg_hdr = (struct msghdr){
            .msg_name = &self->sources[i],
            .msg_namelen = sizeof(self->sources[i]),
            .msg_iov = &self->vectors[i],
            .msg_iovlen = 1,
        };
    }
    int received;
    do { /* ECONNREFUSED tells of an earlier send, and telling clears it */
        received = recvmmsg(self->fd, self->headers, wanted, MSG_DONTWAIT, NULL);
    } while (received < 0 && (errno == EINTR || errno == ECONNREFUSED));
    return received < 0 ? 0 : (uint32_t)received;
}

bool raft_comms_udp_read(struct raft_comms *comms, uint32_t budget)
{
    struct udp_comms *self = cast_comms(comms);
    while (budget > 0 && self->receiver != NULL) {
        uint32_t wanted = budget < BATCH ? budget : BATCH;
        uint32_t received = fill_batch(self, wanted);
        for (uint32_t i = 0; i < received && self->receiver != NULL; i++) {
            receive_datagram(self, i);
        }
        if (received < wanted) {
            return false;
        }
        budget -= received;
    }
    return self->receiver != NULL;
}

int raft_comms_udp_fd(const struct raft_comms *comms)
{
    ASSERT(comms->ops == &udp_ops);
    return ((const struct udp_comms *)comms)->fd;
}

static enum raft_error take_endpoints(struct udp_comms *self,
                                      const struct raft_comms_udp_options *options, char *message,
                                      size_t message_bytes)
{
    if (options->endpoints_count == 0 || options->endpoints_count > RAFT_NODES_MAX) {
        snprintf(message, message_bytes, "comms: %u endpoints given, 1 to %d can be used",
                 options->endpoints_count, RAFT_NODES_MAX);
        return RAFT_INVALID;
    }
    for (uint32_t i = 0; i < options->endpoints_count; i++) {
        const struct raft_endpoint *endpoint = &options->endpoints[i];
        struct raft_place *peer = &self->peers[i];
        if (endpoint->id == 0 || find_peer(self, endpoint->id) != NULL ||
            raft_endpoint_parse(endpoint, &peer->address) != RAFT_OK) {
            snprintf(message, message_bytes,
                     "comms: endpoint of node %u (%.63s) has no numeric address, or its id is 0 or"
                     " used twice",
                     endpoint->id, endpoint->host);
            return RAFT_INVALID;
        }
        peer->id = endpoint->id;
        self->peers_count++;
    }
    if (self->self != 0 && find_peer(self, self->self) == NULL) {
        snprintf(message, message_bytes, "comms: node %u has no endpoint", self->self);
        return RAFT_INVALID;
    }
    return RAFT_OK;
}

/* A node's own endpoint; for a client any free port of the loopback its cluster is on. */
static union raft_socket_address choose_address(const struct udp_comms *self)
{
    if (self->self != 0) {
        return find_peer(self, self->self)->address;
    }
    union raft_socket_address address = {.any.sa_family = self->peers[0].address.any.sa_family};
    if (address.any.sa_family == AF_INET) {
        address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
        address.v6.sin6_addr = in6addr_loopback;
    }
    return address;
}

static enum raft_error open_socket(struct udp_comms *self, int inherited, char *message,
                                   size_t message_bytes)
{
    union raft_socket_address address = choose_address(self);
    if (inherited == 0) {
        return raft_comms_socket_bind(&address, &self->fd, message, message_bytes);
    }
    enum raft_error error = raft_comms_socket_take(inherited, &address, message, message_bytes);
    self->fd = error == RAFT_OK ? inherited : -1;
    return error;
}

enum raft_error raft_comms_udp_open(const struct raft_comms_udp_options *options,
                                    struct raft_comms **comms, char *message, size_t message_bytes)
{
    *comms = NULL;
    struct udp_comms *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        snprintf(message, message_bytes, "comms: no memory for the socket's buffers");
        return RAFT_MEMORY;
    }
    self->base.ops = &udp_ops;
    self->fd = -1;
    self->cluster = options->cluster;
    self->self = options->self;
    self->incarnation = options->incarnation;
    self->serializer = options->serializer;
    enum raft_error error = take_endpoints(self, options, message, message_bytes);
    if (error == RAFT_OK) {
        error = open_socket(self, options->socket, message, message_bytes);
    }
    if (error != RAFT_OK) {
        destroy_comms(&self->base);
        return error;
    }
    *comms = &self->base;
    return RAFT_OK;
}
