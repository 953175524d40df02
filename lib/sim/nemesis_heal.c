/* SPDX-License-Identifier: MIT
 *
 * The end of trouble: all of it, or for some nodes while the others keep what they have.
 */
#include "base/assert.h"
#include "sim/nemesis.h"
#include "sim/watch.h"

/* How the nodes outside a healed set may be cut off from it. */
enum { CUT_BOTH, CUT_MUTE, CUT_DEAF };

static void end_network_faults(struct raft_sim *sim);
static void heal_node(struct raft_sim *sim, raft_id id);
static void cut_off_others(struct raft_sim *sim, uint64_t set);
static uint64_t find_born(const struct raft_sim *sim);

void raft_sim_heal(struct raft_sim *sim, uint64_t set)
{
    raft_sim_bury(sim); /* Who died of a wish from outside is dead before all is well. */
    sim->healed = true;
    for (uint32_t fault = 0; fault < RAFT_SIM_FAULT_COUNT; fault++)
        sim->trouble.periods[fault] = 0;
    sim->trouble.short_leaders_permille = 0;
    sim->trouble.schisms_permille = 0;
    end_network_faults(sim);
    cut_off_others(sim, set);
    set &= find_born(sim);
    raft_sim_say(sim, RAFT_SIM_WORLD, 0, "healed: %s", raft_sim_names(set).text);
    for (raft_id id = 1; id <= sim->options.nodes; id++) {
        if ((set >> (id - 1) & 1) != 0)
            heal_node(sim, id);
    }
    raft_sim_judge_healed(sim, set);
}

void raft_sim_demand(struct raft_sim *sim, uint64_t set)
{
    set &= find_born(sim);
    raft_sim_judge_due(sim, set, sim->watch->committed.count);
    sim->watch->present = "liveness";
    if (!raft_sim_is_settled(sim, set))
        raft_sim_fail(sim, "healed, and not of one mind: %s", raft_sim_names(set).text);
    sim->watch->present = NULL;
}

void raft_sim_calm(struct raft_sim *sim)
{
    raft_sim_clients_rest(sim, true);
    raft_sim_heal(sim, (UINT64_C(1) << sim->options.nodes) - 1);
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
    process->fuse = 0; /* What it does as it resumes must not burn it. */
    raft_sim_nemesis_mend_disk(sim, id);
    raft_sim_resume(sim, id);
    if (process->clock.rate_permille != 1000)
        raft_sim_clock(sim, id, 1000, 0);
    raft_sim_start(sim, id);
}

/* The links inside set are whole; the others, well or not, are cut off, deaf or mute. Without
 * pre-vote and check-quorum (thesis 6.2, 9.6) a deaf node may depose leaders for ever. */
static void cut_off_others(struct raft_sim *sim, uint64_t set)
{
    bool may_be_deaf = sim->options.pre_vote && sim->options.check_quorum;
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_PARTITION);
    uint64_t kind = raft_sim_below(sim, stream, may_be_deaf ? 3 : 2);
    struct raft_fault fault = {.kind = "rest", .target = "the others"};
    uint64_t id;
    bool any = false;
    for (uint32_t from = 0; from < sim->options.nodes; from++) {
        for (uint32_t to = 0; to < sim->options.nodes; to++) {
            bool sends = (set >> from & 1) != 0;
            bool hears = (set >> to & 1) != 0;
            if (sends == hears || (kind == CUT_MUTE && sends) || (kind == CUT_DEAF && hears))
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

/* Ids that may still come are no nodes yet. */
static uint64_t find_born(const struct raft_sim *sim)
{
    return (UINT64_C(1) << sim->born) - 1;
}
