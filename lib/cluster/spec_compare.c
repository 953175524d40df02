/* SPDX-License-Identifier: MIT
 *
 * A file and a cluster that is there already: is it the same?
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "cluster/spec_faults.h"
#include "cluster/spec_file.h"
#include "comms/endpoint.h"

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return raft_hash_bytes(hash, text, strlen(text) + 1);
}

static uint64_t hash_endpoint(uint64_t hash, const struct raft_endpoint *endpoint)
{
    return raft_hash_u64(hash_text(hash, endpoint->host), endpoint->port);
}

static uint64_t hash_start(uint64_t hash, const struct raft_start_state *start)
{
    hash = raft_hash_u64(hash, start->role);
    hash = raft_hash_u64(hash, start->term);
    hash = raft_hash_u64(hash, start->voted_for);
    hash = raft_hash_u64(hash, start->peers_count);
    for (uint32_t i = 0; i < start->peers_count; i++) {
        hash = raft_hash_u64(hash, start->peers[i].id);
        hash = raft_hash_u64(hash, start->peers[i].next);
        hash = raft_hash_u64(hash, start->peers[i].match);
    }
    hash = raft_hash_u64(hash, start->entries_count);
    for (size_t i = 0; i < start->entries_count; i++) {
        hash = raft_hash_u64(hash, start->entries[i].term);
        hash = raft_hash_u64(hash, start->entries[i].bytes);
        hash = raft_hash_bytes(hash, start->entries[i].command, start->entries[i].bytes);
    }
    return hash;
}

uint64_t raft_spec_file_digest(const struct raft_spec_file *file)
{
    const struct raft_spec *spec = &file->spec;
    uint64_t hash = raft_hash_u64(RAFT_HASH_SEED, file->given);

    hash = hash_text(hash, spec->name);
    hash = hash_text(hash, spec->app);
    hash = hash_text(hash, spec->timing);
    hash = hash_text(hash, spec->http_token);
    hash = raft_hash_u64(hash, spec->election_timeout);
    hash = raft_hash_u64(hash, spec->heartbeat_interval);
    hash = raft_hash_u64(hash, spec->seed);
    hash = raft_hash_u64(hash, file->without_http);
    hash = raft_hash_u64(hash, (uint64_t)spec->pre_vote << 2 | (uint64_t)spec->check_quorum << 1 |
                                   (uint64_t)spec->restart_crash);
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        hash = raft_hash_u64(hash, spec->nodes[i].id);
        hash = hash_endpoint(hash, &spec->nodes[i].endpoint);
        hash = hash_endpoint(hash, &spec->nodes[i].http);
        hash = hash_start(hash, &file->starts[i]);
    }
    /* Not hashed where a file does not say them: older files keep their digest. */
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        if (spec->nodes[i].name[0] != 0) {
            hash = hash_text(raft_hash_u64(hash, spec->nodes[i].id), spec->nodes[i].name);
        }
    }
    if ((file->given & (RAFT_SPEC_GIVEN_LEASE_READS | RAFT_SPEC_GIVEN_SNAPSHOT_EVERY)) != 0) {
        hash = raft_hash_u64(hash, (uint64_t)spec->snapshot_every << 1 | spec->lease_reads);
    }
    for (uint32_t i = 0; i < spec->faults_count; i++) {
        hash = hash_text(hash, spec->faults[i].links);
        for (uint32_t q = 0; q < RAFT_LINK_QUALITY_COUNT; q++) {
            hash = raft_hash_u64(hash, spec->faults[i].link.quality[q]);
        }
    }
    return hash != 0 ? hash : 1;
}

/* "timing fast" or "an election timeout of 300 ms and a heartbeat of 30 ms" */
static void name_timing(const struct raft_spec *spec, char *text, size_t bytes)
{
    if (strcmp(spec->timing, RAFT_TIMING_CUSTOM) != 0) {
        snprintf(text, bytes, "timing %s", spec->timing);
    } else {
        snprintf(text, bytes, "timing %" PRIu64 "/%" PRIu64 " ms", spec->election_timeout / 1000,
                 spec->heartbeat_interval / 1000);
    }
}

static bool differs_in_settings(const struct raft_spec_file *file, const struct raft_spec *stored,
                                char *text, size_t bytes)
{
    const struct raft_spec *spec = &file->spec;
    uint32_t given = file->given;
    bool is_course = file->is_course;
    char mine[48];
    char theirs[48];

    text[0] = 0;
    name_timing(stored, mine, sizeof mine);
    name_timing(spec, theirs, sizeof theirs);
    if ((is_course || (given & RAFT_SPEC_GIVEN_APP) != 0) && strcmp(spec->app, stored->app) != 0) {
        snprintf(text, bytes, "app %s, not %s", stored->app, spec->app);
    } else if ((is_course || (given & RAFT_SPEC_GIVEN_TIMING) != 0) &&
               (spec->election_timeout != stored->election_timeout ||
                spec->heartbeat_interval != stored->heartbeat_interval)) {
        snprintf(text, bytes, "%s, not %s", mine, theirs);
    } else if ((given & RAFT_SPEC_GIVEN_SEED) != 0 && spec->seed != stored->seed) {
        snprintf(text, bytes, "seed %" PRIu64 ", not %" PRIu64, stored->seed, spec->seed);
    } else if ((given & RAFT_SPEC_GIVEN_RESTART) != 0 &&
               spec->restart_crash != stored->restart_crash) {
        snprintf(text, bytes, "restart %s",
                 stored->restart_crash ? "crash, not never" : "never, not crash");
    } else if ((is_course || (given & RAFT_SPEC_GIVEN_PRE_VOTE) != 0) &&
               spec->pre_vote != stored->pre_vote) {
        snprintf(text, bytes, "pre_vote %s",
                 stored->pre_vote ? "true, not false" : "false, not true");
    } else if ((is_course || (given & RAFT_SPEC_GIVEN_CHECK_QUORUM) != 0) &&
               spec->check_quorum != stored->check_quorum) {
        snprintf(text, bytes, "check_quorum %s",
                 stored->check_quorum ? "true, not false" : "false, not true");
    } else if ((given & RAFT_SPEC_GIVEN_LEASE_READS) != 0 &&
               spec->lease_reads != stored->lease_reads) {
        snprintf(text, bytes, "lease_reads %s",
                 stored->lease_reads ? "true, not false" : "false, not true");
    } else if ((given & RAFT_SPEC_GIVEN_SNAPSHOT_EVERY) != 0 &&
               raft_spec_snapshot_every(spec) != raft_spec_snapshot_every(stored)) {
        snprintf(text, bytes, "snapshot_every %u, not %u", raft_spec_snapshot_every(stored),
                 raft_spec_snapshot_every(spec));
    } else if ((given & RAFT_SPEC_GIVEN_TOKEN) != 0 &&
               strcmp(spec->http_token, stored->http_token) != 0) {
        snprintf(text, bytes, "another http_token");
    }
    return text[0] != 0;
}

/* Only what the file says of a place counts; a port that it left out was drawn. */
static bool is_elsewhere(const struct raft_endpoint *wanted, const struct raft_endpoint *stored)
{
    return wanted->port != 0 && !raft_endpoint_is_same(wanted, stored);
}

static bool differs_in_nodes(const struct raft_spec_file *file, const struct raft_spec *stored,
                             char *text, size_t bytes)
{
    const struct raft_spec *spec = &file->spec;
    char mine[96];
    char theirs[96];

    text[0] = 0;
    if (spec->nodes_count != 0 && spec->nodes_count != stored->nodes_count) {
        snprintf(text, bytes, "%u node%s, not %u", stored->nodes_count,
                 stored->nodes_count == 1 ? "" : "s", spec->nodes_count);
    }
    for (uint32_t i = 0; text[0] == 0 && i < spec->nodes_count; i++) {
        const struct raft_spec_node *wanted = &spec->nodes[i];
        const struct raft_spec_node *node = raft_spec_find(stored, wanted->id);
        bool is_http = false;

        if (node == NULL) {
            snprintf(text, bytes, "no node n%u", wanted->id);
            continue;
        }
        if (wanted->name[0] != 0 && strcmp(wanted->name, node->name) != 0) {
            snprintf(text, bytes, "n%u with %s%s, not the name %s", wanted->id,
                     node->name[0] != 0 ? "the name " : "no name", node->name, wanted->name);
            continue;
        }
        is_http = !is_elsewhere(&wanted->endpoint, &node->endpoint);
        if (is_http && !is_elsewhere(&wanted->http, &node->http)) {
            continue;
        }
        raft_endpoint_text(is_http ? &node->http : &node->endpoint, mine, sizeof mine);
        raft_endpoint_text(is_http ? &wanted->http : &wanted->endpoint, theirs, sizeof theirs);
        snprintf(text, bytes, "n%u%s at %s, not %s", wanted->id, is_http ? "'s HTTP" : "", mine,
                 theirs);
    }
    return text[0] != 0;
}

bool raft_spec_file_differs(const struct raft_spec_file *file, const struct raft_spec *stored,
                            char *text, size_t bytes)
{
    if (stored->file == raft_spec_file_digest(file)) {
        return false;
    }
    if (differs_in_settings(file, stored, text, bytes) ||
        differs_in_nodes(file, stored, text, bytes)) {
        return true;
    }
    if ((file->given & RAFT_SPEC_GIVEN_FAULTS) != 0 &&
        !raft_spec_faults_are_equal(&file->spec, stored)) {
        snprintf(text, bytes, "other faults");
        return true;
    }
    if (file->has_starts) { /* These cannot be had afterwards. */
        snprintf(text, bytes, "other start states");
    }
    return file->has_starts;
}
