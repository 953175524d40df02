/* SPDX-License-Identifier: MIT
 *
 * The inside of the nemesis: nemesis.c keeps the table of acts and those on nodes, nemesis_links.c
 * has those on links, nemesis_members.c those on who belongs to the cluster, nemesis_usurp.c plots,
 * nemesis_schism.c divides, nemesis_heal.c ends it all.
 */
#ifndef RAFT_SIM_NEMESIS_H
#define RAFT_SIM_NEMESIS_H

#include "sim/internal.h"

/* Where a kind of fault gets its choices. */
uint32_t raft_sim_nemesis_stream(enum raft_sim_fault fault);
/* How long it lasts. */
raft_time raft_sim_nemesis_duration(struct raft_sim *sim, enum raft_sim_fault fault);
/* Whom it hits: anybody, the leader rather often. */
raft_id raft_sim_nemesis_pick(struct raft_sim *sim, enum raft_sim_fault fault);

/* A node is deaf, mute, or both for so long. */
void raft_sim_nemesis_cut_off(struct raft_sim *sim, raft_id id, raft_time duration);
/* A node is paused or frozen for so long. */
void raft_sim_nemesis_halt(struct raft_sim *sim, enum raft_sim_fault fault, raft_id id,
                           raft_time duration);
void raft_sim_nemesis_usurp(struct raft_sim *sim);
void raft_sim_nemesis_usurp_step(struct raft_sim *sim, uint64_t epoch);
void raft_sim_nemesis_schism(struct raft_sim *sim);
void raft_sim_nemesis_schism_step(struct raft_sim *sim, uint64_t epoch);
/* A node leads from now on. */
void raft_sim_nemesis_schism_elected(struct raft_sim *sim, raft_id id);
void raft_sim_nemesis_member(struct raft_sim *sim);
/* Asks a leader to make this the configuration, if whoever still has a disk could go on with it. */
void raft_sim_nemesis_ask(struct raft_sim *sim, raft_id leader, const struct raft_config *target);
/* The nodes in set and the others hear nothing of each other for so long. */
void raft_sim_nemesis_divide(struct raft_sim *sim, uint64_t set, raft_time duration);
void raft_sim_nemesis_clog(struct raft_sim *sim);
void raft_sim_nemesis_partition(struct raft_sim *sim);
void raft_sim_nemesis_mend_disk(struct raft_sim *sim, raft_id id);

#endif
