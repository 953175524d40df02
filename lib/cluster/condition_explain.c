/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "cluster/condition_term.h"
#include "cluster/target.h"

/* Who claims to be a candidate or a leader, for a person who waits for a leader in vain. */
static void print_leader(const struct raft_view *view, FILE *file)
{
    if (view->leader != 0) {
        fprintf(file, "n%u (term %" PRIu64 ")", view->leader, view->term);
        return;
    }
    fprintf(file, "none (term %" PRIu64 ", %u of %u up", view->term, view->voters_up, view->voters);
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        if (node->process == RAFT_SHM_PROCESS_PAUSED) {
            fprintf(file, ", n%u paused", node->id);
        } else if (node->stale_leader) {
            fprintf(file, ", n%u stale leader", node->id);
        } else if (node->process == RAFT_SHM_PROCESS_UP && node->node.role == RAFT_ROLE_CANDIDATE) {
            fprintf(file, ", n%u candidate", node->id);
        }
    }
    fprintf(file, ")");
}

static void print_converged(const struct raft_view *view, FILE *file)
{
    print_leader(view, file);
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        const char *process = raft_shm_process_name(node->process);
        fprintf(file, "; n%u %s", node->id, process);
        if (node->process == RAFT_SHM_PROCESS_UP) {
            fprintf(file,
                    " term %" PRIu64 " leader n%u commit %" PRIu64 " applied %" PRIu64
                    " digest %016" PRIx64,
                    node->node.term, node->node.leader, node->node.commit, node->node.applied,
                    node->node.digest);
        }
    }
}

static void print_node(const struct raft_condition_term *term, const struct raft_view_node *node,
                       FILE *file)
{
    fprintf(file, "n%u %s", node->id, raft_shm_process_name(node->process));
    if (!node->has_record || node->process == RAFT_SHM_PROCESS_DOWN) {
        return;
    }
    if (term->kind == RAFT_CONDITION_STATE && node->node.role <= RAFT_ROLE_LEADER) {
        fprintf(file, " %s", raft_role_name((enum raft_role)node->node.role));
    }
    if (term->kind == RAFT_CONDITION_SUBSTATE && node->node.substate < RAFT_SUBSTATE_COUNT) {
        fprintf(file, " %s", raft_substate_name((enum raft_substate)node->node.substate));
    }
}

static void print_target(const struct raft_condition_term *term, const struct raft_view *view,
                         FILE *file)
{
    struct raft_target target;
    char message[160];
    if (raft_target_parse(term->target, view, NULL, &target, message, sizeof message) != RAFT_OK) {
        fprintf(file, "%s", message);
        return;
    }
    for (uint32_t i = 0; i < target.count; i++) {
        fprintf(file, "%s", i == 0 ? "" : ", ");
        print_node(term, raft_view_find(view, target.ids[i]), file);
    }
}

static void print_faults(const struct raft_view *view, FILE *file)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        const struct raft_fault *fault = &view->faults.list[i];
        if (fault->id != 0) {
            fprintf(file, "%sf%" PRIu64 " %s", count == 0 ? "" : ", ", fault->id, fault->kind);
            count++;
        }
    }
    if (count == 0) {
        fprintf(file, "no faults");
    }
}

static void print_value(const struct raft_condition *condition,
                        const struct raft_condition_term *term, const struct raft_view *view,
                        FILE *file)
{
    switch (term->kind) {
    case RAFT_CONDITION_LEADER:
    case RAFT_CONDITION_NO_LEADER:
        print_leader(view, file);
        break;
    case RAFT_CONDITION_STABLE:
        print_leader(view, file);
        fprintf(file, " for %" PRIu64 " ms",
                view->leader == 0 ? 0 : (view->now - condition->since) / 1000);
        break;
    case RAFT_CONDITION_QUORUM:
        fprintf(file, "%u of %u up, needs %u%s", view->voters_up, view->voters, view->quorum,
                view->joint ? ", and a majority of the outgoing members" : "");
        break;
    case RAFT_CONDITION_TERM:
        fprintf(file, "%" PRIu64, view->term);
        break;
    case RAFT_CONDITION_COMMIT:
        fprintf(file, "%" PRIu64, view->commit);
        if (term->comparison == RAFT_CONDITION_PLUS) {
            fprintf(file, " (began at %" PRIu64 ")", term->base);
        }
        break;
    case RAFT_CONDITION_CONVERGED:
        print_converged(view, file);
        break;
    case RAFT_CONDITION_HEALED:
        print_faults(view, file);
        break;
    case RAFT_CONDITION_EVENT:
        fprintf(file, "%s after seq %" PRIu64, term->seen ? "seen" : "not seen", condition->after);
        break;
    case RAFT_CONDITION_UP:
    case RAFT_CONDITION_DOWN:
    case RAFT_CONDITION_PAUSED:
    case RAFT_CONDITION_FROZEN:
    case RAFT_CONDITION_STATE:
    case RAFT_CONDITION_SUBSTATE:
        print_target(term, view, file);
        break;
    case RAFT_CONDITION_KINDS:
        break;
    }
}

void raft_condition_explain(const struct raft_condition *condition, const struct raft_view *view,
                            FILE *file)
{
    for (uint32_t i = 0; i < condition->terms_count; i++) {
        const struct raft_condition_term *term = &condition->terms[i];
        fprintf(file, "%s%s: ", term->negated ? "not " : "", term->text);
        print_value(condition, term, view, file);
        fprintf(file, "\n");
    }
}
