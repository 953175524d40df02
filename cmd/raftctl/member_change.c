/* SPDX-License-Identifier: MIT */
#include "member_change.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cluster/control.h"
#include "raft/config.h"

/* A refusal is no event: ask again after this. And how long one node may take to answer. */
enum { RETRY_MS = 100, ANSWER_MS = 2000 };

/* What came of asking. */
enum asked { ASKED_WAIT, ASKED_DONE, ASKED_FAILED };

static uint64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t member_deadline(uint64_t ms)
{
    return monotonic_ns() + ms * 1000000;
}

uint32_t member_left_ms(uint64_t deadline)
{
    uint64_t now = monotonic_ns();
    uint64_t left = deadline > now ? (deadline - now) / 1000000 : 0;
    return left == 0 ? 1 : left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}

/* Sleeps until something happens, but not for long. */
static void sleep_a_little(struct call *call, uint32_t seen, uint64_t deadline)
{
    uint32_t left = member_left_ms(deadline);
    uint64_t ms = left < RETRY_MS ? left : RETRY_MS;
    (void)raft_shm_bell_wait(call->shm, seen, ms * 1000000); /* Either way we look again. */
}

static bool is_fulfilled(const struct raft_config *config, const struct member_wish *wish)
{
    uint32_t flags = raft_config_flags(config, wish->id);
    if (strcmp(wish->as, "joining") == 0) {
        return (flags & (RAFT_MEMBER_JOINING | RAFT_MEMBER_VOTER)) != 0;
    }
    return strcmp(raft_view_member_name(flags), wish->as) == 0;
}

static bool is_in_force(const struct member_change *change)
{
    for (uint32_t i = 0; i < change->count; i++) {
        if (!is_fulfilled(&change->call->view->config, &change->wishes[i])) {
            return false;
        }
    }
    return true;
}

static struct raft_json *make_request(const struct member_change *change)
{
    struct raft_json *request = raft_json_object();
    struct raft_json *members = raft_json_array();
    raft_json_add_string(request, "verb", "change");
    for (uint32_t i = 0; i < change->count; i++) {
        struct raft_json *member = raft_json_object();
        raft_json_add_integer(member, "id", change->wishes[i].id);
        raft_json_add_string(member, "as", change->wishes[i].as);
        raft_json_add(members, NULL, member);
    }
    raft_json_add(request, "members", members);
    return request;
}

/* Those that no patience helps against. */
static enum asked judge_refusal(struct member_change *change, const char *refusal, int *code)
{
    struct call *call = change->call;
    if (strcmp(refusal, raft_refusal_name(RAFT_REFUSAL_NO_VOTER)) == 0) {
        *code =
            complain(call, EXIT_REFUSED, "no voter would be left in cluster %s", call->paths.name);
        return ASKED_FAILED;
    }
    if (strcmp(refusal, raft_refusal_name(RAFT_REFUSAL_IMPOSSIBLE)) == 0) {
        *code = complain(call, EXIT_FALSE, "the leader calls that no possible configuration");
        return ASKED_FAILED;
    }
    change->is_taken |= strcmp(refusal, raft_refusal_name(RAFT_REFUSAL_NONE)) == 0;
    change->is_already = strcmp(refusal, raft_refusal_name(RAFT_REFUSAL_ALREADY)) == 0;
    return change->is_already ? ASKED_DONE : ASKED_WAIT;
}

static enum asked ask(struct member_change *change, char *why, size_t why_bytes, int *code)
{
    struct call *call = change->call;
    char path[PATH_MAX];
    char message[160] = "";
    struct raft_json *answer = NULL;
    struct raft_json *request = make_request(change);
    uint32_t left = member_left_ms(change->deadline);
    raft_id leader = call->view->leader;
    raft_paths_node_socket(&call->paths, leader, path, sizeof path);
    enum raft_error error = raft_control_call(path, request, left < ANSWER_MS ? left : ANSWER_MS,
                                              &answer, message, sizeof message);
    raft_json_free(&request);
    enum asked asked = ASKED_WAIT;
    if (error != RAFT_OK) {
        snprintf(why, why_bytes, "n%u did not answer: %.120s", leader,
                 message[0] != 0 ? message : raft_error_text(error));
        change->is_taken |= error != RAFT_NOT_FOUND;
    } else if (!raft_json_bool(answer, "ok", false)) {
        *code = complain(call, EXIT_FALSE, "%s", raft_json_string(answer, "error", "refused"));
        asked = ASKED_FAILED;
    } else {
        snprintf(why, why_bytes, "n%u: %.150s", leader, raft_json_string(answer, "why", ""));
        asked = judge_refusal(change, raft_json_string(answer, "refusal", ""), code);
    }
    raft_json_free(&answer);
    return asked;
}

static int give_up(const struct member_change *change, const char *why)
{
    const struct call *call = change->call;
    if (change->is_taken) {
        return complain(call, EXIT_UNKNOWN,
                        "the change is not committed yet, and may still be (raftctl member ls "
                        "shows it)");
    }
    if (call->view->leader == 0) {
        return complain(call, EXIT_NO_LEADER, "nobody leads cluster %s", call->paths.name);
    }
    return complain(call, EXIT_TIMEOUT, "the change was not made (%s)", why);
}

int member_change_run(struct member_change *change)
{
    struct call *call = change->call;
    char why[192] = "nobody was asked";
    int code = EXIT_DONE;
    enum asked asked = ASKED_WAIT;
    while (asked == ASKED_WAIT) {
        uint32_t bell = raft_shm_bell(call->shm);
        call_look(call);
        bool in_force = is_in_force(change);
        if (in_force && call->view->config_committed && !call->view->joint && change->is_taken) {
            return EXIT_DONE;
        }
        if (monotonic_ns() >= change->deadline) {
            return give_up(change, why);
        }
        if (call->view->leader != 0 && !(in_force && change->is_taken)) {
            asked = ask(change, why, sizeof why, &code);
        }
        if (asked == ASKED_WAIT) {
            sleep_a_little(call, bell, change->deadline);
        }
    }
    return code;
}

/* How far the leader knows this node to be; 0 if it does not say. */
static raft_index find_match(const struct raft_view *view, raft_id id)
{
    const struct raft_view_node *leader = raft_view_find(view, view->leader);
    for (uint32_t i = 0; leader != NULL && i < leader->node.peers_count; i++) {
        if (leader->node.peers[i].id == id) {
            return leader->node.peers[i].match;
        }
    }
    return 0;
}

int member_await_catch_up(struct call *call, raft_id id, uint64_t deadline)
{
    call_look(call);
    raft_index goal = call->view->commit;
    while (find_match(call->view, id) < goal) {
        uint32_t bell = raft_shm_bell(call->shm);
        if (monotonic_ns() >= deadline) {
            return complain(call, EXIT_TIMEOUT,
                            "n%u has not caught up: it has %" PRIu64 " of %" PRIu64 " entries", id,
                            find_match(call->view, id), goal);
        }
        sleep_a_little(call, bell, deadline);
        call_look(call);
    }
    return EXIT_DONE;
}

int member_check_safety(struct call *call, const struct member_wish *wishes, uint32_t count)
{
    struct raft_config after = call->view->config;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t flags = strcmp(wishes[i].as, "voter") == 0     ? RAFT_MEMBER_VOTER
                         : strcmp(wishes[i].as, "learner") == 0 ? RAFT_MEMBER_LEARNER
                                                                : 0U;
        (void)raft_config_set(&after, wishes[i].id, flags); /* The leader judges what fits. */
    }
    uint32_t voters = raft_config_count(&after, RAFT_MEMBER_VOTER);
    if (voters == 0) {
        return complain(call, EXIT_REFUSED, "n%u is the last voter of cluster %s", wishes[0].id,
                        call->paths.name);
    }
    if (!raft_view_would_have_quorum(call->view, &after) &&
        !options_given(&call->options, "force")) {
        return complain(call, EXIT_REFUSED,
                        "too few of the %u voter%s left would be up for a quorum of %u (--force "
                        "does it all the same)",
                        voters, voters == 1 ? "" : "s", voters / 2 + 1);
    }
    return EXIT_DONE;
}
