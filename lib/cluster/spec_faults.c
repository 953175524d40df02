/* SPDX-License-Identifier: MIT */
#include "cluster/spec_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The id that a word is, n2 or 2; 0 if it is none. */
static raft_id read_id(const char *word)
{
    uint64_t id = 0;
    const char *digits = word + (word[0] == 'n' ? 1 : 0);
    const char *at = digits;

    for (; *at >= '0' && *at <= '9' && id < UINT32_MAX; at++) {
        id = id * 10 + (uint64_t)(*at - '0');
    }
    return at != digits && *at == 0 && *digits != '0' && id < UINT32_MAX ? (raft_id)id : 0;
}

/* The node that a word names. False: it is not written like a node. */
static bool read_node(const struct raft_spec *spec, const char *word,
                      const struct raft_spec_node **node)
{
    raft_id id = read_id(word);

    *node = id != 0 ? raft_spec_find(spec, id) : raft_spec_find_name(spec, word);
    return id != 0 || raft_spec_is_node_name(word);
}

/* The slots of "n1,n3"; "all" and "*" are everybody, or everybody else. False: not written like
 * that. */
static bool read_side(const struct raft_spec *spec, char *text, uint64_t *mask, char *missing)
{
    *mask = RAFT_LINK_OTHERS;
    if (strcmp(text, "*") == 0 || strcmp(text, "all") == 0) {
        return true;
    }
    *mask = 0;
    for (char *word = text, *next = text; next != NULL; word = next) {
        const struct raft_spec_node *node;

        next = strchr(word, ',');
        if (next != NULL) {
            *next++ = 0;
        }
        if (!read_node(spec, word, &node)) {
            return false;
        }
        if (node != NULL) {
            *mask |= UINT64_C(1) << node->slot;
        } else {
            snprintf(missing, RAFT_SPEC_LINKS_BYTES, "%s", word);
        }
    }
    return true;
}

static bool read_ends(const struct raft_spec *spec, const char *text, struct raft_link_ends *ends,
                      char *missing)
{
    struct raft_link_sides sides;

    missing[0] = 0;
    ends->all = 0;
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        ends->all |= UINT64_C(1) << spec->nodes[i].slot;
    }
    if (!raft_link_sides_read(&sides, text)) {
        return false;
    }
    ends->both = sides.both;
    return read_side(spec, sides.from, &ends->from, missing) &&
           read_side(spec, sides.to, &ends->to, missing);
}

bool raft_spec_links_are_fine(const char *text)
{
    static const struct raft_spec nobody;
    struct raft_link_ends ends;
    char missing[RAFT_SPEC_LINKS_BYTES];

    return strlen(text) < RAFT_SPEC_LINKS_BYTES && read_ends(&nobody, text, &ends, missing);
}

bool raft_spec_fault_rows(const struct raft_spec *spec, const struct raft_spec_fault *fault,
                          uint64_t rows[RAFT_NODES_MAX], char missing[RAFT_SPEC_LINKS_BYTES])
{
    struct raft_link_ends ends;

    return read_ends(spec, fault->links, &ends, missing) && raft_link_rows(&ends, rows);
}

enum raft_error raft_spec_check_faults(const struct raft_spec *spec, char *message,
                                       size_t message_bytes)
{
    for (uint32_t i = 0; i < spec->faults_count; i++) {
        uint64_t rows[RAFT_NODES_MAX] = {0};
        char missing[RAFT_SPEC_LINKS_BYTES];
        bool any = raft_spec_fault_rows(spec, &spec->faults[i], rows, missing);

        if (missing[0] != 0) {
            snprintf(message, message_bytes,
                     "faults[%u].link: there is no node %s in this cluster (it has n1..n%u)", i,
                     missing, spec->nodes_count);
        } else if (!any) {
            snprintf(message, message_bytes,
                     "faults[%u].link: there is no link between two nodes in %s", i,
                     spec->faults[i].links);
        }
        if (missing[0] != 0 || !any) {
            return RAFT_INVALID;
        }
    }
    return RAFT_OK;
}

bool raft_spec_faults_are_equal(const struct raft_spec *a, const struct raft_spec *b)
{
    bool equal = a->faults_count == b->faults_count;

    for (uint32_t i = 0; equal && i < a->faults_count; i++) {
        equal = strcmp(a->faults[i].links, b->faults[i].links) == 0 &&
                memcmp(&a->faults[i].link, &b->faults[i].link, sizeof a->faults[i].link) == 0;
    }
    return equal;
}
