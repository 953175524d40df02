/* SPDX-License-Identifier: MIT
 *
 * Members as a living node meets them: where they are, by the table, and the request to change
 * them.
 */
#include <stdio.h>
#include <string.h>

#include "cluster/control.h"
#include "server/internal.h"

enum { EXIT_USAGE = 2, CHANGES_MAX = RAFT_NODES_MAX };

/* What a person calls a member, and its flags. */
static const struct {
    const char *name;
    uint32_t flags;
} kinds[] = {
    {"none", 0},
    {"voter", RAFT_MEMBER_VOTER},
    {"learner", RAFT_MEMBER_LEARNER},
    {"joining", RAFT_MEMBER_LEARNER | RAFT_MEMBER_JOINING},
};

static bool is_same_place(const struct raft_endpoint *one, const struct raft_shm_service *other)
{
    return one->id == other->id && one->port == other->port && strcmp(one->host, other->host) == 0;
}

/* Without a supervisor the table has no services, and those of the spec stay. */
static void forget_peer(struct raft_server *server, uint32_t slot,
                        const struct raft_shm_service *service)
{
    struct raft_endpoint *known = &server->peers.known[slot];
    if (known->id != 0 && known->id != service->id) {
        raft_comms_forget(server->comms, known->id);
    }
    if (known->id != service->id) {
        memset(known, 0, sizeof *known);
    }
}

static void meet_peer(struct raft_server *server, uint32_t slot,
                      const struct raft_shm_service *service)
{
    struct raft_endpoint *known = &server->peers.known[slot];
    raft_id self = server->options.node.core.id;
    if (service->id == 0 || service->id == self || is_same_place(known, service)) {
        return;
    }
    struct raft_endpoint place = {.id = service->id, .port = service->port};
    (void)snprintf(place.host, sizeof place.host, "%s", service->host);
    enum raft_error error = raft_comms_introduce(server->comms, &place);
    if (error != RAFT_OK) {
        (void)fprintf(stderr, "n%u: cannot reach n%u at %s:%u: %s\n", self, place.id, place.host,
                      place.port, raft_error_text(error));
        return;
    }
    *known = place;
}

/* First who left: there may be room for no more. */
void raft_server_meet_peers(struct raft_server *server)
{
    struct raft_shm_service services[RAFT_NODES_MAX];
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        if (!raft_shm_service_read(server->options.shm, slot, &services[slot])) {
            services[slot].id = 0;
        }
        forget_peer(server, slot, &services[slot]);
    }
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        meet_peer(server, slot, &services[slot]);
    }
}

/* Changes one member of target as the request says; NULL, or what is wrong with it. */
static const char *read_change(const struct raft_json *change, struct raft_config *target)
{
    int64_t id = raft_json_integer(change, "id", 0);
    const char *as = raft_json_string(change, "as", "");
    if (id <= 0 || id > UINT32_MAX) {
        return "id: expected a node's number";
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, as) == 0) {
            bool is_voter = (raft_config_flags(target, (raft_id)id) & RAFT_MEMBER_VOTER) != 0;
            bool is_joining = (kinds[i].flags & RAFT_MEMBER_JOINING) != 0;
            if (is_joining && is_voter) {
                return NULL; /* It has joined. */
            }
            return raft_config_set(target, (raft_id)id, kinds[i].flags)
                       ? NULL
                       : "there is no room for one more member";
        }
    }
    return "as: expected none, voter, learner or joining";
}

/* The target is made from the configuration of this very moment, so the same request may be sent
 * again to whoever leads then. */
struct raft_json *raft_server_answer_change(struct raft_server *server,
                                            const struct raft_json *request)
{
    const struct raft_json *changes = raft_json_get(request, "members");
    size_t count = changes != NULL ? raft_json_count(changes) : 0;
    struct raft_node_status status;
    raft_index index = 0;
    const char *wrong = count == 0 || count > CHANGES_MAX ? "members: expected some" : NULL;
    raft_server_meet_peers(server);
    raft_node_status(server->node, &status);
    struct raft_config target = status.core.config;
    for (uint32_t i = 0; i < target.count; i++) {
        target.members[i].flags &= ~(uint32_t)RAFT_MEMBER_OLD_VOTER;
    }
    for (size_t i = 0; wrong == NULL && i < count; i++) {
        wrong = read_change(raft_json_at(changes, i), &target);
    }
    if (wrong != NULL) {
        return raft_control_error(EXIT_USAGE, "change: %s", wrong);
    }
    enum raft_refusal refusal = raft_node_change(server->node, &target, 0, &index);
    struct raft_json *answer = raft_control_ok(raft_shm_seq(server->options.shm));
    raft_json_add_string(answer, "refusal", raft_refusal_name(refusal));
    raft_json_add_string(answer, "why", raft_refusal_text(refusal));
    raft_json_add_integer(answer, "index", (int64_t)index);
    return answer;
}

static const char *name_flags(uint32_t flags)
{
    if ((flags & RAFT_MEMBER_OLD_VOTER) != 0) {
        return (flags & RAFT_MEMBER_VOTER) != 0 ? "voter" : "leaving";
    }
    for (size_t i = 1; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].flags == flags) {
            return kinds[i].name;
        }
    }
    return "none";
}

struct raft_json *raft_server_render_config(const struct raft_status *status)
{
    struct raft_json *json = raft_json_object();
    struct raft_json *members = raft_json_array();
    raft_json_add_integer(json, "index", (int64_t)status->config_index);
    raft_json_add_bool(json, "committed", status->config_committed);
    raft_json_add_bool(json, "joint", raft_config_is_joint(&status->config));
    for (uint32_t i = 0; i < status->config.count; i++) {
        struct raft_json *member = raft_json_object();
        char name[16];
        (void)snprintf(name, sizeof name, "n%u", status->config.members[i].id);
        raft_json_add_string(member, "id", name);
        raft_json_add_string(member, "as", name_flags(status->config.members[i].flags));
        raft_json_add(members, NULL, member);
    }
    raft_json_add(json, "members", members);
    return json;
}
