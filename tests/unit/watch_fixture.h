/* SPDX-License-Identifier: MIT
 *
 * A watch over three nodes and words to make histories by hand: the smallest that are right, and
 * from them the broken ones that each checker must see.
 */
#ifndef RAFT_TESTS_WATCH_FIXTURE_H
#define RAFT_TESTS_WATCH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/kv.h"
#include "sim/watch.h"

struct fixture {
    raft_time now;
    struct raft_sim_watch *watch;
};

static inline void see(struct fixture *f, struct raft_sim_sight sight)
{
    raft_sim_watch_see(f->watch, &sight);
}

/* A node's disk finishes a write of hard state and count entries of one term, each with a payload
 * of one byte. */
static inline struct raft_entry make_entry(raft_index index, raft_term term, const char *payload)
{
    return (struct raft_entry){
        .index = index,
        .term = term,
        .type = payload == NULL ? RAFT_ENTRY_NOOP : RAFT_ENTRY_COMMAND,
        .bytes = payload == NULL ? 0 : (uint32_t)strlen(payload),
        .data = payload,
    };
}

static inline void append(struct fixture *f, raft_id id, struct raft_entry entry)
{
    see(f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_APPEND, .id = id, .entry = &entry});
}

static inline void write_entry(struct fixture *f, raft_id id, struct raft_entry entry)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(f->watch, id);
    struct raft_log_write write = {
        .term = node->term,
        .vote = node->disk.term == node->term ? node->disk.vote : 0,
        .entries = &entry,
        .count = 1,
    };
    see(f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_DURABLE, .id = id, .write = &write});
}

/* Memory and disk. */
static inline void store(struct fixture *f, raft_id id, struct raft_entry entry)
{
    append(f, id, entry);
    write_entry(f, id, entry);
}

static inline void store_all(struct fixture *f, struct raft_entry entry)
{
    for (raft_id id = 1; id <= 3; id++)
        store(f, id, entry);
}

static inline void write_vote(struct fixture *f, raft_id id, raft_term term, raft_id vote)
{
    struct raft_log_write write = {.term = term, .vote = vote};
    see(f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_DURABLE, .id = id, .write = &write});
}

static inline void become(struct fixture *f, raft_id id, enum raft_role role, raft_term term)
{
    see(f,
        (struct raft_sim_sight){.kind = RAFT_SIM_SEES_ROLE, .id = id, .role = role, .term = term});
}

static inline void tell_vote(struct fixture *f, raft_id id, raft_term term, raft_id vote)
{
    see(f,
        (struct raft_sim_sight){.kind = RAFT_SIM_SEES_VOTE, .id = id, .term = term, .peer = vote});
}

static inline void promise(struct fixture *f, raft_id id, raft_term term, raft_id vote,
                           raft_index acked)
{
    see(f,
        (struct raft_sim_sight){
            .kind = RAFT_SIM_SEES_PROMISE, .id = id, .term = term, .peer = vote, .index = acked});
}

static inline void commit(struct fixture *f, raft_id id, raft_index index)
{
    see(f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_COMMIT, .id = id, .index = index});
}

static inline void apply(struct fixture *f, raft_id id, struct raft_entry entry, uint64_t digest)
{
    see(f, (struct raft_sim_sight){
               .kind = RAFT_SIM_SEES_APPLY, .id = id, .entry = &entry, .digest = digest});
}

static inline void show(struct fixture *f, enum raft_sim_sight_kind kind, raft_id id,
                        raft_index index)
{
    see(f, (struct raft_sim_sight){.kind = kind, .id = id, .index = index});
}

/* All are in the term; id has the votes of itself and of one other, and leads. */
static inline void elect(struct fixture *f, raft_id id, raft_term term)
{
    raft_id other = id % 3 + 1;
    for (raft_id i = 1; i <= 3; i++)
        become(f, i, i == id ? RAFT_ROLE_CANDIDATE : RAFT_ROLE_FOLLOWER, term);
    write_vote(f, id, term, id);
    tell_vote(f, id, term, id);
    write_vote(f, other, term, id);
    promise(f, other, term, id, 0);
    become(f, id, RAFT_ROLE_LEADER, term);
}

static inline void begin(struct fixture *f)
{
    f->now = 1000;
    f->watch = raft_sim_watch_create(7, &f->now);
    for (raft_id id = 1; id <= 3; id++)
        show(f, RAFT_SIM_SEES_START, id, 0);
}

/* n1 leads term 1, and its noop is on all disks and committed everywhere. */
static inline void begin_led(struct fixture *f)
{
    begin(f);
    elect(f, 1, 1);
    store_all(f, make_entry(1, 1, NULL));
    for (raft_id id = 1; id <= 3; id++)
        commit(f, id, 1);
}

static inline void expect_fine(const struct fixture *f)
{
    if (f->watch->failure[0] != '\0')
        fail_msg("%s", f->watch->failure);
}

/* The checker of this name, and no other, has found something; its sentence begins with its name
 * after the time. */
static inline void expect_broken(struct fixture *f, const char *name)
{
    if (f->watch->broken == NULL)
        fail_msg("%s saw nothing", name);
    assert_string_equal(f->watch->broken, name);
    assert_non_null(strstr(f->watch->failure, name));
}

static inline void end(struct fixture *f)
{
    raft_sim_watch_destroy(f->watch);
}

#endif
