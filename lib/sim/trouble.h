/* SPDX-License-Identifier: MIT
 *
 * Trouble: what can go wrong in a world (sim.h), by name, and how much of it does. Some kinds are
 * acts of the nemesis, which come again and again; others lie in the options of the network.
 */
#ifndef RAFT_SIM_TROUBLE_H
#define RAFT_SIM_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "raft/types.h"

/* What can go wrong, by name, as in `raftctl sim --faults`. */
#define RAFT_SIM_FAULTS(X)                                                                         \
    X(LOSS, "loss", "packets are lost")                                                            \
    X(DUPLICATE, "duplicate", "packets arrive twice")                                              \
    X(REORDER, "reorder", "delays differ, so packets overtake each other")                         \
    X(TAIL, "tail", "some packets come very late")                                                 \
    X(CORRUPT, "corrupt", "bits flip in packets")                                                  \
    X(STALE, "stale", "old packets come again, after restarts too")                                \
    X(MTU, "mtu", "large packets are lost")                                                        \
    X(CLOG, "clog", "a link holds everything back for a while")                                    \
    X(PARTITION, "partition", "links are cut, one way or both, in every shape")                    \
    X(CRASH, "crash", "a process dies; what it had not synced is lost or kept")                    \
    X(EFFECT, "effect", "a process dies between two effects of one step")                          \
    X(LEADERS, "leaders", "leaders die soon after their election")                                 \
    X(PAUSE, "pause", "a process stops while its clock goes on")                                   \
    X(FREEZE, "freeze", "a process stops, and so does its clock")                                  \
    X(CLOCK, "clock", "clocks run at half to twice the rate, and jump")                            \
    X(SLOW, "slow", "a disk is slow")                                                              \
    X(FULL, "full", "a disk is full")                                                              \
    X(IO, "io", "a write fails, which ends the process")                                           \
    X(ROT, "rot", "a bit flips on a disk, which ends the process for good")                        \
    X(WIPE, "wipe", "a disk is lost, and its node with it")                                        \
    X(TRANSFER, "transfer", "leadership is handed over")                                           \
    X(CAMPAIGN, "campaign", "a node is told to time out now")                                      \
    X(SNAPSHOT, "snapshot", "snapshots are taken that keep few entries or many")                   \
    X(USURP, "usurp", "a leader is cut off or stopped while others restart or shall lead")         \
    X(CLIENT, "client", "clients send twice, give up early and come back late")                    \
    X(MEMBER, "member", "members are added, promoted, demoted, removed and replaced")              \
    X(SCHISM, "schism", "a new leader reaches only some, and shall change one voter at once")

enum raft_sim_fault {
#define X(name, text, what) RAFT_SIM_FAULT_##name,
    RAFT_SIM_FAULTS(X)
#undef X
        RAFT_SIM_FAULT_COUNT
};

const char *raft_sim_fault_name(enum raft_sim_fault fault);

/* "all", "none", or the names, joined by commas. */
void raft_sim_faults_text(uint64_t mask, char *text, size_t bytes);
/* A list like "loss,crash", "all", "none" or "all,-clock" as a mask of 1 << fault. False, with the
 * wrong word in message, if there is no such fault. */
bool raft_sim_faults_parse(const char *text, uint64_t *mask, char *message, size_t message_bytes);

/* Clients that write and read all the time, and a nemesis: how long it waits between two acts of
 * each kind, on the mean. Faults that have no acts (loss, ..) are in the options. */
struct raft_sim_trouble {
    uint32_t clients;
    raft_time client_timeout; /* then a command is sent again */
    raft_time client_pause;   /* at most so long between two operations; 0 = 20 ms */
    uint32_t
        unruly_permille; /* times that a client gives up, sends twice, or stays away for long */
    uint32_t
        roaming_permille;     /* times that a client turns to any node, whomever it knows to lead */
    uint32_t reads_permille;  /* operations that read, beside a few of the others */
    uint32_t bursts_permille; /* times that one trouble comes with another */
    uint32_t aim_permille;    /* times that trouble is for the leader */
    raft_time periods[RAFT_SIM_FAULT_COUNT];
    uint32_t short_leaders_permille; /* leaders that crash soon after they were elected */
    uint32_t schisms_permille;       /* leaders that reach only some as soon as they are elected */
};

#endif
