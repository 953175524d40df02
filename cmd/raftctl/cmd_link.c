/* SPDX-License-Identifier: MIT
 *
 * link: which links, and how bad they shall be (lib/faults/link.h).
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "fault_make.h"

/* "loss=20%" into the fault. */
static int read_quality(const struct call *call, const char *text, struct raft_fault *fault)
{
    enum raft_link_quality quality;
    char name[32];
    const char *value = strchr(text, '=') + 1;
    size_t length = (size_t)(value - text) - 1;
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1),
             text);
    if (length >= sizeof name || !raft_link_quality_parse(name, &quality)) {
        char names[96] = "";
        for (uint32_t i = 0; i < RAFT_LINK_QUALITY_COUNT; i++) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ",
                     raft_link_quality_name((enum raft_link_quality)i));
        }
        return complain(call, EXIT_USAGE, "no quality \"%s\" (there is: %s)", name, names);
    }
    if (fault->link.quality[quality] != 0) {
        return complain(call, EXIT_USAGE, "%s is given twice", name);
    }
    if (!raft_link_read(&fault->link, quality, value)) {
        return complain(call, EXIT_USAGE, "%s: expected %s, got \"%s\"", name,
                        raft_link_quality_wanted(quality), value);
    }
    return EXIT_DONE;
}

static int read_side(const struct call *call, const char *text, uint64_t *mask)
{
    *mask = RAFT_LINK_OTHERS;
    return strcmp(text, "*") == 0 ? EXIT_DONE : fault_mask(call, text, mask);
}

/* Adds "n1>n2,n3" to the fault's target. */
static void add_target(const struct raft_view *view, const struct raft_link_ends *ends,
                       struct raft_fault *fault)
{
    char from[56] = "*";
    char to[56] = "*";
    size_t used = strlen(fault->target);
    if (ends->from != RAFT_LINK_OTHERS) {
        fault_mask_text(view, ends->from, ',', from, sizeof from);
    }
    if (ends->to != RAFT_LINK_OTHERS) {
        fault_mask_text(view, ends->to, ',', to, sizeof to);
    }
    bool is_all = ends->from == RAFT_LINK_OTHERS && ends->to == RAFT_LINK_OTHERS;
    snprintf(fault->target + used, sizeof fault->target - used, "%s%s%c%s", used == 0 ? "" : " ",
             is_all ? "" : from,
             is_all       ? '*'
             : ends->both ? '-'
                          : '>',
             is_all ? "" : to);
}

static int add_links(const struct call *call, const char *text, struct raft_fault *fault)
{
    struct raft_link_sides sides;
    struct raft_link_ends ends = {.all = 0};
    if (!raft_link_sides_read(&sides, text)) {
        return complain(call, EXIT_USAGE,
                        "\"%s\" is no link: 'n1>n2' (one way), n1-n2 (both), n2 (all of its "
                        "links), 'leader>*' or '*' (all there are)",
                        text);
    }
    ends.both = sides.both;
    int code = fault_mask(call, "all", &ends.all);
    code = code == EXIT_DONE ? read_side(call, sides.from, &ends.from) : code;
    code = code == EXIT_DONE ? read_side(call, sides.to, &ends.to) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    ends.from = ends.from == ends.all ? RAFT_LINK_OTHERS : ends.from; /* in the same words as "*" */
    ends.to = ends.to == ends.all ? RAFT_LINK_OTHERS : ends.to;
    if (!raft_link_rows(&ends, fault->row)) {
        return complain(call, EXIT_USAGE, "%s: there is no link between two nodes in it", text);
    }
    add_target(call->view, &ends, fault);
    return EXIT_DONE;
}

static int read_qualities(const struct call *call, struct raft_fault *fault)
{
    int links = 0;
    for (int i = 0; i < call->argc; i++) {
        bool is_link = strchr(call->argv[i], '=') == NULL;
        int code = is_link ? EXIT_DONE : read_quality(call, call->argv[i], fault);
        if (code != EXIT_DONE) {
            return code;
        }
        links += is_link ? 1 : 0;
    }
    if (links == 0) {
        return complain(call, EXIT_USAGE,
                        "which links? 'n1>n2', n1-n2, n2, 'leader>*', or '*' for all");
    }
    if (!raft_link_is_shaped(&fault->link)) {
        return complain(call, EXIT_USAGE,
                        "it would change nothing: say how bad, as in loss=20%% or delay=80ms "
                        "(heal makes links good again)");
    }
    return EXIT_DONE;
}

int cmd_link(struct call *call)
{
    struct raft_fault fault = {.kind = "link"};
    int code = read_qualities(call, &fault);
    code = code == EXIT_DONE ? fault_check_duration(call) : code;
    code = code == EXIT_DONE ? call_open(call, false) : code;
    for (int i = 0; i < call->argc && code == EXIT_DONE; i++) {
        if (strchr(call->argv[i], '=') == NULL) {
            code = add_links(call, call->argv[i], &fault);
        }
    }
    if (code != EXIT_DONE) {
        return code;
    }
    struct raft_json *request = talk_request(call, "link");
    raft_json_add_bool(request, "add", true);
    return fault_send(call, request, &fault);
}
