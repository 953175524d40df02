/* SPDX-License-Identifier: MIT
 *
 * What a cluster is: its own file, cluster.json in the data directory.
 *
 * Made by the first `up` (ports chosen free then, kept for ever), read by the supervisor, the nodes
 * and the client commands; from then on the supervisor alone writes it, as nodes come and go: it
 * follows the committed membership. Written whole to a temporary file, synced, renamed. What a
 * person writes (clusters/NAME.yaml, config.json) fills the same struct: spec_file.h. The layout is
 * published in the file's "schema": "raftctl.cluster/1".
 */
#ifndef RAFT_CLUSTER_SPEC_H
#define RAFT_CLUSTER_SPEC_H

#include "base/error.h"
#include "comms/comms.h"
#include "faults/link.h"
#include "raft/raft.h"

/* What a node is to the cluster, as of the newest committed configuration that was seen. */
#define RAFT_SPEC_MEMBERS(X)                                                                       \
    X(VOTER, "voter")                                                                              \
    X(LEARNER, "learner")                                                                          \
    X(JOINING, "joining") /* a learner that shall become a voter */                                \
    X(NEW, "new")         /* has a place and a process; in no committed configuration yet */       \
    X(GONE, "gone")       /* removed: it must not run again; its place is about to be free */

enum raft_spec_member {
#define X(name, text) RAFT_SPEC_##name,
    RAFT_SPEC_MEMBERS(X)
#undef X
        RAFT_SPEC_MEMBER_KINDS
};

enum { RAFT_SPEC_NODE_NAME_MAX = 15 };

struct raft_spec_node {
    raft_id id;
    uint32_t slot;
    enum raft_spec_member member;
    struct raft_endpoint endpoint;          /* UDP */
    struct raft_endpoint http;              /* TCP; port 0 = it serves no HTTP */
    char name[RAFT_SPEC_NODE_NAME_MAX + 1]; /* a second word for n1; "" = none */
};

enum { RAFT_HTTP_TOKEN_MAX = 64 };
enum { RAFT_SPEC_SNAPSHOT_DEFAULT = 8192, RAFT_SPEC_SNAPSHOT_MAX = 1000000000 }; /* entries */
#define RAFT_TIMING_CUSTOM "custom" /* the timing that has no name: both values were given */

/* Links that are bad whenever the cluster starts (spec_faults.h). */
enum { RAFT_SPEC_FAULTS_MAX = 16, RAFT_SPEC_LINKS_BYTES = 64 };
struct raft_spec_fault {
    char links[RAFT_SPEC_LINKS_BYTES]; /* "*", "n1>n2", "n2", "n1,n2-n3" */
    struct raft_link link;
};

struct raft_spec {
    char name[64];
    uint64_t cluster; /* id: random, made once; foreign stores and datagrams are refused by it */
    uint64_t seed;
    char app[16];
    char timing[16];
    raft_time election_timeout;
    raft_time heartbeat_interval;
    bool restart_crash; /* `up --restart crash` */
    bool pre_vote;      /* the core's switches; both true unless a file says no */
    bool check_quorum;
    bool lease_reads;        /* `up --lease-reads`: wants check_quorum */
    uint32_t snapshot_every; /* applied entries between two snapshots; 0 = default (8192) */
    char http_token[RAFT_HTTP_TOKEN_MAX + 1]; /* "" = none: then HTTP stays on the loopback */
    uint64_t file;                            /* digest of the file it was made as; 0 = of none */
    raft_id next_id;                          /* ids are never reused */
    raft_id founders[RAFT_NODES_MAX]; /* the configuration at index 0, for ever; ascending */
    uint32_t founders_count;
    raft_index members_index; /* of the configuration that the nodes' members are as of */
    uint32_t nodes_count;
    struct raft_spec_node nodes[RAFT_NODES_MAX];
    uint32_t faults_count;
    struct raft_spec_fault faults[RAFT_SPEC_FAULTS_MAX];
};

/* The three timings: fast 150/15, lan 500/50, wan 2000/200 ms. False if no such name. */
bool raft_spec_timing(const char *name, raft_time *election_timeout, raft_time *heartbeat_interval);

enum raft_error raft_spec_read(const char *path, struct raft_spec *spec, char *message,
                               size_t message_bytes) RAFT_MUST_USE;
enum raft_error raft_spec_write(const char *path, const struct raft_spec *spec, char *message,
                                size_t message_bytes) RAFT_MUST_USE;

/* The one validator: names, ids, slots, ports, hosts, timing. */
enum raft_error raft_spec_check(const struct raft_spec *spec, char *message,
                                size_t message_bytes) RAFT_MUST_USE;

/* What the first `up` decides. What is 0 or NULL is as the file says, else as it is by default. */
struct raft_spec_file;
struct raft_spec_options {
    const char *name;
    const struct raft_spec_file *file; /* NULL = none; then nodes must be said */
    uint32_t nodes;                    /* 1..RAFT_NODES_MAX */
    const char *app;                   /* one of app/apps.h */
    const char *timing;                /* "fast", "lan", "wan" */
    uint64_t seed;                     /* 0 = the file's, else drawn */
    uint16_t base_port; /* n1 gets it, n2 the next ..; 0 = free ports chosen now; HTTP has the same
                           numbers as UDP */
    bool restart_crash; /* decides, whatever the file says */
    bool lease_reads;   /* false = as the file says, else no */
    uint32_t snapshot_every;           /* 0 = as the file says, else the default */
    struct raft_spec_sockets *sockets; /* NULL = ports are free just now */
};

/* Bound sockets (hold.h): the caller's from then on, so that nobody takes a port before the
 * supervisor has it. */
enum { RAFT_SPEC_SOCKETS_MAX = 2 * RAFT_NODES_MAX };
struct raft_spec_sockets {
    uint32_t count;
    int fds[RAFT_SPEC_SOCKETS_MAX];
};
void raft_spec_sockets_close(struct raft_spec_sockets *sockets);

/* Makes the spec of a new cluster: nodes as the file lists them, else ids 1..N in slots 0..N-1 on
 * 127.0.0.1; a random cluster id, free ports. On an error no socket is left open. message names a
 * base port that is taken. */
enum raft_error raft_spec_make(const struct raft_spec_options *options, struct raft_spec *spec,
                               char *message, size_t message_bytes) RAFT_MUST_USE;

/* The same without ports: what is given has them, the others have 0; nothing is bound, and nothing
 * checked that needs them. */
enum raft_error raft_spec_fill(const struct raft_spec_options *options, struct raft_spec *spec,
                               char *message, size_t message_bytes) RAFT_MUST_USE;

/* Gives every node the ports that it has not: a UDP port, and for HTTP, unless bit i of
 * without_http is set for node i, the same number. Then checks the spec. Used by raft_spec_make,
 * and for what a file says. */
struct raft_spec_ports {
    uint16_t base_port;
    uint64_t without_http;
    struct raft_spec_sockets *sockets;
};
enum raft_error raft_spec_complete(struct raft_spec *spec, const struct raft_spec_ports *ports,
                                   char *message, size_t message_bytes) RAFT_MUST_USE;

/* Makes room for one more node: the next id, a free slot, free ports, whose sockets are added to
 * sockets; it is NEW. RAFT_LIMIT: there is none, message says why. */
enum raft_error raft_spec_add(struct raft_spec *spec, raft_id *id,
                              struct raft_spec_sockets *sockets, char *message,
                              size_t message_bytes) RAFT_MUST_USE;

/* Takes a node out; its slot and port are free again. */
void raft_spec_remove(struct raft_spec *spec, raft_id id);

/* What snapshot_every means. */
static inline uint32_t raft_spec_snapshot_every(const struct raft_spec *spec)
{
    return spec->snapshot_every != 0 ? spec->snapshot_every : RAFT_SPEC_SNAPSHOT_DEFAULT;
}

bool raft_spec_is_founder(const struct raft_spec *spec, raft_id id);
const char *raft_spec_member_name(enum raft_spec_member member);

/* NULL if no such node. */
const struct raft_spec_node *raft_spec_find(const struct raft_spec *spec, raft_id id);
const struct raft_spec_node *raft_spec_find_name(const struct raft_spec *spec, const char *name);

/* Can a node be called so? A letter, then letters, digits or '_': neither '-' nor ',', which
 * separate nodes; and nothing that means something else where a node is named: n1, f1, leader. */
#define RAFT_SPEC_NODE_NAME_RULE                                                                   \
    "a name of 1 to 15 letters, digits or '_' that begins with a letter and is no target "         \
    "(leader, "                                                                                    \
    "all, n1, ..)"
bool raft_spec_is_node_name(const char *text);

#endif
