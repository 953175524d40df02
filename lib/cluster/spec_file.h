/* SPDX-License-Identifier: MIT
 *
 * A cluster as a person describes it: a cluster file (clusters/NAME.yaml, raftctl.yaml, the same as
 * JSON) or the config.json of the course's message queue. clusters/README.md is the format.
 *
 * Two tables of field names, one checker: both kinds of file fill the same struct, and every error
 * names the file, the line, the field, what was expected and what stood there. What a cluster file
 * does not say is 0 in the spec (a port then is drawn) and not in `given`; its nodes are numbered
 * from 1 in the order of the file unless they have ids. In a cluster file an unknown field is
 * refused; in a config.json, which others define, it is ignored with a notice.
 *
 * config.json says it all: addresses, and with them the paper's Raft (no pre-vote, no check-quorum)
 * with its timing, the queue as app, and an id for the cluster that is a hash of all ip, port and
 * internal_port. Node i of the file has the id i + 1.
 *
 * What stands in starts keeps the promises of start_state.h. Finish a file with
 * raft_spec_file_finish, also after an error.
 */
#ifndef RAFT_CLUSTER_SPEC_FILE_H
#define RAFT_CLUSTER_SPEC_FILE_H

#include "cluster/spec.h"
#include "cluster/start_state.h"

/* What a file says of the cluster as a whole. */
enum raft_spec_given {
    RAFT_SPEC_GIVEN_NAME = 1 << 0,
    RAFT_SPEC_GIVEN_APP = 1 << 1,
    RAFT_SPEC_GIVEN_TIMING = 1 << 2,
    RAFT_SPEC_GIVEN_SEED = 1 << 3,
    RAFT_SPEC_GIVEN_RESTART = 1 << 4,
    RAFT_SPEC_GIVEN_PRE_VOTE = 1 << 5,
    RAFT_SPEC_GIVEN_CHECK_QUORUM = 1 << 6,
    RAFT_SPEC_GIVEN_TOKEN = 1 << 7,
    RAFT_SPEC_GIVEN_COUNT = 1 << 8, /* nodes: 5 */
    RAFT_SPEC_GIVEN_NODES = 1 << 9, /* nodes: a list of them, or addresses */
    RAFT_SPEC_GIVEN_LEASE_READS = 1 << 10,
    RAFT_SPEC_GIVEN_SNAPSHOT_EVERY = 1 << 11,
    RAFT_SPEC_GIVEN_FAULTS = 1 << 12,
};

enum { RAFT_SPEC_NOTICES_BYTES = 2048, RAFT_SPEC_FILE_BYTES = 256 };

struct raft_spec_file {
    struct raft_spec spec;                          /* nodes whose port is 0 get one drawn */
    uint32_t given;                                 /* of enum raft_spec_given */
    bool is_course;                                 /* it is a config.json */
    bool has_starts;                                /* some node begins somewhere */
    uint64_t without_http;                          /* bit i: spec.nodes[i] shall serve none */
    struct raft_start_state starts[RAFT_NODES_MAX]; /* of spec.nodes[i] */
    char notices[RAFT_SPEC_NOTICES_BYTES];          /* lines, each ended by a newline */
};

/* Reads a cluster file, or a config.json, which is known by its addresses. On an error message is
 * the complaint, and the error RAFT_NOT_FOUND, RAFT_PERMISSION, RAFT_TOO_LARGE, RAFT_MALFORMED (no
 * YAML or JSON) or RAFT_INVALID. */
enum raft_error raft_spec_load(const char *path, struct raft_spec_file *file, char *message,
                               size_t message_bytes) RAFT_MUST_USE;

/* Reads a config.json for its node number index (from 0), which must exist: it is spec.nodes[index]
 * and starts[index]. Nothing in it is left to be drawn. */
enum raft_error raft_spec_course(const char *path, uint32_t index, struct raft_spec_file *file,
                                 char *message, size_t message_bytes) RAFT_MUST_USE;

void raft_spec_file_finish(struct raft_spec_file *file);

/* A digest of all that a file says; equal files, in whatever words and format, have equal ones.
 * Never 0. A cluster that was made of a file keeps it (spec.file). */
uint64_t raft_spec_file_digest(const struct raft_spec_file *file);

/* The first thing in which a stored cluster is not what a file says; false if there is none. The
 * text reads "3 nodes, not 5". A cluster that was made of this very file never differs, whatever
 * has become of its members. */
bool raft_spec_file_differs(const struct raft_spec_file *file, const struct raft_spec *stored,
                            char *text, size_t bytes);

#endif
