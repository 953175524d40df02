/* SPDX-License-Identifier: MIT */
#include "config_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "cluster/spec_file.h"

static void announce(const struct options *options, const struct raft_spec *spec)
{
    const struct raft_spec_node *self = raft_spec_find(spec, options->id);
    ASSERT(self != NULL);
    (void)fprintf(stderr,
                  "raftnode: %s: n%u of %u, app %s, HTTP at %s:%u, UDP at %s:%u; the paper's Raft: "
                  "no pre-vote, no check-quorum, election timeout %" PRIu64 " to %" PRIu64 " ms\n",
                  options->config, options->id, spec->nodes_count, spec->app, self->http.host,
                  self->http.port, self->endpoint.host, self->endpoint.port,
                  spec->election_timeout / 1000, 2 * spec->election_timeout / 1000);
    if (options->data == NULL) {
        (void)fprintf(stderr, "raftnode: in memory: a restart forgets the log, the term and the "
                              "vote, and may vote twice in a term (--data DIR keeps them)\n");
    }
}

static void print_notices(const char *notices)
{
    while (notices[0] != '\0') {
        size_t bytes = strcspn(notices, "\n");
        (void)fprintf(stderr, "raftnode: %.*s\n", (int)bytes, notices);
        notices += notices[bytes] == '\n' ? bytes + 1 : bytes;
    }
}

enum raft_error read_config(struct options *options, struct raft_spec *spec,
                            struct raft_start_state *start, char *message, size_t message_bytes)
{
    static struct raft_spec_file file; /* large */
    enum raft_error error =
        raft_spec_course(options->config, options->index, &file, message, message_bytes);
    if (error == RAFT_OK) {
        *spec = file.spec;
        *start = file.starts[options->index];
        file.starts[options->index] = (struct raft_start_state){0}; /* It is the caller's now. */
        options->id = spec->nodes[options->index].id;
        start->id = options->id;
        print_notices(file.notices);
        announce(options, spec);
    }
    raft_spec_file_finish(&file);
    return error == RAFT_MALFORMED ? RAFT_INVALID : error;
}
