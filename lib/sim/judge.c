/* SPDX-License-Identifier: MIT
 *
 * What the world sees, put into the watch's words, and folded into the hash of the run.
 */
#include <stdarg.h>
#include <string.h>

#include "sim/internal.h"
#include "sim/watch.h"

static void see(struct raft_sim_process *process, struct raft_sim_sight *sight);
static void see_matches(struct raft_sim_process *process);

void raft_sim_fail(struct raft_sim *sim, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    raft_sim_watch_fail(sim->watch, "%s", text);
}

const char *raft_sim_failure(const struct raft_sim *sim)
{
    return sim->watch->failure[0] != '\0' ? sim->watch->failure : NULL;
}

const char *raft_sim_failure_check(const struct raft_sim *sim)
{
    return sim->watch->broken;
}

void raft_sim_judge_role(struct raft_sim_process *process, enum raft_role to, raft_term term)
{
    if (to == RAFT_ROLE_LEADER)
        process->sim->counts.elections++;
    see(process, &(struct raft_sim_sight){.kind = RAFT_SIM_SEES_ROLE, .role = to, .term = term});
}

void raft_sim_judge_term(struct raft_sim_process *process, raft_term term)
{
    see(process, &(struct raft_sim_sight){.kind = RAFT_SIM_SEES_TERM, .term = term});
}

void raft_sim_judge_append(struct raft_sim_process *process, const struct raft_entry *entry)
{
    const struct raft_sim_chain *chain = &process->facts->chain;
    see(process, &(struct raft_sim_sight){.kind = RAFT_SIM_SEES_APPEND, .entry = entry});
    if (chain->count > 0)
        raft_sim_fold(process->sim, chain->entries[chain->count - 1].hash);
}

void raft_sim_judge_truncate(struct raft_sim_process *process, raft_index first)
{
    see(process, &(struct raft_sim_sight){.kind = RAFT_SIM_SEES_TRUNCATE, .index = first});
}

void raft_sim_judge_install(struct raft_sim_process *process, raft_index index, bool keep,
                            uint64_t digest)
{
    struct raft_sim_sight sight = {
        .kind = RAFT_SIM_SEES_INSTALL, .index = index, .keep = keep, .digest = digest};
    raft_sim_fold(process->sim, index);
    see(process, &sight);
    raft_sim_nemesis_stir(process->sim);
}

void raft_sim_judge_config(void *context, raft_index index, const struct raft_config *config,
                           bool committed)
{
    struct raft_sim_process *process = context;
    struct raft_sim_sight sight = {.kind = RAFT_SIM_SEES_CONFIG, .index = index};
    (void)committed;
    for (uint32_t i = 0; i < config->count; i++) {
        if ((config->members[i].flags & RAFT_MEMBER_VOTER) != 0)
            sight.set |= UINT64_C(1) << (config->members[i].id - 1);
    }
    if (!process->dead)
        see(process, &sight);
}

void raft_sim_judge_commit(struct raft_sim_process *process, raft_index commit)
{
    bool moved = commit != process->facts->commit;
    see(process, &(struct raft_sim_sight){.kind = RAFT_SIM_SEES_COMMIT, .index = commit});
    if (moved && process->facts->role == RAFT_ROLE_LEADER)
        see_matches(process);
}

void raft_sim_judge_apply(struct raft_sim_process *process, const struct raft_entry *entry,
                          uint64_t digest)
{
    struct raft_sim_sight sight = {
        .kind = RAFT_SIM_SEES_APPLY,
        .entry = entry,
        .digest = digest,
        .ran = process->run.index == entry->index,
        .result = process->run.result,
    };
    see(process, &sight);
}

void raft_sim_judge_promise(struct raft_sim_process *process, raft_term term, raft_id vote,
                            raft_index acked)
{
    struct raft_sim_sight sight = {
        .kind = RAFT_SIM_SEES_PROMISE, .term = term, .peer = vote, .index = acked};
    see(process, &sight);
}

void raft_sim_judge_message(struct raft_sim_process *process, bool outgoing,
                            const struct raft_message *message)
{
    struct raft_sim_sight sight = {.term = message->term};
    if (outgoing && message->type == RAFT_MESSAGE_VOTE && !message->vote.pre) {
        sight.kind = RAFT_SIM_SEES_VOTE;
        sight.peer = process->id;
    } else if (outgoing && message->type == RAFT_MESSAGE_APPEND) {
        sight.kind = RAFT_SIM_SEES_SENT;
        sight.peer = message->to;
        sight.index = message->append.prev_index;
        sight.count = message->append.count;
    } else if (!outgoing && message->type == RAFT_MESSAGE_VOTE) {
        sight.kind = RAFT_SIM_SEES_ASKED;
        sight.peer = message->from;
    } else if (!outgoing && message->type == RAFT_MESSAGE_APPEND_REPLY) {
        sight.kind = RAFT_SIM_SEES_ANSWERED;
        sight.peer = message->from;
        sight.index = message->append_reply.index;
        sight.ok = message->append_reply.ok;
    } else {
        return; /* Nobody judges it. */
    }
    see(process, &sight);
}

void raft_sim_judge_start(struct raft_sim_process *process)
{
    process->run = (struct raft_sim_run){0};
    see(process,
        &(struct raft_sim_sight){.kind = RAFT_SIM_SEES_START, .index = process->disk.snapshot});
}

void raft_sim_judge_crash(struct raft_sim_process *process)
{
    see(process, &(struct raft_sim_sight){.kind = RAFT_SIM_SEES_CRASH});
}

void raft_sim_judge_durable(struct raft_sim_process *process, const struct raft_log_write *write)
{
    see(process, &(struct raft_sim_sight){.kind = RAFT_SIM_SEES_DURABLE, .write = write});
}

void raft_sim_judge_call(struct raft_sim *sim, const struct raft_sim_call *call)
{
    struct raft_sim_sight sight = {.kind = RAFT_SIM_SEES_CALL, .call = call};
    raft_sim_watch_see(sim->watch, &sight);
}

void raft_sim_judge_return(struct raft_sim *sim, const struct raft_sim_call *call)
{
    struct raft_sim_sight sight = {.kind = RAFT_SIM_SEES_RETURN, .call = call};
    raft_sim_watch_see(sim->watch, &sight);
}

void raft_sim_judge_healed(struct raft_sim *sim, uint64_t set)
{
    struct raft_sim_sight sight = {.kind = RAFT_SIM_SEES_HEALED, .set = set};
    raft_sim_watch_see(sim->watch, &sight);
}

void raft_sim_judge_due(struct raft_sim *sim, uint64_t set, raft_index applied)
{
    struct raft_sim_sight sight = {.kind = RAFT_SIM_SEES_DUE, .set = set, .index = applied};
    raft_sim_watch_see(sim->watch, &sight);
}

static void see(struct raft_sim_process *process, struct raft_sim_sight *sight)
{
    sight->id = process->id;
    raft_sim_watch_see(process->sim->watch, sight);
}

/* What a leader believes of its peers at the moment at which it counts them. */
static void see_matches(struct raft_sim_process *process)
{
    static struct raft_peer_status peers[RAFT_NODES_MAX];
    uint32_t count = raft_node_peers(process->node, peers);
    for (uint32_t i = 0; i < count; i++) {
        struct raft_sim_sight sight = {
            .kind = RAFT_SIM_SEES_MATCH, .peer = peers[i].id, .index = peers[i].match};
        see(process, &sight);
    }
}
