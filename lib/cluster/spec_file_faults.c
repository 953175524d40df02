/* SPDX-License-Identifier: MIT
 *
 * The faults of a cluster file: which links, and how bad they are.
 */
#include <stdio.h>
#include <string.h>

#include "cluster/spec_faults.h"
#include "cluster/spec_reading.h"

#define LINK_WANTED "links: n1>n2, n1-n2, n2 (all of its), or all"

static struct raft_spec_fault *find_present(struct raft_fields *fields)
{
    struct raft_spec *spec = &raft_spec_reading_of(fields)->file->spec;

    return &spec->faults[spec->faults_count - 1];
}

static void take_link(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec_fault *fault = find_present(fields);

    if ((value->kind != RAFT_TREE_TEXT && value->kind != RAFT_TREE_INTEGER) ||
        !raft_spec_links_are_fine(value->text)) {
        raft_fields_expect(fields, value, LINK_WANTED);
        return;
    }
    snprintf(fault->links, sizeof fault->links, "%s",
             strcmp(value->text, "all") == 0 ? "*" : value->text);
}

static void take_quality(struct raft_fields *fields, const struct raft_tree *value)
{
    enum raft_link_quality quality;
    bool is_scalar = value->kind == RAFT_TREE_TEXT || value->kind == RAFT_TREE_INTEGER ||
                     value->kind == RAFT_TREE_NUMBER;

    if (raft_link_quality_parse(value->key, &quality) &&
        (!is_scalar || !raft_link_read(&find_present(fields)->link, quality, value->text))) {
        raft_fields_expect(fields, value, "%s", raft_link_quality_wanted(quality));
    }
}

static const struct raft_field fault_rows[] = {
    {"link", take_link, LINK_WANTED},
#define X(name, text, kind) {text, take_quality, NULL},
    RAFT_LINK_QUALITIES(X)
#undef X
        {"_comment", NULL, NULL},
};

void raft_spec_take_faults(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec_file *file = raft_spec_reading_of(fields)->file;
    const struct raft_fields_rows rows = {fault_rows, sizeof fault_rows / sizeof fault_rows[0]};

    if (value->kind != RAFT_TREE_LIST) {
        raft_fields_expect(fields, value, "a list of faults");
        return;
    }
    if (value->count > RAFT_SPEC_FAULTS_MAX) {
        raft_fields_complain(fields, value, "expected at most %d faults, got %u",
                             RAFT_SPEC_FAULTS_MAX, value->count);
        return;
    }
    raft_spec_reading_of(fields)->faults = value;
    for (const struct raft_tree *at = value->first; !fields->failed && at != NULL; at = at->next) {
        file->spec.faults_count++;
        if (raft_fields_read(fields, at, rows) &&
            !raft_link_is_shaped(&find_present(fields)->link)) {
            raft_fields_complain(fields, at,
                                 "it would change nothing: say how bad, as in loss: 20%% or "
                                 "delay: 80ms");
        }
    }
    file->given |= RAFT_SPEC_GIVEN_FAULTS;
}

void raft_spec_check_file_faults(struct raft_fields *fields)
{
    const struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    const struct raft_spec *spec = &reading->file->spec;
    const struct raft_tree *at = reading->faults != NULL ? reading->faults->first : NULL;

    for (uint32_t i = 0; !fields->failed && spec->nodes_count > 0 && at != NULL;
         i++, at = at->next) {
        uint64_t rows[RAFT_NODES_MAX] = {0};
        char missing[RAFT_SPEC_LINKS_BYTES];
        bool any = raft_spec_fault_rows(spec, &spec->faults[i], rows, missing);

        if (missing[0] != 0) {
            raft_fields_complain(fields, raft_tree_find(at, "link"), "there is no node %s",
                                 missing);
        } else if (!any) {
            raft_fields_complain(fields, raft_tree_find(at, "link"),
                                 "there is no link between two nodes in it");
        }
    }
}
