/* SPDX-License-Identifier: MIT
 *
 * Clocks of nodes: each may run at a rate of its own, jump, and stop while its node is frozen.
 */
#include "base/assert.h"
#include "sim/internal.h"

raft_time raft_sim_clock_read(const struct raft_sim_clock *clock, raft_time now)
{
    if (clock->stopped)
        return clock->local;
    return clock->local + (now - clock->world) * clock->rate_permille / 1000;
}

raft_time raft_sim_clock_when(const struct raft_sim_clock *clock, raft_time local, raft_time now)
{
    if (clock->stopped || local == UINT64_MAX)
        return UINT64_MAX;
    if (local <= clock->local)
        return now;
    raft_time wait = local - clock->local;
    raft_time at =
        clock->world + (clock->rate_permille == 1000
                            ? wait
                            : (wait * 1000 + clock->rate_permille - 1) / clock->rate_permille);
    return at > now ? at : now;
}

/* A jump back is seen by the host as a clock that stands still for so long. */
void raft_sim_clock(struct raft_sim *sim, raft_id id, uint32_t rate_permille, int64_t jump)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    struct raft_sim_clock *clock = &process->clock;
    ASSERT(rate_permille > 0);
    process->timed = false;
    raft_time local = raft_sim_clock_read(clock, sim->now);
    if (jump < 0 && local < (raft_time)-jump)
        local = 0;
    else
        local += (raft_time)jump;
    clock->world = sim->now;
    clock->local = local;
    clock->rate_permille = rate_permille;
    raft_sim_say(sim, RAFT_SIM_WORLD, id, "has a clock at %u permille that jumps by %lld us",
                 (unsigned)rate_permille, (long long)jump);
}

void raft_sim_pause(struct raft_sim *sim, raft_id id, bool frozen)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    if (process->node == NULL || process->paused)
        return;
    process->paused = true;
    process->timed = false;
    raft_sim_fold(sim, id);
    raft_sim_say(sim, RAFT_SIM_WORLD, id, "%s", frozen ? "is frozen" : "is paused");
    if (!frozen)
        return;
    process->clock.local = raft_sim_clock_read(&process->clock, sim->now);
    process->clock.stopped = true;
}

/* What waited in its socket is there at once, the oldest first; its disk goes on too. */
void raft_sim_resume(struct raft_sim *sim, raft_id id)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    struct raft_sim_parcel *waiting = NULL;
    if (!process->paused)
        return;
    process->paused = false;
    process->timed = false;
    if (process->clock.stopped)
        process->clock.world = sim->now;
    process->clock.stopped = false;
    raft_sim_fold(sim, id);
    raft_sim_say(sim, RAFT_SIM_WORLD, id, "goes on");
    while (process->inbox != NULL) {
        struct raft_sim_parcel *parcel = process->inbox;
        process->inbox = parcel->next;
        parcel->next = waiting;
        waiting = parcel;
    }
    process->inbox_count = 0;
    while (waiting != NULL) {
        struct raft_sim_event event = {
            .at = sim->now, .kind = RAFT_SIM_EVENT_PARCEL, .parcel = waiting};
        waiting = waiting->next;
        event.parcel->next = NULL;
        raft_sim_queue_push(&sim->queue, &event);
    }
    const struct raft_sim_operation *operation = process->disk.oldest;
    for (; operation != NULL; operation = operation->next)
        raft_sim_schedule(sim, sim->now, RAFT_SIM_EVENT_DISK, id, process->lives);
}
