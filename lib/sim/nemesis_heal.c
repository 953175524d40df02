/* SPDX-License-Identifier: MIT
 *
 * The end of trouble: all of it, or for some nodes while the others keep what they have.
 */
#include "base/assert.h"
#include "sim/nemesis.h"

static void end_network_faults(struct raft_sim *sim);
static void heal_node(struct raft_sim *sim, raft_id id);
static void cut_off_others(struct raft_sim *sim, uint64_t set);

void raft_sim_heal(struct raft_sim *sim, uint64_t set)
{
    sim->healed = true;
    for (uint32_t fault = 0; fault < RAFT_SIM_FAULT_COUNT; fault++)
        sim->trouble.periods[fault] = 0;
    sim->trouble.short_leaders_permille = 0;
    end_network_faults(sim);
    cut_off_others(sim, set);
    raft_sim_say(sim, RAFT_SIM_WORLD, 0, "healed: %llx", (unsigned long long)set);
    for (raft_id id = 1; id <= sim->options.nodes; id++) {
        if ((set >> (id - 1) & 1) != 0)
            heal_node(sim, id);
    }
}

void raft_sim_calm(struct raft_sim *sim)
{
    raft_sim_clients_stop(sim);
    raft_sim_heal(sim, UINT64_MAX);
}

static void end_network_faults(struct raft_sim *sim)
{
    struct raft_sim_options *options = &sim->options;
    options->loss_permille = 0;
    options->duplicate_permille = 0;
    options->far_permille = 0;
    options->corrupt_permille = 0;
    options->stale_permille = 0;
    options->mtu_permille = 0;
    for (raft_id from = 0; from <= options->nodes; from++) {
        for (raft_id to = 0; to <= options->nodes; to++)
            raft_sim_link_clog(sim, from, to, 0);
    }
}

static void heal_node(struct raft_sim *sim, raft_id id)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    raft_sim_nemesis_mend_disk(sim, id);
    raft_sim_resume(sim, id);
    if (process->clock.rate_permille != 1000)
        raft_sim_clock(sim, id, 1000, 0);
    process->fuse = 0;
    raft_sim_start(sim, id);
}

/* The links inside set are whole. Those with a node outside are as they were: what is cut now stays
 * cut. Without pre-vote and check-quorum (thesis 6.2, 9.6) one half-deaf node may depose leaders
 * for ever; then the others are cut off wholly. */
static void cut_off_others(struct raft_sim *sim, uint64_t set)
{
    bool wholly = !sim->options.pre_vote || !sim->options.check_quorum;
    struct raft_fault fault = {.kind = "rest", .target = "the others"};
    uint64_t id;
    bool any = false;
    for (uint32_t from = 0; from < sim->options.nodes; from++) {
        for (uint32_t to = 0; to < sim->options.nodes; to++) {
            bool inside = (set >> from & set >> to & 1) != 0;
            bool cut = raft_faults_is_cut(&sim->faults, sim->now, from + 1, to + 1);
            if (inside || from == to || !(wholly || cut))
                continue;
            fault.row[from] |= UINT64_C(1) << to;
            any = true;
        }
    }
    (void)raft_faults_heal(&sim->faults, 0, 0); /* How many there were does not matter. */
    if (!any)
        return;
    enum raft_error error = raft_faults_add(&sim->faults, &fault, true, &id);
    ASSERT(error == RAFT_OK);
}
