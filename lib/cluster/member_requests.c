/* SPDX-License-Identifier: MIT
 *
 * Requests about members. What the members are is decided by the leader, whom the command itself
 * asks; here a node is made, its new standing is waited for, and one that came to nothing is let
 * go. Each step is safe to be the last one.
 */
#include <stdio.h>
#include <string.h>

#include "cluster/control.h"
#include "cluster/supervisor_state.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_FOUND = 4 };

static struct raft_json *begin_add(struct raft_supervisor *supervisor,
                                   struct raft_connection *connection, const struct raft_json *json)
{
    struct raft_errand *errand = &connection->errand;
    char message[PATH_MAX + 64];
    raft_id id = 0;
    enum raft_error error;

    errand->seq = raft_request_tell(supervisor, json);
    error = raft_members_enroll(supervisor, &id, message, sizeof message);
    if (error != RAFT_OK) {
        return raft_control_error(EXIT_FAILED, "%s", message);
    }
    errand->goal = RAFT_GOAL_UP;
    errand->enrolled = true;
    errand->ids[0] = id;
    errand->count = 1;
    return raft_request_answer(supervisor, errand);
}

/* The command is told before anything is done about it. */
static struct raft_json *begin_touch(struct raft_supervisor *supervisor,
                                     struct raft_connection *connection,
                                     const struct raft_json *json)
{
    (void)connection;
    raft_members_expect(supervisor);
    return raft_control_ok(raft_request_tell(supervisor, json));
}

/* Only for a node that no leader was asked about, or that the leader says is no member. */
static struct raft_json *begin_expel(struct raft_supervisor *supervisor,
                                     struct raft_connection *connection,
                                     const struct raft_json *json)
{
    raft_id id = connection->errand.ids[0];
    char message[PATH_MAX + 64];
    enum raft_spec_member member = raft_members_find(supervisor, id);

    (void)json;
    if (member != RAFT_SPEC_NEW && member != RAFT_SPEC_GONE) {
        return raft_control_error(EXIT_FAILED, "n%u is a %s", id, raft_spec_member_name(member));
    }
    if (raft_members_expel(supervisor, id, message, sizeof message) != RAFT_OK) {
        return raft_control_error(EXIT_FAILED, "%s", message);
    }
    return raft_control_ok(raft_shm_seq(supervisor->shm));
}

static bool read_want(const struct raft_json *json, enum raft_spec_member *want)
{
    const char *name = raft_json_string(json, "want", "");

    for (int i = 0; i < RAFT_SPEC_MEMBER_KINDS; i++) {
        if (strcmp(raft_spec_member_name((enum raft_spec_member)i), name) == 0) {
            *want = (enum raft_spec_member)i;
            return true;
        }
    }
    return false;
}

static struct raft_json *begin_settle(struct raft_supervisor *supervisor,
                                      struct raft_connection *connection,
                                      const struct raft_json *json)
{
    struct raft_errand *errand = &connection->errand;
    int64_t timeout = raft_json_integer(json, "timeout_ms", 0);

    if (!read_want(json, &errand->want) || timeout < 1) {
        return raft_control_error(EXIT_USAGE, "member: no such wish or timeout");
    }
    errand->goal = RAFT_GOAL_MEMBER;
    errand->seq = raft_shm_seq(supervisor->shm);
    errand->deadline = raft_supervisor_clock_ms() + (uint64_t)timeout;
    return NULL; /* Answered after the next look. */
}

struct raft_json *raft_request_member(struct raft_supervisor *supervisor,
                                      struct raft_connection *connection,
                                      const struct raft_json *json)
{
    static const struct {
        const char *op;
        bool names_node;
        struct raft_json *(*begin)(struct raft_supervisor *, struct raft_connection *,
                                   const struct raft_json *);
    } ops[] = {
        {"add", false, begin_add},
        {"touch", true, begin_touch},
        {"expel", true, begin_expel},
        {"settle", true, begin_settle},
    };
    const char *op = raft_json_string(json, "op", "");
    int64_t id = raft_json_integer(json, "id", 0);

    if (supervisor->leaving) {
        return raft_control_error(EXIT_FAILED, "cluster %s is going down", supervisor->spec.name);
    }
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (strcmp(ops[i].op, op) != 0) {
            continue;
        }
        if (ops[i].names_node && (id <= 0 || id >= supervisor->spec.next_id)) {
            return raft_control_error(EXIT_NOT_FOUND, "no node n%lld in cluster %s", (long long)id,
                                      supervisor->spec.name);
        }
        connection->errand.ids[0] = ops[i].names_node ? (raft_id)id : 0;
        connection->errand.count = ops[i].names_node ? 1 : 0;
        return ops[i].begin(supervisor, connection, json);
    }
    return raft_control_error(EXIT_USAGE, "member: no such request");
}
