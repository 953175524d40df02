/* SPDX-License-Identifier: MIT */
#include "fault_make.h"

#include <inttypes.h>
#include <stdio.h>

enum { TIMEOUT_MS = 30000 };

/* To the supervisor no time at all means for ever. */
int fault_check_duration(const struct call *call)
{
    bool endless = !options_given(&call->options, "for");
    return endless || options_number(&call->options, "for", 0) > 0
               ? EXIT_DONE
               : complain(call, EXIT_USAGE,
                          "--for: %s would end at once: give a time (500ms, 30s), or leave --for "
                          "out and heal it",
                          options_text(&call->options, "for", ""));
}

int fault_mask(const struct call *call, const char *text, uint64_t *mask)
{
    struct raft_target target;
    int code = call_target(call, text, &target);
    *mask = 0;
    for (uint32_t i = 0; code == EXIT_DONE && i < target.count; i++) {
        *mask |= UINT64_C(1) << raft_view_find(call->view, target.ids[i])->slot;
    }
    return code;
}

void fault_mask_text(const struct raft_view *view, uint64_t mask, char separator, char *text,
                     size_t bytes)
{
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < view->nodes_count && used < bytes; i++) {
        if ((mask >> view->nodes[i].slot & 1) != 0) {
            int n = snprintf(text + used, bytes - used, "%.*sn%u", used == 0 ? 0 : 1, &separator,
                             view->nodes[i].id);
            used += n < 0 ? 0 : (size_t)n;
        }
    }
}

/* As a person reads it: X where messages are lost, ~ where they fare badly. */
static void print_matrix(const struct raft_view *view, const struct raft_fault *fault)
{
    char letter = raft_link_is_shaped(&fault->link) ? '~' : 'X';
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        fprintf(stderr, "  from n%u:", view->nodes[i].id);
        for (uint32_t j = 0; j < view->nodes_count; j++) {
            bool hit = (fault->row[view->nodes[i].slot] >> view->nodes[j].slot & 1) != 0;
            fprintf(stderr, " %c", i == j ? '\\' : hit ? letter : '.');
        }
        fprintf(stderr, "\n");
    }
}

static void add_fault(struct raft_json *request, const struct raft_fault *fault)
{
    raft_json_add_string(request, "kind", fault->kind);
    raft_json_add_string(request, "target", fault->target);
    struct raft_json *rows = raft_json_array();
    for (uint32_t s = 0; s < RAFT_NODES_MAX; s++) {
        char hex[24];
        snprintf(hex, sizeof hex, "%" PRIx64, fault->row[s]);
        raft_json_add_string(rows, NULL, hex);
    }
    raft_json_add(request, "rows", rows);
    if (raft_link_is_shaped(&fault->link)) {
        struct raft_json *values = raft_json_object();
        for (uint32_t i = 0; i < RAFT_LINK_QUALITY_COUNT; i++) {
            raft_json_add_integer(values, raft_link_quality_name((enum raft_link_quality)i),
                                  fault->link.quality[i]);
        }
        raft_json_add(request, "link", values);
    }
}

int fault_send(struct call *call, struct raft_json *request, const struct raft_fault *fault)
{
    struct raft_json *answer = NULL;
    uint64_t for_ms = options_number(&call->options, "for", 0);
    add_fault(request, fault);
    raft_json_add_integer(request, "for_ms", (int64_t)for_ms);
    int code = talk_supervisor(call, request, TIMEOUT_MS, &answer);
    if (code == EXIT_DONE) {
        char text[RAFT_FAULT_LINE];
        raft_fault_text(fault, text, sizeof text);
        if (call->verbose) {
            print_matrix(call->view, fault);
        }
        talk_changed(call, answer, NULL, "%s %s: %s", raft_json_string(answer, "fault", "f?"),
                     fault->kind, text);
    }
    raft_json_free(&answer);
    return code;
}
