/* SPDX-License-Identifier: MIT
 *
 * log: the Raft log of one node, or where the logs of two part.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "log_fetch.h"
#include "print.h"

enum { LAST_ENTRIES = 100 };

static bool parse_index(const char *text, int64_t *index)
{
    uint64_t number = 0;
    bool negative = text[0] == '-';
    if (!options_integer(text + (negative ? 1 : 0), &number) || number > INT64_MAX) {
        return false;
    }
    *index = negative ? -(int64_t)number : (int64_t)number;
    return true;
}

/* "A..B", "A..", "..B", "A"; a negative number counts from the end, -1 is the last entry. */
static bool parse_range(const char *text, struct log_range *range)
{
    const char *dots = strstr(text, "..");
    char first[32];
    range->first = 1;
    range->last = -1;
    if (dots == NULL) {
        bool ok = parse_index(text, &range->first);
        range->last = range->first;
        return ok && range->first != 0;
    }
    if ((size_t)(dots - text) >= sizeof first) {
        return false;
    }
    snprintf(first, sizeof first, "%.*s", (int)(dots - text), text);
    return (first[0] == 0 || parse_index(first, &range->first)) &&
           (dots[2] == 0 || parse_index(dots + 2, &range->last)) && range->first != 0 &&
           range->last != 0;
}

static void print_table(const struct call *call, const struct raft_json *entries)
{
    struct table table;
    table_init(&table, 5);
    table.right = 1U | 2U | 8U;
    static const char *const heads[] = {"INDEX", "TERM", "TYPE", "SIZE", "PAYLOAD"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        table_add(&table, BOLD, "%s", heads[i]);
    }
    for (size_t i = 0; i < raft_json_count(entries); i++) {
        const struct raft_json *entry = raft_json_at(entries, i);
        table_add(&table, PLAIN, "%" PRId64, raft_json_integer(entry, "index", 0));
        table_add(&table, PLAIN, "%" PRId64, raft_json_integer(entry, "term", 0));
        table_add(&table, PLAIN, "%s", raft_json_string(entry, "type", "?"));
        table_add(&table, PLAIN, "%" PRId64, raft_json_integer(entry, "size", 0));
        table_add(&table, PLAIN, "%s", raft_json_string(entry, "payload", ""));
    }
    table_print(&table, stdout, call->colour);
    table_free(&table);
}

static void print_json(const char *node, const struct raft_json *entries)
{
    for (size_t i = 0; i < raft_json_count(entries); i++) {
        const struct raft_json *entry = raft_json_at(entries, i);
        struct raft_json *json = raft_json_object();
        raft_json_add_string(json, "schema", "raftctl.log/1");
        raft_json_add_string(json, "node", node);
        raft_json_add_integer(json, "index", raft_json_integer(entry, "index", 0));
        raft_json_add_integer(json, "term", raft_json_integer(entry, "term", 0));
        raft_json_add_string(json, "type", raft_json_string(entry, "type", NULL));
        raft_json_add_integer(json, "size", raft_json_integer(entry, "size", 0));
        raft_json_add_string(json, "payload", raft_json_string(entry, "payload", NULL));
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
    }
}

/* Where an index counted from the end stands is the node's to say; of equal signs we know it. */
static bool is_backward(const struct log_range *range)
{
    return (range->first < 0) == (range->last < 0) && range->first > range->last;
}

static int read_range(const struct call *call, struct log_range *range)
{
    const char *text = call->argv[1];
    if (!parse_range(text, range)) {
        return complain(call, EXIT_USAGE, "\"%s\" is not a range (1..20, 5.., ..9, -10.., 7)",
                        text);
    }
    return is_backward(range)
               ? complain(call, EXIT_USAGE,
                          "\"%s\" begins after it ends: say the lower index first", text)
               : EXIT_DONE;
}

static void say_none(const struct call *call, raft_id id)
{
    const struct raft_view_node *node = call->view != NULL ? raft_view_find(call->view, id) : NULL;
    char holds[64] = "";
    if (node != NULL && node->has_record) {
        snprintf(holds, sizeof holds, " (it holds %" PRIu64 " to %" PRIu64 ")", node->node.first,
                 node->node.last);
    }
    say(call, "n%u has no entries in that range%s", id, holds);
}

static int show(struct call *call, raft_id id, const struct log_range *range)
{
    struct raft_json *entries = NULL;
    char name[16];
    int code = log_fetch(call, id, range, &entries);
    snprintf(name, sizeof name, "n%u", id);
    if (code == EXIT_DONE && call->json) {
        print_json(name, entries);
    } else if (code == EXIT_DONE) {
        print_table(call, entries);
        if (raft_json_count(entries) == 0) {
            say_none(call, id);
        }
    }
    raft_json_free(&entries);
    return code;
}

static const struct raft_json *entry_at(const struct raft_json *entries, int64_t index)
{
    int64_t first = raft_json_integer(raft_json_at(entries, 0), "index", 0);
    int64_t place = index - first;
    return place >= 0 && (size_t)place < raft_json_count(entries)
               ? raft_json_at(entries, (size_t)place)
               : NULL;
}

static int64_t edge_of(const struct raft_json *entries, bool last)
{
    size_t count = raft_json_count(entries);
    return count == 0 ? 0
                      : raft_json_integer(raft_json_at(entries, last ? count - 1 : 0), "index", 0);
}

/* Raft's Log Matching (paper 5.3): equal terms at an index mean equal entries up to there. */
static bool same_entry(const struct raft_json *a, const struct raft_json *b)
{
    return raft_json_integer(a, "term", -1) == raft_json_integer(b, "term", -2) &&
           strcmp(raft_json_string(a, "payload", ""), raft_json_string(b, "payload", "")) == 0;
}

static void print_side(const char *name, const struct raft_json *entry, int64_t last)
{
    if (entry == NULL) {
        printf("  %s: ends at %" PRId64 "\n", name, last);
    } else {
        printf("  %s: term %" PRId64 " %s %s\n", name, raft_json_integer(entry, "term", 0),
               raft_json_string(entry, "type", "?"), raft_json_string(entry, "payload", ""));
    }
}

/* 0: one is the beginning of the other or both are equal; 1: they part. */
static int compare(const struct call *call, const raft_id ids[2], struct raft_json *logs[2])
{
    char names[2][16];
    int64_t lasts[2];
    for (int i = 0; i < 2; i++) {
        snprintf(names[i], sizeof names[i], "n%u", ids[i]);
        lasts[i] = edge_of(logs[i], true);
    }
    int64_t first_a = edge_of(logs[0], false);
    int64_t first_b = edge_of(logs[1], false);
    int64_t common = lasts[0] < lasts[1] ? lasts[0] : lasts[1];
    int64_t index = first_a > first_b ? first_a : first_b;
    while (index <= common && index > 0 &&
           same_entry(entry_at(logs[0], index), entry_at(logs[1], index))) {
        index++;
    }
    bool part = index <= common && index > 0;
    bool equal = !part && lasts[0] == lasts[1];
    if (call->json) {
        struct raft_json *json = raft_json_object();
        raft_json_add_string(json, "schema", "raftctl.logdiff/1");
        raft_json_add_bool(json, "conflict", part);
        raft_json_add_bool(json, "equal", equal);
        raft_json_add_integer(json, "differ_at", equal ? 0 : index > 0 ? index : common + 1);
        raft_json_add_integer(json, "last", lasts[0]);
        raft_json_add_integer(json, "other_last", lasts[1]);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
    } else if (equal) {
        printf("%s and %s have the same log, up to index %" PRId64 "\n", names[0], names[1],
               lasts[0]);
    } else {
        printf("%s and %s agree up to index %" PRId64 "; at %" PRId64 ":\n", names[0], names[1],
               index > 0 ? index - 1 : common, index > 0 ? index : common + 1);
        for (int i = 0; i < 2; i++) {
            print_side(names[i], entry_at(logs[i], index), lasts[i]);
        }
    }
    return part ? EXIT_FALSE : EXIT_DONE;
}

/* Without a table all nodes are down, and only names like n1 mean something. */
static int find_node(const struct call *call, const char *text, raft_id *id)
{
    struct raft_spec spec;
    char path[PATH_MAX];
    char message[256] = "";
    if (call->view != NULL) {
        return call_node(call, text, id);
    }
    raft_paths_spec(&call->paths, path, sizeof path);
    enum raft_error error = raft_spec_read(path, &spec, message, sizeof message);
    if (error != RAFT_OK) {
        return complain(call, exit_of(error), "%s", message);
    }
    return call_stored_node(call, &spec, text, id);
}

static int diff(struct call *call, raft_id id, const char *other)
{
    raft_id ids[2] = {id, 0};
    struct raft_json *logs[2] = {NULL, NULL};
    struct log_range all = {1, -1};
    int code = find_node(call, other, &ids[1]);
    for (int i = 0; i < 2 && code == EXIT_DONE; i++) {
        code = log_fetch(call, ids[i], &all, &logs[i]);
    }
    code = code == EXIT_DONE ? compare(call, ids, logs) : code;
    raft_json_free(&logs[0]);
    raft_json_free(&logs[1]);
    return code;
}

int cmd_log(struct call *call)
{
    struct log_range range = {-LAST_ENTRIES, -1};
    const char *other = options_text(&call->options, "diff", NULL);
    raft_id id = 0;
    if (call->argc == 2 && other != NULL) {
        return complain(call, EXIT_USAGE, "--diff compares whole logs, \"%s\" is too much",
                        call->argv[1]);
    }
    int code = call->argc == 2 ? read_range(call, &range) : EXIT_DONE;
    code = code == EXIT_DONE ? call_open(call, true) : code;
    code = code == EXIT_DONE ? find_node(call, call->argv[0], &id) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    return other != NULL ? diff(call, id, other) : show(call, id, &range);
}
