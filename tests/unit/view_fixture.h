/* SPDX-License-Identifier: MIT
 *
 * A private table with nodes that look alive: their process is this test itself.
 *
 * Each test writes the records it needs and looks through raft_view_read, so the kernel's part of
 * the truth is real and the rest is said by the test.
 */
#ifndef TESTS_UNIT_VIEW_FIXTURE_H
#define TESTS_UNIT_VIEW_FIXTURE_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cluster/view.h"

enum { FIXTURE_T_US = 500000, FIXTURE_HEARTBEAT_US = 50000 };

struct fixture {
    struct raft_shm *shm;
    struct raft_view view;
    uint64_t ticks; /* start time of this process */
    uint32_t nodes;
};

/* The start time of a process, found by asking with every field of its stat line. */
static inline uint64_t fixture_ticks(uint32_t pid)
{
    char path[64];
    char text[1024] = "";
    snprintf(path, sizeof path, "/proc/%u/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return 0;
    }
    size_t bytes = fread(text, 1, sizeof text - 1, file);
    text[bytes] = 0;
    fclose(file);
    const char *at = strrchr(text, ')');
    for (int field = 2; at != NULL && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    unsigned long long ticks = 0;
    return at != NULL && sscanf(at, " %llu", &ticks) == 1 ? ticks : 0;
}

static inline void fixture_service(struct fixture *fixture, raft_id id, uint32_t process,
                                   uint32_t pid)
{
    struct raft_shm_service service = {.id = id,
                                       .process = process,
                                       .pid = pid,
                                       .start_ticks = pid == 0 ? 0 : fixture_ticks(pid),
                                       .incarnation = 100 + id,
                                       .exit_code = -1};
    raft_shm_service_write(fixture->shm, id - 1, &service);
}

static inline struct raft_shm_node fixture_record(struct fixture *fixture, raft_id id)
{
    return (struct raft_shm_node){.incarnation = 100 + id,
                                  .id = id,
                                  .pid = (uint32_t)getpid(),
                                  .role = RAFT_ROLE_FOLLOWER,
                                  .term = 3,
                                  .leader = 1,
                                  .commit = 10,
                                  .applied = 10,
                                  .first = 1,
                                  .last = 10,
                                  .digest = 77,
                                  .heard = raft_shm_now(fixture->shm)};
}

/* Node 1 leads term 3, all others follow and heard it just now, everything is committed. */
static inline void fixture_open(struct fixture *fixture, uint32_t nodes)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->shm = raft_shm_private(42);
    fixture->nodes = nodes;
    fixture->ticks = fixture_ticks((uint32_t)getpid());
    struct raft_shm_cluster cluster = {.name = "demo",
                                       .cluster = 42,
                                       .supervisor_pid = (uint32_t)getpid(),
                                       .supervisor_start_ticks = fixture->ticks,
                                       .election_timeout = FIXTURE_T_US,
                                       .heartbeat_interval = FIXTURE_HEARTBEAT_US};
    raft_shm_cluster_write(fixture->shm, &cluster);
    for (raft_id id = 1; id <= nodes; id++) {
        fixture_service(fixture, id, RAFT_SHM_PROCESS_UP, (uint32_t)getpid());
        struct raft_shm_node record = fixture_record(fixture, id);
        record.role = id == 1 ? RAFT_ROLE_LEADER : RAFT_ROLE_FOLLOWER;
        record.heard = id == 1 ? 0 : record.heard;
        raft_shm_node_write(fixture->shm, id - 1, &record);
    }
}

static inline const struct raft_view *fixture_look(struct fixture *fixture)
{
    raft_view_read(fixture->shm, &fixture->view);
    return &fixture->view;
}

static inline void fixture_close(struct fixture *fixture)
{
    raft_shm_close(&fixture->shm);
}

/* Lets the cluster's clock jump ahead: what was heard before is long ago then. */
static inline void fixture_pass(struct fixture *fixture, uint64_t us)
{
    struct raft_shm_clock clock;
    raft_shm_clock_read(fixture->shm, &clock);
    clock.epoch++;
    clock.base_virtual += us;
    raft_shm_clock_write(fixture->shm, &clock);
}

#endif
