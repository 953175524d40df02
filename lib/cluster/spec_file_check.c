/* SPDX-License-Identifier: MIT
 *
 * What no field of a cluster file can say alone.
 */
#include <stdio.h>
#include <string.h>

#include "cluster/spec_reading.h"
#include "comms/endpoint.h"

/* -- nodes and their places -------------------------------------------------------------------- */

/* The field of a node, or the node itself if it was not said. */
static const struct raft_tree *point_at(const struct raft_spec_reading *reading, uint32_t i,
                                        const char *course_name, const char *name)
{
    const struct raft_tree *node = reading->nodes[i];
    const struct raft_tree *field =
        raft_tree_find(node, reading->file->is_course ? course_name : name);

    return field != NULL ? field : node;
}

static bool is_same_place(const struct raft_endpoint *a, const struct raft_endpoint *b)
{
    return a->port != 0 && raft_endpoint_is_same(a, b);
}

/* "n2 has it already (line 9)"; in a config.json nodes are addresses[1]. */
static void complain_of_clash(struct raft_fields *fields, const struct raft_tree *value,
                              const struct raft_tree *former, const char *what)
{
    char path[64];

    raft_tree_path(former, path, sizeof path);
    raft_fields_complain(fields, value, "%s is taken: %s has it already (line %u)", what, path,
                         former->line);
}

/* Where the port of HTTP was said: a node without one has the number of UDP. */
static const struct raft_tree *point_at_http(const struct raft_spec_reading *reading, uint32_t i)
{
    const struct raft_tree *field = point_at(reading, i, "port", "http");

    return field != reading->nodes[i] ? field : point_at(reading, i, "port", "port");
}

static void check_http_pair(struct raft_fields *fields, uint32_t i, uint32_t j)
{
    const struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    const struct raft_spec_node *node = &reading->file->spec.nodes[i];
    bool is_said = point_at(reading, i, "port", "http") != reading->nodes[i];
    char place[80];
    char what[96];

    if (is_same_place(&node->http, &reading->file->spec.nodes[j].http)) {
        raft_endpoint_text(&node->http, place, sizeof place);
        snprintf(what, sizeof what, "%s%s", is_said ? "" : "HTTP at ", place);
        complain_of_clash(fields, point_at_http(reading, i), point_at_http(reading, j), what);
    }
}

static void check_pair(struct raft_fields *fields, uint32_t i, uint32_t j)
{
    const struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    const struct raft_spec_node *node = &reading->file->spec.nodes[i];
    const struct raft_spec_node *former = &reading->file->spec.nodes[j];
    char what[96];

    if (node->id == former->id) {
        snprintf(what, sizeof what, "the id n%u", node->id);
        complain_of_clash(fields, point_at(reading, i, "ip", "id"),
                          point_at(reading, j, "ip", "id"), what);
    } else if (node->id < former->id) {
        raft_fields_complain(fields, point_at(reading, i, "ip", "id"),
                             "n%u stands behind n%u (line %u); nodes are listed by ascending id",
                             node->id, former->id, point_at(reading, j, "ip", "id")->line);
    } else if (node->name[0] != 0 && strcmp(node->name, former->name) == 0) {
        snprintf(what, sizeof what, "the name %s", node->name);
        complain_of_clash(fields, point_at(reading, i, "ip", "name"),
                          point_at(reading, j, "ip", "name"), what);
    } else if (is_same_place(&node->endpoint, &former->endpoint)) {
        raft_endpoint_text(&node->endpoint, what, sizeof what);
        complain_of_clash(fields, point_at(reading, i, "internal_port", "port"),
                          point_at(reading, j, "internal_port", "port"), what);
    } else {
        check_http_pair(fields, i, j);
    }
}

/* HTTP has the number of UDP, where the file says nothing else. */
static void fill_http(struct raft_spec_file *file, uint32_t i)
{
    struct raft_spec_node *node = &file->spec.nodes[i];

    if (node->http.port == 0 && (file->without_http >> i & 1) == 0) {
        node->http.port = node->endpoint.port;
    }
}

static void check_places(struct raft_fields *fields, uint32_t i)
{
    const struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    const struct raft_spec_node *node = &reading->file->spec.nodes[i];
    union raft_socket_address address;

    if (raft_endpoint_parse(&node->endpoint, &address) == RAFT_OK &&
        !raft_endpoint_is_loopback(&address)) {
        raft_fields_complain(fields, point_at(reading, i, "ip", "host"),
                             "expected an address of this machine alone (127.0.0.1 or ::1), got "
                             "%s: nodes cannot prove to each other who they are yet",
                             node->endpoint.host);
    }
    if (raft_endpoint_parse(&node->http, &address) == RAFT_OK &&
        !raft_endpoint_is_loopback(&address) && reading->file->spec.http_token[0] == 0) {
        raft_fields_complain(fields, point_at(reading, i, "ip", "http"),
                             "%s can be reached by others: give an http_token, or 127.0.0.1",
                             node->http.host);
    }
    for (uint32_t j = 0; !fields->failed && j < i; j++) {
        check_pair(fields, i, j);
    }
}

/* -- timing ------------------------------------------------------------------------------------ */

static void check_timing(struct raft_fields *fields, const struct raft_tree *root)
{
    static const struct raft_fields_range range = {1, 600000, "milliseconds 1..600000"};
    const struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    struct raft_spec_file *file = reading->file;
    const struct raft_tree *election = reading->election;
    const struct raft_tree *heartbeat = reading->heartbeat;
    uint64_t election_ms = 0;
    uint64_t heartbeat_ms = 0;

    if (election == NULL && heartbeat == NULL) {
        return;
    }
    if ((file->given & RAFT_SPEC_GIVEN_TIMING) != 0) {
        raft_fields_complain(fields, raft_tree_find(root, "timing"),
                             "give a timing by name or %s, not both",
                             election != NULL ? election->key : heartbeat->key);
        return;
    }
    if (election == NULL || !raft_fields_number(fields, election, range, &election_ms)) {
        raft_fields_complain(fields, heartbeat,
                             "election_timeout_ms is missing: heartbeat_ms alone is no timing");
        return;
    }
    heartbeat_ms = election_ms / 10 > 0 ? election_ms / 10 : 1;
    if (heartbeat != NULL && !raft_fields_number(fields, heartbeat, range, &heartbeat_ms)) {
        return;
    }
    if (election_ms < 2 * heartbeat_ms) {
        raft_fields_expect(fields, election, "at least twice the heartbeat of %llu ms",
                           (unsigned long long)heartbeat_ms);
        return;
    }
    snprintf(file->spec.timing, sizeof file->spec.timing, "%s", RAFT_TIMING_CUSTOM);
    file->spec.election_timeout = election_ms * 1000;
    file->spec.heartbeat_interval = heartbeat_ms * 1000;
    file->given |= RAFT_SPEC_GIVEN_TIMING;
}

/* Leases stand on a leader that gives up when nobody hears it. */
static void check_reads(struct raft_fields *fields, const struct raft_tree *root)
{
    const struct raft_spec *spec = &raft_spec_reading_of(fields)->file->spec;

    if (spec->lease_reads && !spec->check_quorum) {
        raft_fields_complain(fields, raft_tree_find(root, "lease_reads"),
                             "reads by lease want check_quorum: true");
    }
}

/* -- start states ------------------------------------------------------------------------------ */

static raft_term last_term(const struct raft_start_state *start)
{
    return start->entries_count > 0 ? start->entries[start->entries_count - 1].term : 0;
}

/* So many entries from the first on are in both logs: the same term at the same place. */
static raft_index count_common(const struct raft_start_state *a, const struct raft_start_state *b)
{
    raft_index common = 0;

    while (common < a->entries_count && common < b->entries_count &&
           a->entries[common].term == b->entries[common].term) {
        common++;
    }
    return common;
}

static void check_beliefs(struct raft_fields *fields, uint32_t i)
{
    const struct raft_spec_file *file = raft_spec_reading_of(fields)->file;
    const struct raft_tree *where = raft_spec_reading_of(fields)->starts[i];
    const struct raft_start_state *start = &file->starts[i];

    for (uint32_t p = 0; p < start->peers_count; p++) {
        const struct raft_start_peer *peer = &start->peers[p];
        const struct raft_spec_node *node = raft_spec_find(&file->spec, peer->id);
        raft_index common = count_common(start, &file->starts[node - file->spec.nodes]);

        if (peer->match > common) {
            raft_fields_complain(fields, raft_tree_find(where, "match_index"),
                                 "expected at most %llu for n%u, got %llu: further on it does not "
                                 "have the same log",
                                 (unsigned long long)common, peer->id,
                                 (unsigned long long)peer->match);
        } else if (peer->next > start->entries_count + 1 ||
                   (peer->next != 0 && peer->next <= peer->match)) {
            raft_fields_complain(fields, raft_tree_find(where, "next_index"),
                                 "expected %llu..%llu for n%u, got %llu",
                                 (unsigned long long)peer->match + 1,
                                 (unsigned long long)start->entries_count + 1, peer->id,
                                 (unsigned long long)peer->next);
        }
    }
}

/* Where entry k of a node's log stands. */
static const struct raft_tree *find_entry(const struct raft_spec_reading *reading, uint32_t i,
                                          raft_index k)
{
    const struct raft_tree *entry = raft_tree_find(reading->starts[i], "log")->first;

    while (entry->position != k) {
        entry = entry->next;
    }
    return entry;
}

/* The first entry whose term is one too many; 0 = there is none. */
static raft_index find_term_too_many(const struct raft_start_state *start)
{
    uint32_t terms = 0;

    for (raft_index k = 0; k < start->entries_count; k++) {
        terms += k == 0 || start->entries[k].term != start->entries[k - 1].term ? 1 : 0;
        if (terms > RAFT_START_TERMS_MAX) {
            return k;
        }
    }
    return 0;
}

static void check_rank(struct raft_fields *fields, uint32_t i)
{
    const struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    struct raft_start_state *start = &reading->file->starts[i];
    const struct raft_tree *where = reading->starts[i];
    const struct raft_tree *term = raft_tree_find(where, "term");
    bool stands = start->role == RAFT_START_LEADER || start->role == RAFT_START_CANDIDATE;

    if (term == NULL) {
        start->term = last_term(start);
    } else if (start->term < last_term(start)) {
        raft_fields_expect(fields, term, "at least %llu, the term of the last entry",
                           (unsigned long long)last_term(start));
    }
    if (stands && start->term == 0) {
        raft_fields_complain(fields, term != NULL ? term : where, "a %s has a term of at least 1",
                             raft_start_role_name(start->role));
    }
    if (stands && start->voted_for != 0 && start->voted_for != start->id) {
        raft_fields_complain(fields, raft_tree_find(where, "voted_for"),
                             "a %s has voted for itself", raft_start_role_name(start->role));
    }
    if (start->voted_for != 0 && start->term == 0) {
        raft_fields_complain(fields, raft_tree_find(where, "voted_for"),
                             "there is no vote in term 0");
    }
    if (find_term_too_many(start) != 0) {
        raft_fields_complain(fields, find_entry(reading, i, find_term_too_many(start)),
                             "more than %d terms in one log", RAFT_START_TERMS_MAX);
    }
    start->voted_for = stands ? start->id : start->voted_for;
}

/* Raft paper 5.3: entries of one index and term store the same command. */
static void check_matching(struct raft_fields *fields, uint32_t i)
{
    const struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    const struct raft_start_state *start = &reading->file->starts[i];

    for (uint32_t j = 0; j < i; j++) {
        const struct raft_start_state *former = &reading->file->starts[j];

        for (raft_index k = 0; k < start->entries_count && k < former->entries_count; k++) {
            const struct raft_start_entry *mine = &start->entries[k];
            const struct raft_start_entry *other = &former->entries[k];

            if (mine->term == other->term &&
                (mine->bytes != other->bytes ||
                 (mine->bytes > 0 && memcmp(mine->command, other->command, mine->bytes) != 0))) {
                raft_fields_complain(fields, find_entry(reading, i, k),
                                     "the entry of term %llu at this index is another one in n%u "
                                     "(line %u)",
                                     (unsigned long long)mine->term, former->id,
                                     find_entry(reading, j, k)->line);
                return;
            }
        }
    }
}

/* One leader a term. */
static void check_leaders(struct raft_fields *fields, uint32_t i)
{
    const struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    const struct raft_start_state *start = &reading->file->starts[i];

    for (uint32_t j = 0; !fields->failed && j < i; j++) {
        const struct raft_start_state *former = &reading->file->starts[j];

        if (start->role == RAFT_START_LEADER && former->role == RAFT_START_LEADER &&
            start->term == former->term) {
            raft_fields_complain(fields, raft_tree_find(reading->starts[i], "role"),
                                 "a second leader of term %llu: n%u is one (line %u)",
                                 (unsigned long long)start->term, former->id,
                                 raft_tree_find(reading->starts[j], "role")->line);
        }
    }
}

void raft_spec_check_file(struct raft_fields *fields, const struct raft_tree *root)
{
    const struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    const struct raft_spec *spec = &reading->file->spec;

    if (!reading->file->is_course) {
        check_timing(fields, root);
        check_reads(fields, root);
    }
    for (uint32_t i = 0; !fields->failed && reading->nodes[i] != NULL && i < spec->nodes_count;
         i++) {
        fill_http(reading->file, i);
        check_places(fields, i);
    }
    for (uint32_t i = 0; !fields->failed && i < spec->nodes_count; i++) {
        if (reading->starts[i] != NULL) {
            check_rank(fields, i);
            check_leaders(fields, i);
        }
    }
    for (uint32_t i = 0; !fields->failed && i < spec->nodes_count; i++) {
        if (reading->starts[i] != NULL) {
            check_matching(fields, i);
            check_beliefs(fields, i);
        }
    }
}
