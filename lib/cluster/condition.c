/* SPDX-License-Identifier: MIT */
#include "cluster/condition.h"

#include <inttypes.h>
#include <string.h>

#include "cluster/condition_term.h"
#include "cluster/target.h"

static bool look_at(struct raft_condition *condition, struct raft_condition_term *term,
                    const struct raft_view *view);
static void note_leader(struct raft_condition *condition, const struct raft_view *view);

void raft_condition_event(struct raft_condition *condition, const struct raft_shm_event *event)
{
    if (event->type == RAFT_SHM_EVENT_ROLE && event->b == RAFT_ROLE_LEADER) {
        condition->role_leader = event->node;
        condition->role_term = event->c;
        condition->role_since = event->time;
    }
    if (event->seq <= condition->after) {
        return;
    }
    char sentence[192];
    char line[256];
    raft_view_event_text(event, sentence, sizeof sentence);
    char who[16] = "cluster";
    if (event->node != 0) {
        snprintf(who, sizeof who, "n%u", event->node);
    }
    snprintf(line, sizeof line, "%s %s %s", who, raft_shm_event_type_name(event->type), sentence);
    for (uint32_t i = 0; i < condition->terms_count; i++) {
        struct raft_condition_term *term = &condition->terms[i];
        if (term->kind == RAFT_CONDITION_EVENT && !term->seen) {
            term->seen = regexec(&term->regex, line, 0, NULL, 0) == 0;
        }
        if (term->kind == RAFT_CONDITION_SUBSTATE && event->type == RAFT_SHM_EVENT_SUBSTATE &&
            event->a == term->number && term->seen_count < RAFT_NODES_MAX) {
            term->seen_ids[term->seen_count++] = event->node;
        }
    }
}

void raft_condition_set_hold(struct raft_condition *condition, raft_time hold)
{
    condition->hold = hold;
}

bool raft_condition_has_stable(const struct raft_condition *condition)
{
    for (uint32_t i = 0; i < condition->terms_count; i++) {
        if (condition->terms[i].kind == RAFT_CONDITION_STABLE) {
            return true;
        }
    }
    return false;
}

bool raft_condition_expects_death(const struct raft_condition *condition)
{
    for (uint32_t i = 0; i < condition->terms_count; i++) {
        const struct raft_condition_term *term = &condition->terms[i];
        if (term->kind == RAFT_CONDITION_DOWN || term->kind == RAFT_CONDITION_EVENT ||
            term->kind == RAFT_CONDITION_NO_LEADER ||
            (term->negated &&
             (term->kind == RAFT_CONDITION_UP || term->kind == RAFT_CONDITION_LEADER ||
              term->kind == RAFT_CONDITION_QUORUM))) {
            return true;
        }
    }
    return false;
}

raft_time raft_condition_deadline(const struct raft_condition *condition)
{
    return condition->deadline;
}

bool raft_condition_holds(struct raft_condition *condition, const struct raft_view *view)
{
    note_leader(condition, view);
    condition->deadline = UINT64_MAX;
    bool all = true;  /* the clauses before this one */
    bool any = false; /* the runs of this clause before this one */
    bool run = true;  /* the terms of this run so far */
    for (uint32_t i = 0; i < condition->terms_count; i++) {
        struct raft_condition_term *term = &condition->terms[i];
        bool value = look_at(condition, term, view) != term->negated;
        if (i == 0 || term->join == RAFT_CONDITION_AND) {
            run = run && value;
        } else if (term->join == RAFT_CONDITION_OR) {
            any = any || run;
            run = value;
        } else {
            all = all && (any || run);
            any = false;
            run = value;
        }
    }
    condition->looked = true;
    return all && (any || run);
}

/* Since when this leader leads, for `stable`: by its event if that is still there, else since it
 * was first seen. */
static void note_leader(struct raft_condition *condition, const struct raft_view *view)
{
    const struct raft_view_node *leader = raft_view_find(view, view->leader);
    raft_term term = leader == NULL ? 0 : leader->node.term;
    if (condition->looked && condition->leader == view->leader && condition->term == term) {
        return;
    }
    condition->leader = view->leader;
    condition->term = term;
    condition->since = view->now;
    if (leader != NULL && condition->role_leader == view->leader && condition->role_term == term &&
        condition->role_since <= view->now) {
        condition->since = condition->role_since;
    }
}

enum raft_error raft_condition_check(const struct raft_condition *condition,
                                     const struct raft_view *view, char *message,
                                     size_t message_bytes)
{
    for (uint32_t i = 0; i < condition->terms_count; i++) {
        const char *target = condition->terms[i].target;

        if (target[0] != 0 && !raft_target_is_well_formed(target, view)) {
            snprintf(message, message_bytes, "not a node: %s", target);
            return RAFT_INVALID;
        }
    }
    return RAFT_OK;
}

static bool compare(enum raft_condition_comparison comparison, uint64_t value, uint64_t with)
{
    switch (comparison) {
    case RAFT_CONDITION_IS:
    case RAFT_CONDITION_EQUAL:
        return value == with;
    case RAFT_CONDITION_DIFFERENT:
        return value != with;
    case RAFT_CONDITION_AT_LEAST:
    case RAFT_CONDITION_PLUS:
        return value >= with;
    case RAFT_CONDITION_AT_MOST:
        return value <= with;
    case RAFT_CONDITION_MORE:
        return value > with;
    case RAFT_CONDITION_LESS:
        return value < with;
    }
    return false;
}

static bool is_asked(const struct raft_condition_term *term, const struct raft_view *view)
{
    const struct raft_view_node *leader = raft_view_find(view, view->leader);

    return leader != NULL && (term->id != 0 ? leader->id == term->id
                                            : strcmp(leader->service.name, term->target) == 0);
}

static bool is_leader_as_asked(const struct raft_condition_term *term, const struct raft_view *view)
{
    switch (term->comparison) {
    case RAFT_CONDITION_EQUAL:
        return is_asked(term, view);
    case RAFT_CONDITION_DIFFERENT:
        return view->leader != 0 && !is_asked(term, view);
    case RAFT_CONDITION_IS:
    case RAFT_CONDITION_AT_LEAST:
    case RAFT_CONDITION_AT_MOST:
    case RAFT_CONDITION_MORE:
    case RAFT_CONDITION_LESS:
    case RAFT_CONDITION_PLUS:
        return view->leader != 0;
    }
    return false;
}

/* All live voters: same term, leader, commit, applied and digest, and the leader among them. */
static bool is_converged(const struct raft_view *view)
{
    const struct raft_view_node *leader = raft_view_find(view, view->leader);
    if (leader == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        if (!raft_view_is_voter(node)) {
            continue;
        }
        if (node->process == RAFT_SHM_PROCESS_STARTING) {
            return false;
        }
        if (node->process != RAFT_SHM_PROCESS_UP) {
            continue;
        }
        const struct raft_shm_node *mine = &node->node;
        if (!raft_view_is_current(node) || mine->term != leader->node.term ||
            (node != leader && mine->leader != leader->id) || mine->commit != mine->applied ||
            mine->commit != leader->node.commit || mine->digest != leader->node.digest) {
            return false;
        }
    }
    /* With everything committed there is nothing left that could still be taken back. */
    return leader->node.last == leader->node.commit;
}

static bool is_healed(const struct raft_view *view)
{
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        if (view->faults.list[i].id != 0) {
            return false;
        }
    }
    return true;
}

static bool is_stable(struct raft_condition *condition, const struct raft_view *view)
{
    if (view->leader == 0) {
        return false;
    }
    raft_time hold = condition->hold != 0 ? condition->hold : 2 * view->cluster.election_timeout;
    if (view->now - condition->since >= hold) {
        return true;
    }
    condition->deadline = condition->since + hold;
    return false;
}

static bool was_seen(const struct raft_condition_term *term, raft_id id)
{
    for (uint32_t i = 0; i < term->seen_count; i++) {
        if (term->seen_ids[i] == id) {
            return true;
        }
    }
    return false;
}

static bool node_complies(const struct raft_condition_term *term, const struct raft_view *view,
                          const struct raft_view_node *node)
{
    bool up = node->process == RAFT_SHM_PROCESS_UP;
    bool current = up && raft_view_is_current(node);
    switch (term->kind) {
    case RAFT_CONDITION_UP:
        return up;
    case RAFT_CONDITION_DOWN:
        return node->process == RAFT_SHM_PROCESS_DOWN || node->process == RAFT_SHM_PROCESS_BACKOFF;
    case RAFT_CONDITION_PAUSED:
        return node->process == RAFT_SHM_PROCESS_PAUSED;
    case RAFT_CONDITION_FROZEN:
        return up && view->frozen;
    case RAFT_CONDITION_STATE:
        return current && node->node.role == term->number;
    case RAFT_CONDITION_SUBSTATE:
        return (current && node->node.substate == term->number) || was_seen(term, node->id);
    case RAFT_CONDITION_LEADER:
    case RAFT_CONDITION_NO_LEADER:
    case RAFT_CONDITION_QUORUM:
    case RAFT_CONDITION_TERM:
    case RAFT_CONDITION_COMMIT:
    case RAFT_CONDITION_CONVERGED:
    case RAFT_CONDITION_STABLE:
    case RAFT_CONDITION_HEALED:
    case RAFT_CONDITION_EVENT:
    case RAFT_CONDITION_KINDS:
        return false;
    }
    return false;
}

static bool all_comply(const struct raft_condition_term *term, const struct raft_view *view)
{
    struct raft_target target;
    char message[160];
    if (raft_target_parse(term->target, view, NULL, &target, message, sizeof message) != RAFT_OK) {
        return false;
    }
    for (uint32_t i = 0; i < target.count; i++) {
        if (!node_complies(term, view, raft_view_find(view, target.ids[i]))) {
            return false;
        }
    }
    return true;
}

static bool look_at(struct raft_condition *condition, struct raft_condition_term *term,
                    const struct raft_view *view)
{
    switch (term->kind) {
    case RAFT_CONDITION_LEADER:
        return is_leader_as_asked(term, view);
    case RAFT_CONDITION_NO_LEADER:
        return view->leader == 0;
    case RAFT_CONDITION_QUORUM:
        return view->voters > 0 && view->has_quorum;
    case RAFT_CONDITION_TERM:
        return compare(term->comparison, view->term, term->number);
    case RAFT_CONDITION_COMMIT:
        if (term->comparison == RAFT_CONDITION_PLUS && !condition->looked) {
            term->base = view->commit;
        }
        return compare(term->comparison, view->commit, term->base + term->number);
    case RAFT_CONDITION_CONVERGED:
        return is_converged(view);
    case RAFT_CONDITION_STABLE:
        return is_stable(condition, view);
    case RAFT_CONDITION_HEALED:
        return is_healed(view);
    case RAFT_CONDITION_EVENT:
        return term->seen;
    case RAFT_CONDITION_UP:
    case RAFT_CONDITION_DOWN:
    case RAFT_CONDITION_PAUSED:
    case RAFT_CONDITION_FROZEN:
    case RAFT_CONDITION_STATE:
    case RAFT_CONDITION_SUBSTATE:
        return all_comply(term, view);
    case RAFT_CONDITION_KINDS:
        return false;
    }
    return false;
}
