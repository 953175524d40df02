/* SPDX-License-Identifier: MIT
 *
 * member: who belongs to the cluster, and changes of it.
 *
 * Each change has up to three parts, and the cluster is whole after any of them: the supervisor
 * makes a node or takes note of the command, the leader changes the configuration, the supervisor
 * has seen it committed and has done its part (cluster.json, the process, the place in the table).
 */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "member_change.h"
#include "member_list.h"

enum { TIMEOUT_MS = 60000, GRACE_MS = 15000 };

static uint64_t start_deadline(const struct call *call)
{
    return member_deadline(options_number(&call->options, "timeout", TIMEOUT_MS));
}

static struct raft_json *make_request(const struct call *call, const char *op, raft_id id)
{
    struct raft_json *request = talk_request(call, "member");
    raft_json_add_string(request, "op", op);
    raft_json_add_integer(request, "id", id);
    return request;
}

/* Asks the supervisor for one step of a change. */
static int ask_supervisor(struct call *call, struct raft_json *request, uint64_t deadline,
                          struct raft_json **answer)
{
    struct raft_json *mine = NULL;
    uint32_t left = member_left_ms(deadline);
    int code = talk_supervisor(call, request, left + GRACE_MS, answer != NULL ? answer : &mine);
    raft_json_free(&mine);
    return code;
}

/* Takes note of the command, and has the supervisor look out for the change. */
static int touch(struct call *call, raft_id id, uint64_t deadline, struct raft_json **answer)
{
    return ask_supervisor(call, make_request(call, "touch", id), deadline, answer);
}

/* Waits until the supervisor has seen that this node is what it shall be. */
static int settle(struct call *call, raft_id id, const char *want, uint64_t deadline)
{
    struct raft_json *request = make_request(call, "settle", id);
    raft_json_add_string(request, "want", want);
    raft_json_add_integer(request, "timeout_ms", member_left_ms(deadline));
    return ask_supervisor(call, request, deadline, NULL);
}

static int expel(struct call *call, raft_id id, uint64_t deadline)
{
    return ask_supervisor(call, make_request(call, "expel", id), deadline, NULL);
}

/* The node that was made for a change which nobody took. */
static void take_back(struct call *call, raft_id id)
{
    uint64_t deadline = member_deadline(GRACE_MS);
    int code = expel(call, id, deadline);
    if (code == EXIT_DONE) {
        (void)settle(call, id, "gone", deadline); /* If that fails, it has said so. */
    }
}

/* Makes a node and a member of it, "joining" or "learner". What came to nothing is taken back. */
static int enroll(struct call *call, const char *as, uint64_t deadline, raft_id *id,
                  struct raft_json **answer)
{
    int code = ask_supervisor(call, make_request(call, "add", 0), deadline, answer);
    if (code == EXIT_SUPERVISOR_LOST) {
        say(call,
            "if member ls shows a new node, promote makes a voter of it, remove takes it back");
    }
    if (code != EXIT_DONE) {
        return code;
    }
    *id = (raft_id)raft_json_integer(*answer, "id", 0);
    struct member_change change = {
        .call = call, .deadline = deadline, .count = 1, .wishes = {{*id, as}}};
    code = member_change_run(&change);
    if (code != EXIT_DONE && !change.is_taken) {
        take_back(call, *id);
    } else if (code != EXIT_DONE) {
        say(call, "n%u was made for it and runs (raftctl member remove n%u takes it back)", *id,
            *id);
    }
    return code;
}

static void print_changed(struct call *call, const struct raft_json *answer, raft_id id,
                          const char *what)
{
    struct raft_target target = {.count = 1, .ids = {id}};
    talk_changed(call, answer, &target, "n%u %s", id, what);
}

static int run_add(struct call *call)
{
    bool is_learner = options_given(&call->options, "learner");
    uint64_t deadline = start_deadline(call);
    struct raft_json *answer = NULL;
    raft_id id = 0;
    int code = enroll(call, is_learner ? "learner" : "joining", deadline, &id, &answer);
    code = code == EXIT_DONE ? settle(call, id, is_learner ? "learner" : "voter", deadline) : code;
    if (code == EXIT_DONE) {
        print_changed(call, answer, id, is_learner ? "added as a learner" : "added as a voter");
    }
    raft_json_free(&answer);
    return code;
}

/* The one node that the second argument names. */
static int read_node(struct call *call, raft_id *id)
{
    if (call->argc < 2) {
        return complain(call, EXIT_USAGE, "%s needs a node (raftctl member %s n2)", call->argv[0],
                        call->argv[0]);
    }
    return call_node(call, call->argv[1], id);
}

/* promote and demote. */
static int run_turn(struct call *call, const char *as, const char *want)
{
    uint64_t deadline = start_deadline(call);
    struct raft_json *answer = NULL;
    struct member_change change = {.call = call, .deadline = deadline, .count = 1};
    raft_id id = 0;
    char what[32];
    int code = read_node(call, &id);
    change.wishes[0] = (struct member_wish){id, as};
    if (code == EXIT_DONE && strcmp(as, "learner") == 0) {
        code = member_check_safety(call, change.wishes, 1);
    }
    const struct raft_view_node *node = code == EXIT_DONE ? raft_view_find(call->view, id) : NULL;
    /* A new node may be made a voter at once: its command died before it could. */
    if (code == EXIT_DONE && node->member == 0 && strcmp(as, "learner") == 0) {
        code = complain(call, EXIT_FALSE, "n%u is no member of cluster %s", id, call->paths.name);
    }
    code = code == EXIT_DONE ? touch(call, id, deadline, &answer) : code;
    code = code == EXIT_DONE ? member_change_run(&change) : code;
    code = code == EXIT_DONE ? settle(call, id, want, deadline) : code;
    if (code == EXIT_DONE) {
        snprintf(what, sizeof what, "is a %s", want);
        print_changed(call, answer, id, what);
    }
    raft_json_free(&answer);
    return code;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

/* The store and the log of a node that has left. */
static int wipe(struct call *call, raft_id id)
{
    char path[PATH_MAX];
    raft_paths_node_log(&call->paths, id, path, sizeof path);
    (void)remove(path); /* It may never have said a word. */
    raft_paths_node_data(&call->paths, id, path, sizeof path);
    if (nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0 && errno != ENOENT) {
        return complain(call, exit_of_errno(errno), "cannot remove %s: %s", path, strerror(errno));
    }
    return EXIT_DONE;
}

/* The node is out of the configuration, or never was in it: until it is gone. */
static int see_off(struct call *call, raft_id id, bool was_member, uint64_t deadline)
{
    int code = was_member ? EXIT_DONE : expel(call, id, deadline);
    code = code == EXIT_DONE ? settle(call, id, "gone", deadline) : code;
    return code == EXIT_DONE && options_given(&call->options, "wipe") ? wipe(call, id) : code;
}

/* May this node go? */
static int check_leaving(struct call *call, raft_id id)
{
    struct member_wish wish = {id, "none"};
    char question[128];
    const struct raft_view_node *node = raft_view_find(call->view, id);
    int code = node != NULL && node->member != 0 ? member_check_safety(call, &wish, 1) : EXIT_DONE;
    snprintf(question, sizeof question, "Throw away all data of n%u?", id);
    if (code == EXIT_DONE && options_given(&call->options, "wipe") &&
        !call_confirm(call, question)) {
        return EXIT_REFUSED;
    }
    return code;
}

static int run_remove(struct call *call)
{
    uint64_t deadline = start_deadline(call);
    struct raft_json *answer = NULL;
    struct member_change change = {.call = call, .deadline = deadline, .count = 1};
    raft_id id = 0;
    int code = read_node(call, &id);
    code = code == EXIT_DONE ? check_leaving(call, id) : code;
    code = code == EXIT_DONE ? touch(call, id, deadline, &answer) : code;
    change.wishes[0] = (struct member_wish){id, "none"};
    code = code == EXIT_DONE ? member_change_run(&change) : code;
    code = code == EXIT_DONE ? see_off(call, id, !change.is_already, deadline) : code;
    if (code == EXIT_DONE) {
        print_changed(call, answer, id, "removed");
    }
    raft_json_free(&answer);
    return code;
}

/* The new node takes the old one's vote in one joint step, when it has caught up. */
static int swap(struct call *call, raft_id old, raft_id fresh, uint64_t deadline)
{
    struct member_change change = {.call = call,
                                   .deadline = deadline,
                                   .count = 2,
                                   .wishes = {{old, "none"}, {fresh, "voter"}}};
    int code = member_await_catch_up(call, fresh, deadline);
    code = code == EXIT_DONE ? member_check_safety(call, change.wishes, 2) : code;
    code = code == EXIT_DONE ? member_change_run(&change) : code;
    code = code == EXIT_DONE ? see_off(call, old, true, deadline) : code;
    code = code == EXIT_DONE ? settle(call, fresh, "voter", deadline) : code;
    if (code != EXIT_DONE) {
        say(call, "n%u was made to replace n%u (raftctl member ls shows how far it came)", fresh,
            old);
    }
    return code;
}

static int run_replace(struct call *call)
{
    uint64_t deadline = start_deadline(call);
    struct raft_json *answer = NULL;
    raft_id old = 0;
    raft_id fresh = 0;
    char what[48];
    int code = read_node(call, &old);
    const struct raft_view_node *node = code == EXIT_DONE ? raft_view_find(call->view, old) : NULL;
    if (code == EXIT_DONE && (node == NULL || !raft_view_is_voter(node))) {
        code = complain(call, EXIT_FALSE, "n%u is no voter (member remove and add do it)", old);
    }
    if (code == EXIT_DONE && options_given(&call->options, "wipe") &&
        !call_confirm(call, "Throw away all data of the replaced node?")) {
        code = EXIT_REFUSED;
    }
    code = code == EXIT_DONE ? enroll(call, "learner", deadline, &fresh, &answer) : code;
    code = code == EXIT_DONE ? swap(call, old, fresh, deadline) : code;
    if (code == EXIT_DONE) {
        snprintf(what, sizeof what, "replaces n%u", old);
        print_changed(call, answer, fresh, what);
    }
    raft_json_free(&answer);
    return code;
}

static int run_promote(struct call *call)
{
    return run_turn(call, "joining", "voter");
}

static int run_demote(struct call *call)
{
    return run_turn(call, "learner", "learner");
}

int cmd_member(struct call *call)
{
    static const struct {
        const char *name;
        bool takes_node;
        bool is_fine_stopped;
        const char *options; /* of member_options, those that only some understand */
        int (*run)(struct call *);
    } verbs[] = {
        {"ls", false, true, "", member_list},
        {"add", false, false, "learner", run_add},
        {"remove", true, false, "wipe yes force", run_remove},
        {"promote", true, false, "", run_promote},
        {"demote", true, false, "force", run_demote},
        {"replace", true, false, "wipe yes force", run_replace},
    };
    static const char *const special[] = {"learner", "wipe", "yes", "force"};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i].name, call->argv[0]) != 0) {
            continue;
        }
        for (size_t s = 0; s < sizeof special / sizeof special[0]; s++) {
            if (options_given(&call->options, special[s]) &&
                strstr(verbs[i].options, special[s]) == NULL) {
                return complain(call, EXIT_USAGE, "%s does not take --%s", verbs[i].name,
                                special[s]);
            }
        }
        if (call->argc > 1 && !verbs[i].takes_node) {
            return complain(call, EXIT_USAGE, "%s takes no node (the next id is given to it)",
                            verbs[i].name);
        }
        int code = call_open(call, verbs[i].is_fine_stopped);
        return code == EXIT_DONE ? verbs[i].run(call) : code;
    }
    return complain(call, EXIT_USAGE,
                    "no \"%s\" (there are ls, add, remove, promote, demote and replace)",
                    call->argv[0]);
}
