/* SPDX-License-Identifier: MIT
 *
 * partition: a kind and its arguments become a link matrix (lib/faults), which the supervisor
 * publishes.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "fault_make.h"

/* What is being made. */
struct shape {
    struct raft_partition_spec spec;
    struct raft_random random;
    char target[RAFT_FAULT_TEXT];
    uint64_t rows[RAFT_NODES_MAX];
};

static void begin_shape(const struct call *call, struct shape *shape);
static int parse_arguments(const struct call *call, struct shape *shape);
static void describe_components(const struct raft_view *view, struct shape *shape);
static int send_shape(struct call *call, const struct shape *shape);

int cmd_partition(struct call *call)
{
    struct shape shape;
    memset(&shape, 0, sizeof shape);
    if (!raft_partition_parse(call->argv[0], &shape.spec.kind)) {
        char kinds[256] = "";
        for (uint32_t i = 0; i < RAFT_PARTITION_COUNT; i++) {
            size_t used = strlen(kinds);
            snprintf(kinds + used, sizeof kinds - used, "%s%s", i == 0 ? "" : ", ",
                     raft_partition_name((enum raft_partition)i));
        }
        return complain(call, EXIT_USAGE, "no kind \"%s\" (there is: %s)", call->argv[0], kinds);
    }
    int code = fault_check_duration(call);
    code = code == EXIT_DONE ? call_open(call, false) : code;
    if (code == EXIT_DONE) {
        begin_shape(call, &shape);
        code = parse_arguments(call, &shape);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (shape.target[0] == 0) {
        describe_components(call->view, &shape);
    }
    return send_shape(call, &shape);
}

/* Which nodes there are, and the luck of this partition. */
static void begin_shape(const struct call *call, struct shape *shape)
{
    const struct raft_view *view = call->view;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        shape->spec.slots[shape->spec.slots_count++] = view->nodes[i].slot;
    }
    raft_random_seed(&shape->random,
                     options_number(&call->options, "seed", view->cluster.seed ^ view->seq));
    shape->spec.random = &shape->random;
}

/* Cuts what the spec says now, besides what is cut already. */
static int add_rows(const struct call *call, struct shape *shape)
{
    static const char verb[] = "partition "; /* the message begins with it, and so does ours */
    uint64_t rows[RAFT_NODES_MAX];
    char message[256] = "";
    enum raft_error error = raft_partition_rows(&shape->spec, rows, message, sizeof message);
    if (error != RAFT_OK) {
        bool twice = strncmp(message, verb, sizeof verb - 1) == 0;
        return complain(call, exit_of(error), "%s", message + (twice ? sizeof verb - 1 : 0));
    }
    for (uint32_t s = 0; s < RAFT_NODES_MAX; s++) {
        shape->rows[s] |= rows[s];
    }
    return EXIT_DONE;
}

/* Cuts between two sides; "*" is everybody else. */
static int add_link(const struct call *call, struct shape *shape, const char *from, const char *to)
{
    uint64_t *sides = shape->spec.groups;
    uint64_t all = 0;
    int code = fault_mask(call, "all", &all);
    code = code == EXIT_DONE ? fault_mask(call, from, &sides[0]) : code;
    if (code == EXIT_DONE && strcmp(to, "*") == 0) {
        sides[1] = all & ~sides[0];
    } else if (code == EXIT_DONE) {
        code = fault_mask(call, to, &sides[1]);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    char a[56];
    char b[56];
    size_t used = strlen(shape->target);
    fault_mask_text(call->view, sides[0], ',', a, sizeof a);
    fault_mask_text(call->view, sides[1], ',', b, sizeof b);
    snprintf(shape->target + used, sizeof shape->target - used, "%s%s%c%s", used == 0 ? "" : " ", a,
             shape->spec.kind == RAFT_PARTITION_CUT ? '-' : '>', b);
    shape->spec.groups_count = 2;
    return add_rows(call, shape);
}

/* "A-B", "A>B": exactly one separator with something on both sides. */
static int parse_link(const struct call *call, struct shape *shape, const char *text,
                      char separator)
{
    char from[64];
    const char *at = strchr(text, separator);
    bool is_link = at != NULL && at != text && at[1] != 0 && strchr(at + 1, separator) == NULL &&
                   (size_t)(at - text) < sizeof from;
    if (!is_link) {
        return complain(call, EXIT_USAGE, "%s: \"%s\" is no link: n1%cn2 (targets both)",
                        call->argv[0], text, separator);
    }
    snprintf(from, sizeof from, "%.*s", (int)(at - text), text);
    return add_link(call, shape, from, at + 1);
}

/* Links, or the two sides of one: a range like 1-3 is a side only where it cannot be a link. */
static int parse_links(const struct call *call, struct shape *shape, char separator)
{
    const char *quote = separator == '>' ? "'" : "";
    int links = 0;
    for (int i = 1; i < call->argc; i++) {
        links += strchr(call->argv[i], separator) != NULL ? 1 : 0;
    }
    if (links == 0 && call->argc == 3) {
        return add_link(call, shape, call->argv[1], call->argv[2]);
    }
    if (links == 0 || links != call->argc - 1) {
        return complain(call, EXIT_USAGE, "%s wants links (%sn1%cn2%s ..) or two sides (1,2 3,4)%s",
                        call->argv[0], quote, separator, quote, links > 0 ? ", not both" : "");
    }
    int code = EXIT_DONE;
    for (int i = 1; i < call->argc && code == EXIT_DONE; i++) {
        code = parse_link(call, shape, call->argv[i], separator);
    }
    return code;
}

static int parse_groups(const struct call *call, struct shape *shape)
{
    if (call->argc < 2) {
        return complain(call, EXIT_USAGE, "groups needs groups: 1,2 3,4,5");
    }
    for (int i = 1; i < call->argc; i++) {
        if (i > RAFT_NODES_MAX) {
            return complain(call, EXIT_USAGE, "more groups than nodes");
        }
        int code = fault_mask(call, call->argv[i], &shape->spec.groups[i - 1]);
        if (code != EXIT_DONE) {
            return code;
        }
        shape->spec.groups_count++;
    }
    return EXIT_DONE;
}

static int parse_one(const struct call *call, struct shape *shape, bool needed)
{
    if (call->argc > 2) {
        return complain(call, EXIT_USAGE, "%s takes one target", call->argv[0]);
    }
    if (call->argc == 1) {
        return needed ? complain(call, EXIT_USAGE, "%s needs a target, like leader or n1",
                                 call->argv[0])
                      : EXIT_DONE;
    }
    int code = fault_mask(call, call->argv[1], &shape->spec.groups[0]);
    shape->spec.groups_count = 1;
    fault_mask_text(call->view, shape->spec.groups[0], ',', shape->target, sizeof shape->target);
    return code;
}

static int parse_arguments(const struct call *call, struct shape *shape)
{
    int code = EXIT_DONE;
    switch (shape->spec.kind) {
    case RAFT_PARTITION_CUT:
        return parse_links(call, shape, '-');
    case RAFT_PARTITION_ONE_WAY:
        return parse_links(call, shape, '>');
    case RAFT_PARTITION_ISOLATE:
    case RAFT_PARTITION_STAR:
    case RAFT_PARTITION_BRIDGE:
        code = parse_one(call, shape, shape->spec.kind != RAFT_PARTITION_BRIDGE);
        break;
    case RAFT_PARTITION_GROUPS:
        code = parse_groups(call, shape);
        break;
    case RAFT_PARTITION_HALVES:
    case RAFT_PARTITION_RANDOM:
    case RAFT_PARTITION_RING:
    case RAFT_PARTITION_MAJORITY_RING:
    case RAFT_PARTITION_CHAIN:
    case RAFT_PARTITION_COUNT:
        code = call->argc == 1 ? EXIT_DONE
                               : complain(call, EXIT_USAGE, "%s takes no arguments", call->argv[0]);
        break;
    }
    return code == EXIT_DONE ? add_rows(call, shape) : code;
}

/* Who still talks to whom, directly or through others, as "n1 n2 | n3 n4 n5". */
static void describe_components(const struct raft_view *view, struct shape *shape)
{
    uint64_t left = 0;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        left |= UINT64_C(1) << view->nodes[i].slot;
    }
    size_t used = 0;
    while (left != 0 && used < sizeof shape->target) {
        uint64_t reached = left & (~left + 1);
        uint64_t before = 0;
        while (reached != before) {
            before = reached;
            for (uint32_t s = 0; s < RAFT_NODES_MAX; s++) {
                reached |= (reached >> s & 1) != 0 ? left & ~shape->rows[s] : 0;
            }
        }
        char names[RAFT_FAULT_TEXT];
        fault_mask_text(view, reached, ' ', names, sizeof names);
        int n = snprintf(shape->target + used, sizeof shape->target - used, "%s%s",
                         used == 0 ? "" : " | ", names);
        used += n < 0 ? 0 : (size_t)n;
        left &= ~reached;
    }
}

static int send_shape(struct call *call, const struct shape *shape)
{
    struct raft_json *request = talk_request(call, "partition");
    struct raft_fault fault = {.id = 0};
    snprintf(fault.kind, sizeof fault.kind, "%s", raft_partition_name(shape->spec.kind));
    snprintf(fault.target, sizeof fault.target, "%s", shape->target);
    memcpy(fault.row, shape->rows, sizeof fault.row);
    raft_json_add_bool(request, "add", options_given(&call->options, "add"));
    return fault_send(call, request, &fault);
}
