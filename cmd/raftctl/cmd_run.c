/* SPDX-License-Identifier: MIT
 *
 * run: plays a script, line by line, until its end or the first line that fails.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "command.h"
#include "script.h"
#include "script_child.h"

enum { SHOWN_LINES = 40, SHOWN_BYTES = 1024, FIXED_WORDS = 4 };

/* One run of a script. */
struct script_run {
    struct call *call;
    struct script script;
    struct script_child child;
    struct script_variables variables;
    struct script_words words;      /* of the present line */
    const struct script_line *last; /* the last command; NULL = none yet */
    int exit;                       /* its exit code */
    uint64_t *rounds;               /* by line of the script: of a repeat, how often it began */
    uint64_t commands;
    uint64_t expectations;
};

static int read_text(const struct call *call, const char *path, char **text, size_t *bytes)
{
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "r");
    if (file == NULL) {
        return complain(
            call, exit_of_errno(errno) == EXIT_NOT_PERMITTED ? EXIT_NOT_PERMITTED : EXIT_USAGE,
            "cannot read %s: %s", path, strerror(errno));
    }
    *text = malloc(SCRIPT_BYTES_MAX + 1);
    ASSERT(*text != NULL);
    errno = 0;
    *bytes = fread(*text, 1, SCRIPT_BYTES_MAX + 1, file);
    int code = EXIT_DONE;
    if (ferror(file)) {
        code = complain(call, EXIT_USAGE, "cannot read %s: %s", path, strerror(errno));
    } else if (*bytes > SCRIPT_BYTES_MAX) {
        code = complain(call, EXIT_USAGE, "%s is longer than %d bytes", path, SCRIPT_BYTES_MAX);
    }
    if (!is_input) {
        fclose(file); /* it was only read */
    }
    return code;
}

/* -- what is said ------------------------------------------------------------------------------ */

static void report_json(const struct script_run *run, const struct script_line *line,
                        const char *why)
{
    struct raft_json *json = raft_json_object();
    raft_json_add_string(json, "schema", "raftctl.run/1");
    raft_json_add_string(json, "file", run->script.file);
    raft_json_add_integer(json, "line", line->number);
    raft_json_add_string(json, "text", line->text);
    raft_json_add_bool(json, "ok", why == NULL);
    raft_json_add_string(json, "why", why);
    raft_json_add_integer(json, "exit", run->exit);
    raft_json_add_bytes(json, "output", run->child.output, run->child.bytes);
    raft_json_print(json, stdout, false);
    raft_json_free(&json);
    fflush(stdout);
}

/* Where the last lines of a text begin. */
static const char *find_tail(const char *text, const char *end)
{
    int lines = 0;
    const char *at = end;
    while (at > text && (at[-1] != '\n' || at == end || ++lines < SHOWN_LINES)) {
        at--;
    }
    return at;
}

static void print_output(const struct script_run *run)
{
    char line[SHOWN_BYTES];
    const char *end = run->child.output + run->child.bytes;
    const char *at = find_tail(run->child.output, end);
    if (at > run->child.output) {
        fprintf(stderr, "    ..\n");
    }
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop != NULL ? stop : end;
        raft_text_escape((struct raft_span){at, (size_t)(stop - at)}, line, sizeof line);
        fprintf(stderr, "    %s\n", line);
        at = stop + 1;
    }
}

/* Which line failed, why, and what was seen. */
static int fail(const struct script_run *run, const struct script_line *line, const char *why)
{
    const struct call *call = run->call;
    complain(call, EXIT_FALSE, "%s:%u: %s: %s", run->script.file, line->number, line->text, why);
    if (run->last != NULL) {
        fprintf(stderr, "  seen%s%s%s: exit code %d (%s), %s\n", run->last != line ? " of \"" : "",
                run->last != line ? run->last->text : "", run->last != line ? "\"" : "", run->exit,
                exit_text(run->exit), run->child.bytes > 0 ? "output:" : "no output");
        print_output(run);
    }
    return EXIT_FALSE;
}

/* -- what is done ------------------------------------------------------------------------------ */

/* $seq: the number behind the last "seq" of the output. */
static void take_seq(struct script_run *run)
{
    uint64_t seq = 0;
    bool is_found = false;
    for (const char *at = run->child.output; (at = strstr(at, "seq ")) != NULL; at++) {
        bool begins = at == run->child.output || at[-1] == ' ' || at[-1] == '\n';
        if (begins && at[4] >= '0' && at[4] <= '9') {
            seq = strtoull(at + 4, NULL, 10);
            is_found = true;
        }
    }
    if (is_found) {
        script_set_number(&run->variables, "seq", seq);
    }
}

static void take_output(struct script_run *run, const char *name)
{
    size_t bytes = run->child.bytes;
    bool has_newline = bytes > 0 && run->child.output[bytes - 1] == '\n';
    char *value = strndup(run->child.output, bytes - (has_newline ? 1 : 0));
    ASSERT(value != NULL);
    script_set(&run->variables, name, value);
    free(value);
}

static int start_command(struct script_run *run, const struct script_line *line, char *message,
                         size_t message_bytes)
{
    const char *cluster = options_text(&run->call->options, "cluster", NULL);
    static char program[] = "raftctl";
    static char option[] = "-c";
    char *argv[SCRIPT_WORDS_MAX + FIXED_WORDS] = {program};
    size_t count = 1;
    if (cluster != NULL) {
        argv[count++] = option;
        argv[count++] = run->call->paths.name;
    }
    for (size_t i = line->first; i < run->words.count; i++) {
        argv[count++] = run->words.words[i];
    }
    argv[count] = NULL;
    return script_child_run(&run->child, argv, message, message_bytes);
}

static int play_command(struct script_run *run, const struct script_line *line)
{
    char why[300] = "";
    if (run->child.shown != NULL) {
        fprintf(run->child.shown, "> %s\n", line->text);
        fflush(run->child.shown);
    }
    run->exit = start_command(run, line, why, sizeof why);
    run->last = line;
    run->commands++;
    if (run->child.signal != 0) {
        return complain(run->call, EXIT_SIGNAL + run->child.signal, "%s:%u: %s: interrupted",
                        run->script.file, line->number, line->text);
    }
    bool ended = run->exit >= 0 && run->exit < EXIT_SIGNAL;
    bool is_good = ended && (run->exit != EXIT_DONE) == line->shall_fail;
    if (is_good) {
        take_seq(run);
        if (line->name[0] != 0) {
            take_output(run, line->name);
        }
    } else if (run->exit >= 0) {
        snprintf(why, sizeof why, ended && line->shall_fail ? "it was to fail" : "it failed");
    }
    if (run->call->json) {
        report_json(run, line, is_good ? NULL : why);
    }
    return is_good ? EXIT_DONE : fail(run, line, why);
}

static int play_expect(struct script_run *run, const struct script_line *line)
{
    char why[300] = "";
    struct script_seen seen = {
        .output = run->child.output, .bytes = run->child.bytes, .exit = run->exit};
    bool holds = script_expect(&run->words, &seen, why, sizeof why);
    run->expectations++;
    if (run->call->json) {
        report_json(run, line, holds ? NULL : why);
    }
    return holds ? EXIT_DONE : fail(run, line, why);
}

/* Where to go on behind the end of a repeat: its first line once more, or what follows. */
static size_t play_end(struct script_run *run, size_t at)
{
    size_t begin = run->script.lines[at].other;
    bool is_over = run->rounds[begin] == run->script.lines[begin].rounds;
    if (is_over) {
        run->rounds[begin] = 0;
    }
    return is_over ? at + 1 : begin;
}

static int play_line(struct script_run *run, size_t *at)
{
    char why[300] = "";
    const struct script_line *line = &run->script.lines[*at];
    int code = EXIT_DONE;
    switch (line->kind) {
    case SCRIPT_REPEAT:
        script_set_number(&run->variables, "round", ++run->rounds[*at]);
        break;
    case SCRIPT_END:
        *at = play_end(run, *at);
        return EXIT_DONE;
    case SCRIPT_COMMAND:
    case SCRIPT_EXPECT:
        if (!script_split(line->text, &run->variables, &run->words, why, sizeof why)) {
            code = fail(run, line, why);
        } else {
            code = line->kind == SCRIPT_COMMAND ? play_command(run, line) : play_expect(run, line);
        }
        script_words_finish(&run->words);
        break;
    }
    (*at)++;
    return code;
}

static int play(struct script_run *run)
{
    int code = EXIT_DONE;
    script_set_number(&run->variables, "seq", 0);
    script_set_number(&run->variables, "round", 0);
    for (size_t at = 0; code == EXIT_DONE && at < run->script.count;) {
        code = play_line(run, &at);
    }
    if (code == EXIT_DONE && !run->call->json) {
        printf("%s: passed, %llu command%s and %llu expectation%s\n", run->script.file,
               (unsigned long long)run->commands, run->commands == 1 ? "" : "s",
               (unsigned long long)run->expectations, run->expectations == 1 ? "" : "s");
    }
    return code;
}

static int open_run(struct script_run *run)
{
    const struct call *call = run->call;
    const char *timeout = options_text(&call->options, "timeout", NULL);
    run->rounds = calloc(run->script.count + 1, sizeof *run->rounds);
    ASSERT(run->rounds != NULL);
    if (timeout != NULL && setenv("RAFTCTL_TIMEOUT", timeout, 1) != 0) {
        return complain(call, EXIT_FALSE, "cannot set RAFTCTL_TIMEOUT: %s", strerror(errno));
    }
    if (!script_child_open(&run->child)) {
        return complain(call, EXIT_FALSE, "cannot watch signals: %s", strerror(errno));
    }
    return EXIT_DONE;
}

static void close_run(struct script_run *run)
{
    script_child_close(&run->child);
    script_variables_finish(&run->variables);
    script_finish(&run->script);
    free(run->rounds);
}

int cmd_run(struct call *call)
{
    char message[300] = "";
    char *text = NULL;
    size_t bytes = 0;
    const char *path = call->argv[0];
    struct script_run run = {.call = call, .child = {.signals = -1}};
    int code = read_text(call, path, &text, &bytes);
    if (code == EXIT_DONE && !script_parse(strcmp(path, "-") == 0 ? "stdin" : path, text, bytes,
                                           &run.script, message, sizeof message)) {
        code = complain(call, EXIT_USAGE, "%s", message);
    }
    free(text);
    code = code == EXIT_DONE ? open_run(&run) : code;
    run.child.shown = call->json || call->quiet ? NULL : stdout;
    code = code == EXIT_DONE ? play(&run) : code;
    close_run(&run);
    return code;
}
