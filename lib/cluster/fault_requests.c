/* SPDX-License-Identifier: MIT
 *
 * partition, link and heal: the fault plan is changed, published, and told.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/control.h"
#include "cluster/spec_faults.h"
#include "cluster/supervisor_state.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_FOUND = 4 };

static void tell_fault(struct raft_supervisor *supervisor, const struct raft_fault *fault,
                       const char *what)
{
    struct raft_shm_event event = {
        .type = RAFT_SHM_EVENT_FAULT, .a = fault->id, .b = strcmp(what, "made") == 0};

    char text[RAFT_FAULT_LINE];

    raft_fault_text(fault, text, sizeof text);
    raft_supervisor_tell(supervisor, &event, "f%llu %s: %s %s", (unsigned long long)fault->id, what,
                         fault->kind, text);
}

/* Tells which faults of the former plan are not in the present one, then publishes it. */
static void publish_faults(struct raft_supervisor *supervisor, const struct raft_faults *former,
                           const char *what)
{
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        bool gone = former->list[i].id != 0;

        for (uint32_t j = 0; gone && j < RAFT_FAULTS_MAX; j++) {
            gone = supervisor->faults.list[j].id != former->list[i].id;
        }
        if (gone) {
            tell_fault(supervisor, &former->list[i], what);
        }
    }
    raft_shm_faults_write(supervisor->shm, &supervisor->faults);
}

void raft_request_begin_faults(struct raft_supervisor *supervisor)
{
    const struct raft_spec *spec = &supervisor->spec;

    for (uint32_t i = 0; i < spec->faults_count; i++) {
        struct raft_fault fault = {.kind = "link", .link = spec->faults[i].link};
        char missing[RAFT_SPEC_LINKS_BYTES]; /* Such a node has left since. */

        if (!raft_spec_fault_rows(spec, &spec->faults[i], fault.row, missing)) {
            continue; /* So have all of them. */
        }
        snprintf(fault.target, sizeof fault.target, "%s", spec->faults[i].links);
        fault.made = raft_shm_now(supervisor->shm);
        fault.since = raft_shm_seq(supervisor->shm) + 1; /* Nobody else speaks yet. */
        if (raft_faults_add(&supervisor->faults, &fault, false, &fault.id) == RAFT_OK) {
            tell_fault(supervisor, &fault, "made");
        }
    }
    raft_shm_faults_write(supervisor->shm, &supervisor->faults);
}

void raft_request_expire_faults(struct raft_supervisor *supervisor)
{
    static struct raft_faults former; /* 40 kB: too much for a stack frame in a loop. */

    former = supervisor->faults;
    if (raft_faults_expire(&supervisor->faults, raft_shm_now(supervisor->shm)) > 0) {
        publish_faults(supervisor, &former, "ended by itself");
    }
}

raft_time raft_request_next_expiry(const struct raft_supervisor *supervisor)
{
    raft_time next = 0;

    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        const struct raft_fault *fault = &supervisor->faults.list[i];

        if (fault->id != 0 && fault->until != 0 && (next == 0 || fault->until < next)) {
            next = fault->until;
        }
    }
    return next;
}

/* The values as the command has read them; false if one is beyond its bounds. */
static bool read_link(const struct raft_json *json, struct raft_link *shape)
{
    static const struct raft_link none;
    const struct raft_json *values = raft_json_get(json, "link");

    for (uint32_t i = 0; values != NULL && i < RAFT_LINK_QUALITY_COUNT; i++) {
        const char *name = raft_link_quality_name((enum raft_link_quality)i);
        int64_t value = raft_json_integer(values, name, 0);

        if (value < 0 || value > UINT32_MAX) {
            return false;
        }
        shape->quality[i] = (uint32_t)value;
    }
    struct raft_link bounded = none;
    raft_link_combine(&bounded, shape);
    return memcmp(&bounded, shape, sizeof bounded) == 0 &&
           (values == NULL || raft_link_is_shaped(shape));
}

/* Fills a fault from a request; false if it is malformed. */
static bool read_fault(const struct raft_json *json, struct raft_fault *fault)
{
    const struct raft_json *rows = raft_json_get(json, "rows");
    size_t count = rows != NULL ? raft_json_count(rows) : 0;

    memset(fault, 0, sizeof *fault);
    snprintf(fault->kind, sizeof fault->kind, "%.15s", raft_json_string(json, "kind", ""));
    snprintf(fault->target, sizeof fault->target, "%.127s", raft_json_string(json, "target", ""));
    if (count == 0 || count > RAFT_NODES_MAX || fault->kind[0] == 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *text = raft_json_string_at(rows, i);
        char *end;

        if (text == NULL) {
            return false;
        }
        errno = 0;
        fault->row[i] = strtoull(text, &end, 16);
        if (text[0] == 0 || text[0] == '-' || *end != 0 || errno != 0) {
            return false;
        }
    }
    return read_link(json, &fault->link);
}

struct raft_json *raft_request_fault(struct raft_supervisor *supervisor,
                                     struct raft_connection *connection,
                                     const struct raft_json *json)
{
    static struct raft_faults former;
    struct raft_fault fault;
    struct raft_json *answer;
    char name[24];
    uint64_t id = 0;
    int64_t for_ms = raft_json_integer(json, "for_ms", 0);

    if (!read_fault(json, &fault) || for_ms < 0) {
        return raft_control_error(EXIT_USAGE, "%s: malformed request", connection->errand.verb);
    }
    former = supervisor->faults;
    fault.made = raft_shm_now(supervisor->shm);
    fault.until = for_ms > 0 ? fault.made + (raft_time)for_ms * 1000 : 0;
    fault.since = raft_request_tell(supervisor, json);
    if (raft_faults_add(&supervisor->faults, &fault, !raft_json_bool(json, "add", false), &id) !=
        RAFT_OK) {
        return raft_control_error(EXIT_FAILED, "%s: %d faults are active already; heal some",
                                  connection->errand.verb, RAFT_FAULTS_MAX);
    }
    publish_faults(supervisor, &former, "replaced");
    fault.id = id;
    tell_fault(supervisor, &fault, "made");
    answer = raft_control_ok(fault.since);
    snprintf(name, sizeof name, "f%llu", (unsigned long long)id);
    raft_json_add_string(answer, "fault", name);
    raft_json_add_integer(answer, "id", (int64_t)id);
    return answer;
}

struct raft_json *raft_request_heal(struct raft_supervisor *supervisor,
                                    struct raft_connection *connection,
                                    const struct raft_json *json)
{
    static struct raft_faults former;
    const struct raft_json *nodes = raft_json_get(json, "nodes");
    int64_t id = raft_json_integer(json, "id", 0);
    struct raft_json *answer;
    uint64_t mask = 0;
    uint64_t seq;
    uint32_t healed;

    (void)connection;
    for (size_t i = 0; nodes != NULL && i < raft_json_count(nodes); i++) {
        int64_t node = raft_json_integer_at(nodes, i, 0);
        const struct raft_child *child =
            node > 0 && node <= UINT32_MAX ? raft_child_find(supervisor, (raft_id)node) : NULL;

        if (child == NULL) {
            return raft_control_error(EXIT_NOT_FOUND, "heal: no node n%lld in cluster %s",
                                      (long long)node, supervisor->spec.name);
        }
        mask |= UINT64_C(1) << child->slot;
    }
    if (id > 0 && (uint64_t)id >= supervisor->faults.next_id) {
        return raft_control_error(EXIT_NOT_FOUND, "heal: there never was a fault f%lld",
                                  (long long)id);
    }
    if (id <= 0 && mask == 0 && !raft_json_bool(json, "all", false)) {
        return raft_control_error(EXIT_USAGE, "heal: give a fault, nodes or all");
    }
    former = supervisor->faults;
    seq = raft_request_tell(supervisor, json);
    healed = raft_faults_heal(&supervisor->faults, id > 0 ? (uint64_t)id : 0, mask);
    publish_faults(supervisor, &former, "healed");
    answer = raft_control_ok(seq);
    raft_json_add_integer(answer, "healed", healed);
    return answer;
}
