/* SPDX-License-Identifier: MIT
 *
 * The life of one node: its ports, its observer, start and crash, and what a person asks of it.
 */
#include <stdlib.h>
#include <string.h>

#include "app/kv.h"
#include "base/assert.h"
#include "base/hash.h"
#include "base/random.h"
#include "sim/internal.h"

static bool is_settled_like(const struct raft_node_status *one,
                            const struct raft_node_status *other);
static void build_node(struct raft_sim_process *process);
static void set_observer(struct raft_sim_process *process);
static uint64_t give_entropy(void *context);
static void see_role(void *context, enum raft_role from, enum raft_role to, raft_term term);
static void see_substate(void *context, enum raft_substate substate);
static void see_leader(void *context, raft_id leader, raft_term term);
static void see_commit(void *context, raft_index commit, raft_index applied);
static void see_promise(void *context, raft_term term, raft_id vote, raft_index acked);
static void see_trace(void *context, enum raft_trace_code code, raft_id peer, uint64_t a,
                      uint64_t b);
static void see_message(void *context, bool outgoing, const struct raft_message *message);
static void see_appended(void *context, const struct raft_entry *entry);
static void see_truncated(void *context, raft_index first);
static void see_installed(void *context, const struct raft_snapshot *snapshot, bool keep_suffix,
                          uint64_t digest);
static void see_applied(void *context, const struct raft_entry *entry, uint64_t digest);
static void see_answer(void *context, enum raft_reply_status status, raft_index index,
                       struct raft_span result);

void raft_sim_start(struct raft_sim *sim, raft_id id)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    if (process->node != NULL || process->gone)
        return;
    if (process->disk.rotten) {
        raft_sim_lose_disk(sim, id);
        return;
    }
    process->lives++;
    sim->born = id > sim->born ? id : sim->born;
    process->timed = false;
    process->chance = raft_sim_below(sim, raft_sim_stream(RAFT_SIM_STREAM_LIFE, id), UINT32_MAX);
    process->entropy_until = 0;
    build_node(process);
    raft_sim_fold(sim, id);
    raft_sim_say(sim, RAFT_SIM_WORLD, id, "%s", process->started_once ? "restarts" : "starts");
    raft_sim_judge_start(process);
    raft_time now = raft_sim_clock_read(&process->clock, sim->now);
    enum raft_error error = raft_node_start(process->node, now);
    process->started_once = true;
    if (error != RAFT_OK)
        raft_sim_fail(sim, "start: n%u: %s", (unsigned)id, raft_error_text(error));
}

uint64_t raft_sim_events(const struct raft_sim_process *process)
{
    struct raft_node_status status;
    if (process->node == NULL)
        return 0;
    raft_node_status(process->node, &status);
    return status.events;
}

void raft_sim_crash(struct raft_sim *sim, raft_id id, uint32_t finished)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    if (process->node == NULL)
        return;
    raft_sim_say(sim, RAFT_SIM_WORLD, id, "crashes");
    raft_sim_fold(sim, id);
    sim->counts.crashes++;
    raft_sim_disk_crash(&process->disk, finished);
    sim->counts.events += raft_sim_events(process);
    raft_comms_stop(process->comms); /* A dead process says nothing more. */
    raft_node_destroy(&process->node);
    raft_comms_destroy(&process->comms);
    raft_app_destroy(&process->app);
    process->wire = NULL;
    raft_sim_judge_crash(process);
    process->timed = false;
    process->fuse = 0;
    process->dead = false;
    process->paused = false;
    if (process->clock.stopped)
        process->clock.world = sim->now;
    process->clock.stopped = false;
    raft_sim_network_drop_inbox(process);
}

void raft_sim_fuse(struct raft_sim *sim, raft_id id, uint32_t nth)
{
    if (raft_sim_node(sim, id) != NULL)
        raft_sim_process(sim, id)->fuse = nth;
}

bool raft_sim_process_lives(struct raft_sim_process *process)
{
    if (process->dead)
        return false;
    if (process->fuse == 0 || --process->fuse > 0)
        return true;
    process->dead = true;
    process->sim->burnt = true;
    return false;
}

void raft_sim_bury(struct raft_sim *sim)
{
    sim->burnt = false;
    for (raft_id id = 1; id <= sim->options.nodes; id++) {
        if (!raft_sim_process(sim, id)->dead)
            continue;
        raft_sim_say(sim, RAFT_SIM_WORLD, id, "dies between two effects");
        raft_sim_nemesis_died(sim, id);
    }
}

/* A node whose disk is lost or damaged must not come back under its id as if it remembered. */
void raft_sim_lose_disk(struct raft_sim *sim, raft_id id)
{
    raft_sim_crash(sim, id, 0);
    raft_sim_process(sim, id)->gone = true;
    raft_sim_say(sim, RAFT_SIM_WORLD, id, "has lost its disk and is gone for good");
}

struct raft_node *raft_sim_awake(struct raft_sim *sim, raft_id id)
{
    return raft_sim_process(sim, id)->paused ? NULL : raft_sim_node(sim, id);
}

uint64_t raft_sim_gone(const struct raft_sim *sim)
{
    uint64_t gone = 0;
    for (uint32_t i = 0; i < sim->options.nodes; i++)
        gone |= (uint64_t)(sim->processes[i].gone || sim->processes[i].disk.rotten) << i;
    return gone;
}

struct raft_node *raft_sim_node(struct raft_sim *sim, raft_id id)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    process->timed = false; /* Whoever asks for it may make it wait for something else. */
    if (process->node != NULL)
        raft_node_advance(process->node, raft_sim_clock_read(&process->clock, sim->now));
    return process->node;
}

raft_id raft_sim_leader(struct raft_sim *sim)
{
    raft_id leader = 0;
    raft_term term = 0;
    for (uint32_t i = 0; i < sim->options.nodes; i++) {
        const struct raft_sim_process *process = &sim->processes[i];
        if (process->node == NULL || process->facts->role != RAFT_ROLE_LEADER ||
            process->facts->term < term)
            continue;
        leader = process->id;
        term = process->facts->term;
    }
    return leader;
}

uint32_t raft_sim_log(struct raft_sim *sim, raft_id id, raft_term *terms, uint32_t terms_max)
{
    const struct raft_sim_process *process = raft_sim_process(sim, id);
    const struct raft_sim_chain *chain =
        process->node != NULL ? &process->facts->chain : &process->facts->disk.chain;
    uint32_t count = 0;
    while (count < terms_max && count < chain->count) {
        terms[count] = chain->entries[count].term;
        count++;
    }
    return count;
}

bool raft_sim_is_converged(struct raft_sim *sim)
{
    uint32_t voters = sim->options.voters == 0 ? sim->options.nodes : sim->options.voters;
    uint64_t set = 0;
    for (raft_id id = 1; id <= sim->options.nodes; id++) {
        bool is_spare = id > voters && !raft_sim_process(sim, id)->started_once;
        set |= (uint64_t)!is_spare << (id - 1);
    }
    return raft_sim_is_settled(sim, set);
}

/* All follow the first one's leader, which is in the set, and have what it has. */
bool raft_sim_is_settled(struct raft_sim *sim, uint64_t set)
{
    struct raft_node_status first = {.applied = 0};
    struct raft_node_status other;
    bool any = false;
    for (raft_id id = 1; id <= sim->options.nodes; id++) {
        if ((set >> (id - 1) & 1) == 0)
            continue;
        struct raft_node *node = raft_sim_awake(sim, id);
        if (node == NULL)
            return false;
        raft_node_status(node, &other);
        if (!any)
            first = other;
        any = true;
        if (!is_settled_like(&other, &first))
            return false;
    }
    return any && (set >> (first.core.leader - 1) & 1) != 0;
}

static bool is_settled_like(const struct raft_node_status *one,
                            const struct raft_node_status *other)
{
    return one->core.leader != 0 && one->core.commit == one->core.last &&
           one->applied == one->core.commit && one->core.term == other->core.term &&
           one->core.leader == other->core.leader && one->core.last == other->core.last &&
           one->digest == other->digest;
}

void raft_sim_timeout(struct raft_sim *sim, raft_id id, raft_time timeout)
{
    ASSERT(timeout == 0 || (timeout >= sim->options.election_timeout &&
                            timeout < 2 * sim->options.election_timeout));
    raft_sim_process(sim, id)->timeout = timeout;
}

void raft_sim_campaign(struct raft_sim *sim, raft_id id)
{
    if (raft_sim_awake(sim, id) != NULL)
        raft_node_campaign(raft_sim_node(sim, id));
}

enum raft_refusal raft_sim_transfer(struct raft_sim *sim, raft_id id, raft_id to)
{
    raft_id chosen = 0;
    if (raft_sim_awake(sim, id) == NULL)
        return RAFT_REFUSAL_NOT_LEADER;
    enum raft_refusal refusal = raft_node_transfer(raft_sim_node(sim, id), to, &chosen);
    if (refusal != RAFT_REFUSAL_NONE)
        raft_sim_say(sim, RAFT_SIM_ANSWERS, id, "transfer refused: %s", raft_refusal_text(refusal));
    return refusal;
}

enum raft_refusal raft_sim_change(struct raft_sim *sim, raft_id id,
                                  const struct raft_config *config)
{
    if (raft_sim_awake(sim, id) == NULL)
        return RAFT_REFUSAL_NOT_LEADER;
    enum raft_refusal refusal = raft_node_change(raft_sim_node(sim, id), config, 0, NULL);
    if (refusal != RAFT_REFUSAL_NONE)
        raft_sim_say(sim, RAFT_SIM_ANSWERS, id, "change refused: %s", raft_refusal_text(refusal));
    return refusal;
}

void raft_sim_propose(struct raft_sim *sim, raft_id id, const char *value)
{
    uint8_t bytes[RAFT_KV_KEY_BYTES_MAX];
    struct raft_kv_command command = {
        .op = RAFT_KV_PUT, .key = {"x", 1}, .value = {value, strlen(value)}};
    size_t count = raft_kv_encode(&command, bytes, sizeof bytes);
    ASSERT(count > 0);
    if (raft_sim_awake(sim, id) != NULL)
        raft_node_submit(raft_sim_node(sim, id), (struct raft_span){bytes, count}, see_answer,
                         raft_sim_process(sim, id));
}

static void build_node(struct raft_sim_process *process)
{
    const struct raft_sim_options *from = &process->sim->options;
    struct raft_node_options options = {
        .core =
            {
                .id = process->id,
                .election_timeout = from->election_timeout,
                .heartbeat_interval = from->heartbeat_interval,
                .pre_vote = from->pre_vote,
                .check_quorum = from->check_quorum,
                .lease_reads = from->lease_reads,
                .clock_drift_permille = from->clock_drift_permille,
            },
        .limits = process->sim->limits,
        .incarnation = process->lives,
        .seed = from->seed,
        .entropy = give_entropy,
        .entropy_context = process,
        .fresh = from->fresh,
        .role = process->lives == 1 ? process->given : RAFT_ROLE_FOLLOWER,
        .peers = process->given_peers,
        .peers_count = process->given_peers_count,
        .tail_bytes_max = from->tail_bytes_max,
        .sessions_max = from->sessions_max,
        .clients_max = from->clients_max,
        .snapshot_every = from->snapshot_every,
        .snapshot_trailing = from->snapshot_trailing,
        .check = true,
    };
    uint32_t voters = from->voters == 0 ? from->nodes : from->voters;
    if (process->id <= voters)
        raft_config_voters(&options.config, voters);
    process->wire = raft_comms_memory_create(process->id, raft_sim_network_send, process);
    const struct raft_comms_fault_options faults = {
        .self = process->id, .faults = &process->sim->faults, .now = &process->sim->now};
    process->comms = raft_comms_fault_create(process->wire, &faults);
    process->app = raft_sim_app_create(from, process->id, &process->run);
    struct raft_node_ports ports = {
        .log = process->disk.log,
        .writer = &process->disk.writer,
        .comms = process->comms,
        .app = process->app,
        .serializer = raft_serializer_msgpack(),
    };
    process->node = raft_node_create(&options, &ports);
    set_observer(process);
    raft_node_observe(process->node, &process->observer);
}

static void set_observer(struct raft_sim_process *process)
{
    process->observer = (struct raft_node_observer){
        .context = process,
        .role = see_role,
        .substate = see_substate,
        .leader = see_leader,
        .commit = see_commit,
        .config = raft_sim_judge_config,
        .promise = see_promise,
        .trace = see_trace,
        .message = see_message,
        .appended = see_appended,
        .truncated = see_truncated,
        .installed = see_installed,
        .applied = see_applied,
    };
}

/* A function of the life and of time in steps of half a T, not of how many events there were: so a
 * minimised run keeps its timeouts when something else is left out of it. */
static uint64_t give_entropy(void *context)
{
    struct raft_sim_process *process = context;
    const struct raft_sim *sim = process->sim;
    if (process->timeout != 0)
        return process->timeout - sim->options.election_timeout;
    if (sim->now >= process->entropy_until) {
        uint64_t slot = 2 * sim->now / sim->options.election_timeout;
        uint64_t life = (process->chance << 6 | process->id) + (process->lives << 40);
        process->entropy = raft_hash_word(raft_hash_word(RAFT_HASH_SEED, life), slot);
        process->entropy_until = ((slot + 1) * sim->options.election_timeout + 1) / 2;
    }
    return process->entropy;
}

static void see_role(void *context, enum raft_role from, enum raft_role to, raft_term term)
{
    struct raft_sim_process *process = context;
    if (process->dead)
        return;
    raft_sim_fold(process->sim, (uint64_t)to);
    raft_sim_say(process->sim, RAFT_SIM_ROLES, process->id, "%s -> %s (term %llu)",
                 raft_role_name(from), raft_role_name(to), (unsigned long long)term);
    raft_sim_judge_role(process, to, term);
    if (to == RAFT_ROLE_LEADER)
        raft_sim_nemesis_elected(process->sim, process->id);
}

static void see_substate(void *context, enum raft_substate substate)
{
    struct raft_sim_process *process = context;
    if (process->dead)
        return;
    process->seen |= UINT32_C(1) << substate;
    raft_sim_say(process->sim, RAFT_SIM_SUBSTATES, process->id, "is %s",
                 raft_substate_name(substate));
}

static void see_leader(void *context, raft_id leader, raft_term term)
{
    struct raft_sim_process *process = context;
    if (process->dead)
        return;
    raft_sim_judge_term(process, term);
    if (leader != 0 && leader != process->id)
        raft_sim_say(process->sim, RAFT_SIM_ROLES, process->id, "follows n%u (term %llu)",
                     (unsigned)leader, (unsigned long long)term);
}

static void see_commit(void *context, raft_index commit, raft_index applied)
{
    struct raft_sim_process *process = context;
    if (process->dead)
        return;
    if (commit > process->facts->commit)
        raft_sim_say(process->sim, RAFT_SIM_COMMITS, process->id,
                     "commit %llu -> %llu, applied %llu",
                     (unsigned long long)process->facts->commit, (unsigned long long)commit,
                     (unsigned long long)applied);
    raft_sim_judge_commit(process, commit);
}

static void see_promise(void *context, raft_term term, raft_id vote, raft_index acked)
{
    struct raft_sim_process *process = context;
    if (!process->dead)
        raft_sim_judge_promise(process, term, vote, acked);
}

static void see_trace(void *context, enum raft_trace_code code, raft_id peer, uint64_t a,
                      uint64_t b)
{
    struct raft_sim_process *process = context;
    char text[160];
    if (process->dead)
        return;
    raft_sim_fold(process->sim, (uint64_t)code);
    if (!raft_sim_says(process->sim, RAFT_SIM_WHY))
        return;
    raft_node_trace_text(code, peer, a, b, text, sizeof text);
    raft_sim_say(process->sim, RAFT_SIM_WHY, process->id, "%s", text);
}

static void see_message(void *context, bool outgoing, const struct raft_message *message)
{
    struct raft_sim_process *process = context;
    if (process->dead)
        return;
    raft_sim_say_message(process->sim, process->id, outgoing ? "sends" : "gets", message);
    raft_sim_judge_message(process, outgoing, message);
}

static void see_appended(void *context, const struct raft_entry *entry)
{
    struct raft_sim_process *process = context;
    if (process->dead)
        return;
    raft_sim_say(process->sim, RAFT_SIM_LOGS, process->id, "appends %llu of term %llu (%s)",
                 (unsigned long long)entry->index, (unsigned long long)entry->term,
                 raft_entry_type_name(entry->type));
    raft_sim_judge_append(process, entry);
}

static void see_truncated(void *context, raft_index first)
{
    struct raft_sim_process *process = context;
    if (process->dead)
        return;
    raft_sim_say(process->sim, RAFT_SIM_LOGS, process->id, "removes %llu..%llu",
                 (unsigned long long)first, (unsigned long long)process->facts->chain.count);
    raft_sim_judge_truncate(process, first);
}

static void see_installed(void *context, const struct raft_snapshot *snapshot, bool keep_suffix,
                          uint64_t digest)
{
    struct raft_sim_process *process = context;
    if (process->dead)
        return;
    raft_sim_say(process->sim, RAFT_SIM_LOGS, process->id, "installs a snapshot of %llu^%llu%s",
                 (unsigned long long)snapshot->index, (unsigned long long)snapshot->term,
                 keep_suffix ? ", what follows stays" : "");
    process->sim->counts.installs++;
    raft_sim_judge_install(process, snapshot->index, keep_suffix, digest);
}

static void see_applied(void *context, const struct raft_entry *entry, uint64_t digest)
{
    struct raft_sim_process *process = context;
    if (!process->dead)
        raft_sim_judge_apply(process, entry, digest);
}

static void see_answer(void *context, enum raft_reply_status status, raft_index index,
                       struct raft_span result)
{
    struct raft_sim_process *process = context;
    if (process->dead)
        return;
    (void)result;
    if (status == RAFT_REPLY_OK)
        raft_sim_say(process->sim, RAFT_SIM_ANSWERS, process->id, "answers: ok, entry %llu",
                     (unsigned long long)index);
    else
        raft_sim_say(process->sim, RAFT_SIM_ANSWERS, process->id, "answers: %s",
                     raft_reply_status_name(status));
}
