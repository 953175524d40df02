/* SPDX-License-Identifier: MIT
 *
 * A command is a row: its names, what it takes, what it says about itself, and the function that
 * runs it. Help, completion, the man-page test and dispatch read the same rows.
 *
 * A call is one run of one command: the row, the options, and, once call_open() was asked for it,
 * the cluster's table and a view of it. The functions below are what commands share; they print
 * their complaint themselves ("raftctl: VERB: what, why, way out") and return the exit code, so a
 * command reads: `int code = call_open(call); if (code != EXIT_DONE) return code;`.
 */
#ifndef RAFTCTL_COMMAND_H
#define RAFTCTL_COMMAND_H

#include "cluster/paths.h"
#include "cluster/spec.h"
#include "cluster/target.h"
#include "cluster/view.h"
#include "exits.h"
#include "options.h"
#include "json/json.h"

struct call;

enum command_flags {
    COMMAND_HIDDEN = 1,     /* internal: not in help, completion or man page */
    COMMAND_NO_CLUSTER = 2, /* does not look at a cluster: no name is chosen for it */
    COMMAND_OPTIONLESS = 4, /* its arguments are left as they are (conditions, internal words) */
    COMMAND_SIGNALS = 8,    /* -9 and -TERM stand for -s 9 and -s TERM */
    COMMAND_NO_JSON = 16,   /* what it prints is for people or shells: --json is refused */
    COMMAND_NO_SCRIPT = 32  /* it has no place in a script */
};

struct command {
    const char *name;
    const char *alias;   /* NULL = none */
    const char *summary; /* one line, no full stop */
    const char *usage;   /* its arguments: "[N]", "TARGET" */
    const char *details; /* more lines for `help COMMAND`; NULL = none */
    const struct option_row *options;
    const char *completes; /* what its first argument is: "targets", "nodes", .. or a list "a|b" */
    const char *completes_rest; /* and those after it; NULL = nothing to offer */
    const char *app;            /* what the cluster must run for it; NULL = anything */
    unsigned flags;
    int args_min;
    int args_max; /* -1 = any number */
    int (*run)(struct call *call);
};

struct call {
    const struct command *command;
    struct options options; /* the command's and the global ones */
    int argc;               /* arguments */
    const char *const *argv;
    char typed[RAFT_SHM_TEXT]; /* the command as a person typed it, for the event line */
    bool json;
    bool quiet;
    bool verbose;
    bool colour; /* on stdout */
    struct raft_paths paths;
    struct raft_shm *shm;
    struct raft_view *view; /* of call_open or call_look */
};

/* -- the table (commands.c) -- */
extern const struct command commands[];
extern const uint32_t commands_count;

/* The words for nodes that are no node's own: all, leader, .. (cmd_names.c). */
extern const char *const target_words[];
extern const uint32_t target_words_count;
extern const struct option_row global_options[];

/* By name or alias; NULL if there is none. */
const struct command *command_find(const char *name);

/* The habit of kill(1): the first word like -9 or -TERM becomes -s9 or -sTERM. */
void translate_signal(int argc, char **argv);

/* The name nearest to a mistyped one; NULL if none is near. */
const char *command_nearest(const char *name);

/* -- what commands share (call.c) -- */

/* Prints "raftctl: VERB: sentence" to stderr and returns code. */
int complain(const struct call *call, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Talks to the person on stderr unless -q or --json. */
void say(const struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The exit code that stands for an error of the world. */
int exit_of(enum raft_error error);

/* The same for an errno of a file that was to be written. */
int exit_of_errno(int number);

/* What an exit code means. */
const char *exit_text(int code);

/* Does the cluster of this call exist (has it a file of its own)? If not, errno says why. */
bool call_exists(const struct call *call);

/* Maps the table and looks once. Complains with 4 (no such cluster) or, unless stopped is fine,
 * with 3. With stopped_is_fine and no table, call->view is NULL. */
int call_open(struct call *call, bool stopped_is_fine);

/* Looks again at the open table. */
void call_look(struct call *call);

/* Does anything of it run: its supervisor or a node? */
bool view_runs(const struct raft_view *view);

/* Resolves a target against the view; says who was picked. */
int call_target(const struct call *call, const char *text, struct raft_target *target);

/* A target that must be one node. */
int call_node(const struct call *call, const char *text, raft_id *id);

/* call_open(), and the one node that the first argument is. */
int call_open_node(struct call *call, raft_id *id);

/* Runs the open cluster the app that this command is for? If not, complains with what it runs and
 * which commands are for that. */
int call_app(const struct call *call);

/* A node of a cluster that is not running, by its name: other targets mean nothing then. */
int call_stored_node(const struct call *call, const struct raft_spec *spec, const char *text,
                     raft_id *id);

/* Asks on the terminal (default No) unless --yes was given; true = go on. */
bool call_confirm(const struct call *call, const char *question);

void call_close(struct call *call);

/* "n1, n2": names for a person; always terminated. */
void names_of(const struct raft_target *target, char *text, size_t bytes);

/* -- talk (talk.c) -- */

/* Sends a request to the supervisor; starts one that adopts when it is dead and a node lives.
 * Complains when it fails. answer is the caller's to free; request is freed. */
int talk_supervisor(struct call *call, struct raft_json *request, uint32_t timeout_ms,
                    struct raft_json **answer);

/* Does the supervisor that the view shows still answer? If not, its end is waited for. */
bool talk_supervisor_serves(struct call *call);

/* Waits until the supervisor that the view shows has ended (a while at most). */
void talk_await_supervisor_end(const struct call *call);

/* Sends a request to one node's own socket; says "paused" or "down" instead of waiting in vain. */
int talk_node(struct call *call, raft_id id, struct raft_json *request, uint32_t timeout_ms,
              struct raft_json **answer);

/* {"verb": verb, "text": what was typed}. */
struct raft_json *talk_request(const struct call *call, const char *verb);

/* Adds "nodes": [ids]. */
void talk_add_nodes(struct raft_json *request, const struct raft_target *target);

/* The one line of a changing command: "what  seq N", JSON with --json, the bare seq with -q. With
 * no answer there was nothing to change: seq is null. */
void talk_changed(const struct call *call, const struct raft_json *answer,
                  const struct raft_target *target, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* -- commands, one file each -- */
int cmd_up(struct call *call);
int cmd_config(struct call *call);
int cmd_down(struct call *call);
int cmd_ls(struct call *call);
int cmd_use(struct call *call);
int cmd_status(struct call *call);
int cmd_top(struct call *call);
int cmd_events(struct call *call);
int cmd_logs(struct call *call);
int cmd_log(struct call *call);
int cmd_inspect(struct call *call);
int cmd_wait(struct call *call);
int cmd_assert(struct call *call);
int cmd_start(struct call *call);
int cmd_stop(struct call *call);
int cmd_restart(struct call *call);
int cmd_kill(struct call *call);
int cmd_pause(struct call *call);
int cmd_resume(struct call *call);
int cmd_partition(struct call *call);
int cmd_link(struct call *call);
int cmd_heal(struct call *call);
int cmd_faults(struct call *call);
int cmd_transfer(struct call *call);
int cmd_campaign(struct call *call);
int cmd_member(struct call *call);
int cmd_snapshot(struct call *call);
int cmd_put(struct call *call);
int cmd_get(struct call *call);
int cmd_del(struct call *call);
int cmd_cas(struct call *call);
int cmd_bank(struct call *call);
int cmd_queue(struct call *call);
int cmd_run(struct call *call);
int cmd_completion(struct call *call);
int cmd_version(struct call *call);
int cmd_help(struct call *call);
int cmd_supervise(struct call *call);
int cmd_names(struct call *call);

#endif
