/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "raft/types.h"

enum kind { KIND_TEXT, KIND_INDEX, KIND_HEX, KIND_ID, KIND_FD, KIND_FLAG };

/* One row, one option: how it is read and what the help says. */
struct row {
    const char *name;
    const char *argument; /* NULL: a flag */
    enum kind kind;
    size_t offset;
    const char *help;
};

#define AT(field) offsetof(struct options, field)
static const struct row rows[] = {
    {"--spec", "FILE", KIND_TEXT, AT(spec), "the cluster's file (cluster.json)"},
    {"--id", "ID", KIND_ID, AT(id), "which of its nodes this is"},
    {"--data", "DIR", KIND_TEXT, AT(data), "the node's log; made if missing"},
    {"--table", "FILE", KIND_TEXT, AT(table),
     "the cluster's status table (default: a private one)"},
    {"--socket", "PATH", KIND_TEXT, AT(socket), "the node's own Unix socket (default: none)"},
    {"--incarnation", "HEX", KIND_HEX, AT(incarnation), "names this process (default: random)"},
    {"--ready-fd", "N", KIND_FD, AT(ready_fd), "write \"ok\" or \"error SENTENCE\" there"},
    {"--udp-fd", "N", KIND_FD, AT(udp_fd),
     "its UDP socket, bound by whoever holds the port (default: bind one)"},
    {"--fresh", NULL, KIND_FLAG, AT(fresh), "the cluster is new: elect at once"},
    {"--start", "FILE", KIND_TEXT, AT(start),
     "where a fresh node with an empty store begins (start.json)"},
    {"--lease-reads", NULL, KIND_FLAG, AT(lease_reads),
     "answer reads by lease; on all nodes, if clocks can be trusted"},
    {"--snapshot-every", "N", KIND_ID, AT(snapshot_every),
     "take a snapshot after so many entries (default: 8192)"},
    {"--snapshot-keep", "N", KIND_ID, AT(snapshot_keep),
     "entries before a snapshot that stay (default: 1024)"},
    {"--dump", "DIR", KIND_TEXT, AT(dump), "print the log of a node that does not run, and end"},
    {"--first", "A", KIND_INDEX, AT(first), "with --dump: from this entry on; -1 is the last one"},
    {"--last", "B", KIND_INDEX, AT(last), "with --dump: up to this entry"},
    {"--json", NULL, KIND_FLAG, AT(json), "with --dump: one JSON object a line"},
    {"--help", NULL, KIND_FLAG, AT(help), "show this"},
    {"--version", NULL, KIND_FLAG, AT(version), "show the version"},
};
#undef AT

static bool refuse(char *message, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(char *message, size_t bytes, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    (void)vsnprintf(message, bytes, format, list); /* a cut sentence is still one */
    va_end(list);
    return false;
}

static const struct row *find_row(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool read_number(const char *text, int base, uint64_t max, uint64_t *number)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, base);
    /* A sign or a blank in front would be taken. */
    bool is_clean = strspn(text, "0123456789abcdefABCDEF") == strlen(text);
    *number = value;
    return errno == 0 && end != text && *end == '\0' && is_clean && value <= max;
}

static bool set_option(const struct row *row, const char *text, struct options *options)
{
    void *field = (char *)options + row->offset;
    uint64_t number = 0;
    switch (row->kind) {
    case KIND_TEXT:
        memcpy(field, &text, sizeof text);
        return text[0] != '\0';
    case KIND_FLAG:
        *(bool *)field = true;
        return true;
    case KIND_INDEX:
        if (!read_number(text + (text[0] == '-' ? 1 : 0), 10, INT64_MAX, &number)) {
            return false;
        }
        *(int64_t *)field = text[0] == '-' ? -(int64_t)number : (int64_t)number;
        return true;
    case KIND_HEX:
        if (!read_number(text, 16, UINT64_MAX, &number)) {
            return false;
        }
        memcpy(field, &number, sizeof number);
        return true;
    case KIND_ID:
        if (!read_number(text, 10, UINT32_MAX, &number) || number == 0) {
            return false;
        }
        *(uint32_t *)field = (uint32_t)number;
        return true;
    case KIND_FD:
        if (!read_number(text, 10, 1 << 20, &number)) {
            return false;
        }
        *(int *)field = (int)number;
        return true;
    }
    return false;
}

/* CONFIG, then INDEX. */
static bool set_operand(const char *text, struct options *options, char *message, size_t bytes)
{
    uint64_t index = 0;
    if (options->config == NULL) {
        options->config = text;
        return text[0] != '\0' || refuse(message, bytes, "the config has no name");
    }
    if (options->has_index) {
        return refuse(message, bytes, "%s is one word too many (see --help)", text);
    }
    options->has_index = true;
    if (!read_number(text, 10, RAFT_NODES_MAX - 1, &index)) {
        return refuse(message, bytes, "\"%s\" is not a valid INDEX: a node's number, from 0 on",
                      text);
    }
    options->index = (uint32_t)index;
    return true;
}

static bool check_options(const struct options *options, char *message, size_t bytes)
{
    if (options->help || options->version || options->dump != NULL) {
        return true;
    }
    if (options->config != NULL) {
        const char *alien = options->spec != NULL    ? "--spec"
                            : options->id != 0       ? "--id"
                            : options->fresh         ? "--fresh"
                            : options->table != NULL ? "--table"
                            : options->start != NULL ? "--start"
                                                     : NULL;
        if (alien != NULL) {
            return refuse(message, bytes, "%s does not go with a config (see --help)", alien);
        }
        return options->has_index ||
               refuse(message, bytes, "INDEX is missing: which node of %s this is, from 0 on",
                      options->config);
    }
    if (options->spec == NULL || options->id == 0 || options->data == NULL) {
        return refuse(message, bytes, "%s is missing (see --help)",
                      options->spec == NULL ? "--spec"
                      : options->id == 0    ? "--id"
                                            : "--data");
    }
    return true;
}

bool read_options(int argc, char **argv, struct options *options, char *message, size_t bytes)
{
    *options = (struct options){.ready_fd = -1, .first = 1, .last = -1};
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            if (!set_operand(argv[i], options, message, bytes)) {
                return false;
            }
            continue;
        }
        const struct row *row = find_row(argv[i]);
        if (row == NULL) {
            return refuse(message, bytes, "there is no option %s (see --help)", argv[i]);
        }
        if (row->argument != NULL && i + 1 == argc) {
            return refuse(message, bytes, "%s wants %s", row->name, row->argument);
        }
        const char *text = row->argument != NULL ? argv[++i] : "";
        if (!set_option(row, text, options)) {
            return refuse(message, bytes, "%s: \"%s\" is not a valid %s", row->name, text,
                          row->argument);
        }
    }
    while (options->incarnation == 0) {
        options->incarnation = raft_random_system();
    }
    return check_options(options, message, bytes);
}

void print_help(void)
{
    puts("usage: raftnode --spec FILE --id ID --data DIR [OPTION]...\n"
         "       raftnode CONFIG INDEX [--data DIR] [OPTION]...\n"
         "       raftnode --dump DIR [--first A] [--last B] [--json]\n"
         "One node of a Raft cluster; raftctl starts it. CONFIG is a config.json of a replicated\n"
         "message queue, INDEX counts its addresses from 0; without --data it is in memory.\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char left[40];
        (void)snprintf(left, sizeof left, "%s%s%s", rows[i].name,
                       rows[i].argument != NULL ? " " : "",
                       rows[i].argument != NULL ? rows[i].argument : "");
        (void)printf("  %-20s %s\n", left, rows[i].help);
    }
}
