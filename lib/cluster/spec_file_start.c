/* SPDX-License-Identifier: MIT
 *
 * The start state of a node, in a cluster file (start:) or among the fields of an address.
 */
#include <stdlib.h>

#include "base/assert.h"
#include "cluster/spec_reading.h"

#define ROWS(rows) ((struct raft_fields_rows){rows, sizeof rows / sizeof rows[0]})
#define NUMBER_MAX ((UINT64_C(1) << RAFT_SPEC_TERM_MAX_BITS) - 1)

static void take_role(struct raft_fields *fields, const struct raft_tree *value)
{
    static const char *const words[] = {"leader", "candidate", "follower", NULL};
    static const enum raft_start_role roles[] = {RAFT_START_LEADER, RAFT_START_CANDIDATE,
                                                 RAFT_START_FOLLOWER};
    int word = raft_fields_word(fields, value, words);

    if (word >= 0) {
        raft_spec_reading_of(fields)->start->role = roles[word];
    }
}

static void take_term(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_fields_range range = {0, NUMBER_MAX, "a term, 0 or more"};

    (void)raft_fields_number(fields, value, range, &raft_spec_reading_of(fields)->start->term);
}

static void take_vote(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    raft_id id = 0;

    if (value->kind == RAFT_TREE_NULL || !raft_spec_take_id(fields, value, &id)) {
        return; /* null: it has voted for nobody. */
    }
    if (raft_spec_find(&reading->file->spec, id) == NULL) {
        raft_fields_expect(fields, value, "a node of this file");
    }
    reading->start->voted_for = id;
}

/* What a leader believes of a node; made when it is first spoken of. */
static struct raft_start_peer *find_peer(struct raft_start_state *start, raft_id id)
{
    for (uint32_t i = 0; i < start->peers_count; i++) {
        if (start->peers[i].id == id) {
            return &start->peers[i];
        }
    }
    ASSERT(start->peers_count < RAFT_NODES_MAX);
    start->peers[start->peers_count] = (struct raft_start_peer){.id = id};
    return &start->peers[start->peers_count++];
}

static void take_belief(struct raft_fields *fields, const struct raft_tree *value, raft_id id,
                        bool is_match)
{
    struct raft_start_peer *peer = find_peer(raft_spec_reading_of(fields)->start, id);
    struct raft_fields_range range = {0, NUMBER_MAX, "an index, 0 or more"};

    (void)raft_fields_number(fields, value, range, is_match ? &peer->match : &peer->next);
}

/* A list over the other nodes in their order. */
static void take_beliefs_list(struct raft_fields *fields, const struct raft_tree *list,
                              bool is_match)
{
    struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    const struct raft_spec *spec = &reading->file->spec;
    const struct raft_tree *at = list->first;

    if (list->count != spec->nodes_count - 1) {
        raft_fields_complain(fields, list,
                             "expected %u number%s, one for each other node in order, got %u",
                             spec->nodes_count - 1, spec->nodes_count == 2 ? "" : "s", list->count);
        return;
    }
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        if (&spec->nodes[i] != reading->node) {
            take_belief(fields, at, spec->nodes[i].id, is_match);
            at = at->next;
        }
    }
}

/* {n2: 6, n3: 1} */
static void take_beliefs_map(struct raft_fields *fields, const struct raft_tree *map, bool is_match)
{
    struct raft_spec_reading *reading = raft_spec_reading_of(fields);

    for (const struct raft_tree *at = map->first; !fields->failed && at != NULL; at = at->next) {
        const struct raft_spec_node *named = raft_spec_find_name(&reading->file->spec, at->key);
        uint64_t id = named != NULL ? named->id : 0;

        if ((named == NULL &&
             !raft_fields_digits(at->key[0] == 'n' ? at->key + 1 : at->key, UINT32_MAX, &id)) ||
            raft_spec_find(&reading->file->spec, (raft_id)id) == NULL || id == reading->node->id) {
            raft_fields_complain(fields, at, "expected another node of this file, such as n2");
        } else {
            take_belief(fields, at, (raft_id)id, is_match);
        }
    }
}

static void take_beliefs(struct raft_fields *fields, const struct raft_tree *value, bool is_match)
{
    bool is_course = raft_spec_reading_of(fields)->file->is_course;

    if (value->kind == RAFT_TREE_LIST) {
        take_beliefs_list(fields, value, is_match);
    } else if (value->kind == RAFT_TREE_MAP && !is_course) {
        take_beliefs_map(fields, value, is_match);
    } else {
        raft_fields_expect(fields, value, "a list of numbers, one for each other node%s",
                           is_course ? "" : ", or a map such as {n2: 6}");
    }
}

static void take_next(struct raft_fields *fields, const struct raft_tree *value)
{
    take_beliefs(fields, value, false);
}

static void take_match(struct raft_fields *fields, const struct raft_tree *value)
{
    take_beliefs(fields, value, true);
}

/* -- the log ----------------------------------------------------------------------------------- */

/* The index that stands in an entry must be the one it has. */
static void take_index(struct raft_fields *fields, const struct raft_tree *value)
{
    uint64_t position = (uint64_t)value->parent->position + 1;
    uint64_t index = 0;

    if (value->kind != RAFT_TREE_INTEGER || !raft_fields_digits(value->text, NUMBER_MAX, &index) ||
        index != position) {
        raft_fields_expect(fields, value, "%llu, its place in the log",
                           (unsigned long long)position);
    }
}

static const struct raft_field entry_rows[] = {
    {"term", NULL, "a term, 1 or more"},
    {"command", NULL, NULL},
};

static const struct raft_field course_entry_rows[] = {
    {"term", NULL, "a term, 1 or more"},
    {"index", take_index, NULL},
    {"command", NULL, NULL},
    {"result", NULL, NULL},
};

static void take_entry(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    struct raft_fields_range range = {1, NUMBER_MAX, "a term, 1 or more"};
    bool is_course = reading->file->is_course;
    const struct raft_tree *command = raft_tree_find(value, "command");
    const struct raft_tree *term =
        value->kind == RAFT_TREE_MAP ? raft_tree_find(value, "term") : value;
    struct raft_start_state *start = reading->start;
    raft_term former = start->entries_count > 0 ? start->entries[start->entries_count - 1].term : 0;
    uint64_t number = 0;
    size_t bytes = 0;
    uint8_t *encoded;

    if (value->kind == RAFT_TREE_MAP &&
        !raft_fields_read(fields, value, is_course ? ROWS(course_entry_rows) : ROWS(entry_rows))) {
        return;
    }
    if (!raft_fields_number(fields, term, range, &number)) {
        return;
    }
    if (number < former) {
        raft_fields_expect(fields, term, "a term of at least %llu, as the entry before it has",
                           (unsigned long long)former);
        return;
    }
    encoded = malloc(RAFT_SPEC_COMMAND_BYTES_MAX);
    ASSERT(encoded != NULL);
    bytes = command != NULL ? raft_spec_take_command(fields, command, encoded) : 0;
    if (!fields->failed && !raft_start_append(start, number, encoded, bytes)) {
        raft_fields_complain(fields, value, "more than %d entries", RAFT_START_ENTRIES_MAX);
    }
    free(encoded);
}

static void take_log(struct raft_fields *fields, const struct raft_tree *value)
{
    if (value->kind != RAFT_TREE_LIST) {
        raft_fields_expect(fields, value, "a list of entries%s",
                           raft_spec_reading_of(fields)->file->is_course
                               ? ""
                               : ": terms (1, 1, 4) or {term: 1, command: ...}");
        return;
    }
    for (const struct raft_tree *at = value->first; !fields->failed && at != NULL; at = at->next) {
        take_entry(fields, at);
    }
}

static const struct raft_field start_rows[] = {
    {"role", take_role, NULL},         {"term", take_term, NULL},
    {"voted_for", take_vote, NULL},    {"next_index", take_next, NULL},
    {"match_index", take_match, NULL}, {"log", take_log, NULL},
    {"_comment", NULL, NULL},
};

void raft_spec_take_start(struct raft_fields *fields, const struct raft_tree *value)
{
    if (!raft_spec_reading_of(fields)->file->is_course) {
        (void)raft_fields_read(fields, value, ROWS(start_rows)); /* What failed is told there. */
        return;
    }
    for (size_t i = 0; i < ROWS(start_rows).count; i++) { /* An address holds other things too. */
        const struct raft_tree *field = raft_tree_find(value, start_rows[i].name);

        if (!fields->failed && field != NULL && start_rows[i].take != NULL) {
            start_rows[i].take(fields, field);
        }
    }
}
