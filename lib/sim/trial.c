/* SPDX-License-Identifier: MIT */
#include "sim/trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum { MS = 1000, NODES_MAX = 16 };

static void play(struct raft_sim *sim, const struct raft_sim_swarm *swarm,
                 const struct raft_sim_trial *trial);
static void demand_life(struct raft_sim *sim, const struct raft_sim_swarm *swarm, uint64_t set,
                        raft_time until);
static uint64_t expected(struct raft_sim *sim, const struct raft_sim_swarm *swarm, uint64_t set);
static void dismiss(struct raft_sim *sim, const struct raft_sim_swarm *swarm);
static uint64_t draw_core(struct raft_sim *sim, struct raft_sim_choices *choices);
static uint64_t draw_all(const struct raft_sim *sim);
static void judge(const struct raft_sim *sim, struct raft_sim_result *result);
static bool read_field(struct raft_sim_trial *trial, const char *name, const char *value,
                       char *message, size_t message_bytes);

void raft_sim_trial_run(const struct raft_sim_trial *trial, struct raft_sim_result *result)
{
    struct raft_sim_swarm swarm;
    struct raft_sim_choices *choices = trial->replay != NULL
                                           ? raft_sim_choices_replay(trial->replay)
                                           : raft_sim_choices_seed(trial->seed);
    if (trial->record != NULL) {
        raft_sim_tape_finish(trial->record);
        trial->record->seed = trial->seed;
        raft_sim_trial_note(trial, trial->record->note, sizeof trial->record->note);
        raft_sim_choices_record(choices, trial->record);
    }
    memset(result, 0, sizeof *result);
    raft_sim_swarm_draw(&swarm, choices, trial->nodes, trial->faults, trial->churn);
    raft_sim_swarm_text(&swarm, result->world, sizeof result->world);
    swarm.options.seed = trial->seed;
    swarm.options.line = trial->line;
    swarm.options.line_context = trial->line_context;
    swarm.options.topics = trial->topics;
    swarm.options.without = trial->without;
    struct raft_sim *sim = raft_sim_create(&swarm.options);
    for (raft_id id = 1; id <= trial->nodes; id++)
        raft_sim_start(sim, id);
    raft_sim_trouble(sim, &swarm.trouble);
    play(sim, &swarm, trial);
    judge(sim, result);
    result->at = raft_sim_now(sim) - swarm.options.start;
    result->hash = raft_sim_hash(sim);
    raft_sim_counts(sim, &result->counts);
    raft_sim_destroy(&sim);
    raft_sim_choices_destroy(&choices);
}

void raft_sim_trial_note(const struct raft_sim_trial *trial, char *text, size_t bytes)
{
    char faults[400];
    char without[400];
    raft_sim_faults_text(trial->faults, faults, sizeof faults);
    raft_sim_checks_text(trial->without, without, sizeof without);
    (void)snprintf(text, bytes, "nodes=%u time=%" PRIu64 "ms churn=%d faults=%s%s%s",
                   (unsigned)trial->nodes, trial->time / MS, trial->churn, faults,
                   trial->without != 0 ? " without=" : "", trial->without != 0 ? without : "");
}

bool raft_sim_trial_parse(struct raft_sim_trial *trial, const char *note, char *message,
                          size_t message_bytes)
{
    trial->nodes = 0;
    trial->time = 0;
    trial->faults = 0;
    trial->churn = false;
    trial->without = 0;
    while (*note != '\0') {
        char word[450];
        size_t length = strcspn(note, " ");
        (void)snprintf(word, sizeof word, "%.*s", (int)length, note);
        char *value = strchr(word, '=');
        if (value == NULL) {
            (void)snprintf(message, message_bytes, "the note has a word without =: %.60s", word);
            return false;
        }
        *value++ = '\0';
        if (!read_field(trial, word, value, message, message_bytes))
            return false;
        note += length;
        note += strspn(note, " ");
    }
    if (trial->nodes >= 1 && trial->nodes <= NODES_MAX && trial->time >= MS)
        return true;
    (void)snprintf(message, message_bytes, "the note gives no number of nodes or no time");
    return false;
}

const char *raft_sim_verdict_name(enum raft_sim_verdict verdict)
{
    static const char *const names[] = {
        [RAFT_SIM_HELD] = "held", [RAFT_SIM_UNSAFE] = "unsafe", [RAFT_SIM_NOT_LIVE] = "not live"};
    return names[verdict];
}

/* Where members change, nobody can say beforehand who makes a quorum: all are healed at once. */
static void play(struct raft_sim *sim, const struct raft_sim_swarm *swarm,
                 const struct raft_sim_trial *trial)
{
    raft_time time = trial->time;
    raft_time start = raft_sim_now(sim);
    bool changes = (swarm->faults >> RAFT_SIM_FAULT_MEMBER & 1) != 0;
    if (trial->stop > 0 && trial->stop < 4 * (time / 6)) {
        raft_sim_run(sim, start + trial->stop);
        return;
    }
    raft_sim_run(sim, start + 4 * (time / 6));
    if (raft_sim_failure(sim) == NULL && !changes)
        demand_life(sim, swarm, draw_core(sim, swarm->options.choices), start + 5 * (time / 6));
    if (raft_sim_failure(sim) == NULL)
        demand_life(sim, swarm, draw_all(sim), start + time);
}

/* Half of the time is for the clients too, half is quiet. */
static void demand_life(struct raft_sim *sim, const struct raft_sim_swarm *swarm, uint64_t set,
                        raft_time until)
{
    raft_time half = (until - raft_sim_now(sim)) / 2;
    raft_sim_clients_rest(sim, false);
    raft_sim_heal(sim, set);
    raft_sim_run(sim, until - half);
    raft_sim_clients_rest(sim, true);
    dismiss(sim, swarm);
    raft_sim_run(sim, until - half / 2);
    if (raft_sim_leader(sim) != 0)
        raft_sim_propose(sim, raft_sim_leader(sim), "last");
    while (raft_sim_failure(sim) == NULL && raft_sim_now(sim) < until &&
           !raft_sim_is_settled(sim, expected(sim, swarm, set)))
        raft_sim_run(sim, raft_sim_now(sim) + (half + 63) / 64);
    raft_sim_demand(sim, expected(sim, swarm, set));
}

/* Who was removed is no longer spoken of, and who is not yet a member neither. */
static uint64_t expected(struct raft_sim *sim, const struct raft_sim_swarm *swarm, uint64_t set)
{
    uint64_t members = raft_sim_members(sim);
    bool changes = (swarm->faults >> RAFT_SIM_FAULT_MEMBER & 1) != 0;
    return changes && members != 0 ? members & ~raft_sim_gone(sim) : set;
}

/* Without pre-vote and check-quorum a removed node may disturb for ever (thesis 4.2.3), until
 * somebody stops it. */
static void dismiss(struct raft_sim *sim, const struct raft_sim_swarm *swarm)
{
    uint64_t members = raft_sim_members(sim);
    if (members == 0 || (swarm->options.pre_vote && swarm->options.check_quorum))
        return;
    for (raft_id id = 1; id <= raft_sim_nodes(sim); id++) {
        if ((members >> (id - 1) & 1) == 0)
            raft_sim_crash(sim, id, UINT32_MAX);
    }
}

/* Every node that still has a disk. */
static uint64_t draw_all(const struct raft_sim *sim)
{
    return ((UINT64_C(1) << raft_sim_nodes(sim)) - 1) & ~raft_sim_gone(sim);
}

/* A bare quorum of the nodes that can still come back. */
static uint64_t draw_core(struct raft_sim *sim, struct raft_sim_choices *choices)
{
    uint32_t stream = raft_sim_stream(RAFT_SIM_STREAM_SWARM, 1);
    uint64_t gone = raft_sim_gone(sim);
    uint32_t nodes = raft_sim_nodes(sim);
    raft_id ids[RAFT_NODES_MAX];
    uint32_t count = 0;
    uint64_t core = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        if ((gone >> i & 1) == 0)
            ids[count++] = i + 1;
    }
    for (uint32_t taken = 0; taken < nodes / 2 + 1 && taken < count; taken++) {
        uint32_t other = taken + (uint32_t)raft_sim_choose(choices, stream, count - taken);
        raft_id id = ids[other];
        ids[other] = ids[taken];
        core |= UINT64_C(1) << (id - 1);
    }
    return core;
}

static void judge(const struct raft_sim *sim, struct raft_sim_result *result)
{
    const char *failure = raft_sim_failure(sim);
    const char *check = raft_sim_failure_check(sim);
    if (failure == NULL)
        return;
    check = check != NULL ? check : "world";
    result->verdict = RAFT_SIM_UNSAFE;
    if (strcmp(check, "liveness") == 0 || strcmp(check, "catch-up") == 0)
        result->verdict = RAFT_SIM_NOT_LIVE;
    (void)snprintf(result->sentence, sizeof result->sentence, "%s", failure);
    (void)snprintf(result->checker, sizeof result->checker, "%s", check);
}

static bool read_field(struct raft_sim_trial *trial, const char *name, const char *value,
                       char *message, size_t message_bytes)
{
    char *end;
    char wrong[64];
    if (strcmp(name, "faults") == 0) {
        if (raft_sim_faults_parse(value, &trial->faults, wrong, sizeof wrong))
            return true;
        (void)snprintf(message, message_bytes, "the note names an unknown fault: %s", wrong);
        return false;
    }
    if (strcmp(name, "without") == 0) {
        if (raft_sim_checks_parse(value, &trial->without, wrong, sizeof wrong))
            return true;
        (void)snprintf(message, message_bytes, "the note names an unknown checker: %s", wrong);
        return false;
    }
    unsigned long long number = strtoull(value, &end, 10);
    if (strcmp(name, "nodes") == 0 && *end == '\0' && number <= NODES_MAX) {
        trial->nodes = (uint32_t)number;
        return true;
    }
    if (strcmp(name, "churn") == 0 && *end == '\0' && number <= 1) {
        trial->churn = number == 1;
        return true;
    }
    if (strcmp(name, "time") == 0 && strcmp(end, "ms") == 0 && number < UINT64_C(1) << 40) {
        trial->time = number * MS;
        return true;
    }
    (void)snprintf(message, message_bytes, "the note says what nobody understands: %.40s=%.40s",
                   name, value);
    return false;
}
