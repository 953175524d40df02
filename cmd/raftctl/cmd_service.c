/* SPDX-License-Identifier: MIT
 *
 * start, stop, restart, kill, pause, resume: one request to the supervisor about some nodes, and
 * the one line that says what became of it.
 */
#include <signal.h>
#include <string.h>

#include "command.h"

/* How one of them differs from the others. */
struct service_verb {
    const char *done;     /* "killed" */
    int signal;           /* kill: which, else 0 */
    uint32_t timeout_ms;  /* given to the supervisor */
    uint32_t patience_ms; /* how long we wait for its answer */
};

static int change_nodes(struct call *call, const struct service_verb *verb)
{
    struct raft_target target;
    struct raft_json *answer = NULL;
    char names[512];
    int code = call_open(call, false);
    code = code == EXIT_DONE ? call_target(call, call->argv[0], &target) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    struct raft_json *request = talk_request(call, call->command->name);
    talk_add_nodes(request, &target);
    if (verb->signal != 0) {
        raft_json_add_integer(request, "signal", verb->signal);
    }
    raft_json_add_integer(request, "timeout_ms", verb->timeout_ms);
    code = talk_supervisor(call, request, verb->patience_ms, &answer);
    if (code == EXIT_DONE) {
        names_of(&target, names, sizeof names);
        talk_changed(call, answer, &target, "%s %s", verb->done, names);
    }
    raft_json_free(&answer);
    return code;
}

/* What a person waits at most, over and above a grace period. */
enum { PATIENCE_MS = 30000, GRACE_MS = 10000 };

static uint32_t timeout_of(const struct call *call, uint32_t fallback_ms)
{
    uint64_t ms = options_number(&call->options, "timeout", fallback_ms);
    return ms < 24 * 3600 * 1000 ? (uint32_t)ms : 24 * 3600 * 1000;
}

static int change_now(struct call *call, const char *done, int signal)
{
    uint32_t ms = timeout_of(call, PATIENCE_MS);
    return change_nodes(call, &(struct service_verb){done, signal, ms, ms + 1000});
}

static int change_gracefully(struct call *call, const char *done)
{
    uint32_t ms = timeout_of(call, GRACE_MS);
    return change_nodes(call, &(struct service_verb){done, 0, ms, ms + PATIENCE_MS});
}

int cmd_start(struct call *call)
{
    return change_now(call, "started", 0);
}

int cmd_stop(struct call *call)
{
    return change_gracefully(call, "stopped");
}

int cmd_restart(struct call *call)
{
    return change_gracefully(call, "restarted");
}

int cmd_pause(struct call *call)
{
    return change_now(call, "paused", 0);
}

int cmd_resume(struct call *call)
{
    return change_now(call, "resumed", 0);
}

/* "KILL", "SIGKILL", "9"; 0 if there is no such signal. */
static int parse_signal(const char *text)
{
    uint64_t number = 0;
    if (options_integer(text, &number)) {
        return number >= 1 && number < 32 ? (int)number : 0;
    }
    text += strncasecmp(text, "SIG", 3) == 0 ? 3 : 0;
    for (int i = 1; i < 32; i++) {
        const char *name = sigabbrev_np(i);
        if (name != NULL && strcasecmp(name, text) == 0) {
            return i;
        }
    }
    return 0;
}

void translate_signal(int argc, char **argv)
{
    static char word[32]; /* getopt and the call keep pointers to it */
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *name = argv[i] + 1;
        bool is_signal = argv[i][0] == '-' &&
                         ((name[0] >= '0' && name[0] <= '9') || (name[0] >= 'A' && name[0] <= 'Z'));
        if (is_signal && strlen(name) < sizeof word - 2) {
            snprintf(word, sizeof word, "-s%s", name);
            argv[i] = word;
            return;
        }
    }
}

int cmd_kill(struct call *call)
{
    const char *text = options_text(&call->options, "signal", "KILL");
    int signal = parse_signal(text);
    if (signal == 0) {
        return complain(call, EXIT_USAGE, "no signal \"%s\" (KILL, TERM, 15, ..)", text);
    }
    char done[48];
    snprintf(done, sizeof done, "%s%s", signal == SIGKILL ? "killed" : "sent SIG",
             signal == SIGKILL ? "" : sigabbrev_np(signal));
    if (signal != SIGKILL) {
        snprintf(done + strlen(done), sizeof done - strlen(done), " to");
    }
    return change_now(call, done, signal);
}
