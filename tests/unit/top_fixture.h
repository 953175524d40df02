/* SPDX-License-Identifier: MIT
 *
 * A cluster made by hand for the dashboard's tests: views filled field by field, events at chosen
 * moments, and frames compared with files under golden/ (UPDATE=1 writes them anew).
 */
#ifndef RAFT_TESTS_TOP_FIXTURE_H
#define RAFT_TESTS_TOP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "top/input.h"
#include "top/view.h"

/* 2026-01-02 12:04:31 UTC in nanoseconds. */
#define TF_NOW    UINT64_C(1767355471000000000)
#define TF_SECOND UINT64_C(1000000000)

/* One model at a time: it is large. */
static struct top_model tf_model;
static struct top_frame tf_frame;
static uint64_t tf_seq;

static inline struct raft_view_node *tf_node(raft_id id)
{
    return &tf_model.view.nodes[id - 1];
}

static inline void tf_follow(raft_id id, raft_id leader, uint64_t term, uint64_t commit)
{
    struct raft_view_node *node = tf_node(id);
    node->process = RAFT_SHM_PROCESS_UP;
    node->node.role = RAFT_ROLE_FOLLOWER;
    node->node.substate = RAFT_SUBSTATE_SYNCED;
    node->node.term = term;
    node->node.vote = leader;
    node->node.leader = leader;
    node->node.commit = commit;
    node->node.applied = commit;
    node->node.first = 1;
    node->node.last = commit;
    node->heartbeat_age_ms = 10 + (int64_t)id;
    node->node.election_deadline = 1000000 + 700000;
}

static inline void tf_lead(raft_id id)
{
    struct raft_view_node *node = tf_node(id);
    tf_model.view.leader = id;
    node->node.role = RAFT_ROLE_LEADER;
    node->node.substate = RAFT_SUBSTATE_SENT_ENTRIES;
    node->node.vote = id;
    node->node.leader = id;
    node->node.last++;
    node->heartbeat_age_ms = -1;
    node->node.election_deadline = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < tf_model.view.nodes_count; i++) {
        raft_id other = tf_model.view.nodes[i].id;
        if (other != id) {
            node->node.peers[count].id = other;
            node->node.peers[count].match = tf_model.view.commit;
            node->node.peers[count].next = tf_model.view.commit + 1;
            node->node.peers[count].state = RAFT_PROGRESS_REPLICATE;
            node->node.peers[count].rtt_us = 250 + other * 70;
            count++;
        }
    }
    node->node.peers_count = count;
}

/* A healthy cluster of so many nodes: n3 (or the last) leads term 7 at commit 48213. */
static inline void tf_begin(uint32_t count)
{
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    tzset();
    top_model_init(&tf_model, "demo", false);
    tf_seq = 1030;
    struct raft_view *view = &tf_model.view;
    snprintf(view->name, sizeof(view->name), "demo");
    view->supervised = true;
    view->health = RAFT_HEALTH_HEALTHY;
    view->now = 1000000;
    view->term = 7;
    view->commit = 48213;
    view->up = count;
    view->voters = count;
    view->quorum = count / 2 + 1;
    view->nodes_count = count;
    view->cluster.election_timeout = 500000;
    raft_faults_init(&view->faults);
    for (uint32_t i = 0; i < count; i++) {
        struct raft_view_node *node = &view->nodes[i];
        node->id = i + 1;
        node->slot = i;
        node->has_record = true;
        node->member = RAFT_MEMBER_VOTER;
        node->node.id = node->id;
        node->node.incarnation = 77;
        node->service = (struct raft_shm_service){.id = node->id,
                                                  .desired_up = 1,
                                                  .pid = 4121 + i,
                                                  .incarnation = 77,
                                                  .started = TF_NOW - 192 * TF_SECOND,
                                                  .exit_code = -1,
                                                  .port = (uint16_t)(9101 + i),
                                                  .host = "127.0.0.1"};
        view->faults.ids[i] = node->id;
    }
    raft_id leader = count < 3 ? count : 3;
    for (uint32_t i = 0; i < count; i++) {
        tf_follow(i + 1, leader, 7, 48213);
    }
    tf_lead(leader);
}

static inline void tf_event(struct raft_shm_event event, uint64_t seconds_ago, const char *text)
{
    event.seq = ++tf_seq;
    event.real = TF_NOW - seconds_ago * TF_SECOND + (tf_seq % 10) * 37000000;
    snprintf(event.text, sizeof(event.text), "%s", text);
    top_model_event(&tf_model, &event);
}

/* An election half a minute ago, and some commits since. */
static inline void tf_history(void)
{
    for (raft_id id = 1; id <= tf_model.view.nodes_count; id++) {
        tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_PROCESS,
                                         .node = id,
                                         .a = RAFT_SHM_PROCESS_UP,
                                         .b = 4120 + id},
                 20, "up");
    }
    raft_id leader = tf_model.view.leader;
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_TRACE,
                                     .node = leader,
                                     .a = RAFT_TRACE_TIMEOUT},
             15, "election timeout: no leader heard for 731 ms");
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_SUBSTATE,
                                     .node = leader,
                                     .a = RAFT_SUBSTATE_PRE_VOTE,
                                     .b = RAFT_ROLE_CANDIDATE},
             15, "pre_vote");
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_ROLE,
                                     .node = leader,
                                     .a = RAFT_ROLE_CANDIDATE,
                                     .b = RAFT_ROLE_LEADER,
                                     .c = 7},
             15, "candidate -> leader, term 7");
    for (uint64_t i = 0; i < 24; i++) {
        uint64_t ms = TF_NOW / 1000000 - 12000 + i * 500;
        top_rates_add(&tf_model.rates, ms, 40000 + i * i * 14);
    }
}

static inline void tf_cut(raft_id from, raft_id to, uint64_t id)
{
    struct raft_fault *fault = &tf_model.view.faults.list[id - 1];
    tf_model.view.faults.used |= UINT64_C(1) << (id - 1);
    fault->id = id;
    fault->since = tf_seq;
    snprintf(fault->kind, sizeof(fault->kind), "cut");
    snprintf(fault->target, sizeof(fault->target), "n%u-n%u", from, to);
    fault->row[from - 1] |= UINT64_C(1) << (to - 1);
    fault->row[to - 1] |= UINT64_C(1) << (from - 1);
}

static inline void tf_kill(raft_id id)
{
    struct raft_view_node *node = tf_node(id);
    node->process = RAFT_SHM_PROCESS_DOWN;
    node->service.exit_signal = 9;
    node->service.exit_asked = 1;
    node->service.desired_up = 0;
    node->service.ended = TF_NOW - 5 * TF_SECOND;
    tf_model.view.up--;
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_COMMAND}, 5, "kill n5");
    tf_event(
        (struct raft_shm_event){
            .type = RAFT_SHM_EVENT_PROCESS, .node = id, .a = RAFT_SHM_PROCESS_DOWN, .d = 9},
        5, "exited, signal 9, up 3m12");
}

/* The drawing of dashboard.md: n4 cut from n3 and n5 and campaigning in vain, n5 killed. */
static inline void tf_trouble(void)
{
    tf_model.view.health = RAFT_HEALTH_DEGRADED;
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_COMMAND}, 9, "partition cut n4-n3,n5");
    tf_cut(3, 4, 1);
    tf_cut(4, 5, 2);
    struct raft_view_node *n4 = tf_node(4);
    n4->node.role = RAFT_ROLE_CANDIDATE;
    n4->node.substate = RAFT_SUBSTATE_PRE_VOTE;
    n4->node.leader = 0;
    n4->node.commit = 47790;
    n4->node.last = 47790;
    n4->lag = 423;
    n4->heartbeat_age_ms = 9041;
    n4->overdue = true;
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_SUBSTATE,
                                     .node = 4,
                                     .a = RAFT_SUBSTATE_PRE_VOTE,
                                     .b = RAFT_ROLE_CANDIDATE},
             8, "pre_vote (candidate, term 7)");
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_TRACE,
                                     .node = 4,
                                     .a = RAFT_TRACE_VOTE_DENIED},
             8, "pre-vote denied by n1");
    tf_kill(5);
    tf_node(5)->lag = 559;
    tf_node(5)->node.commit = 47655;
    tf_node(1)->process = RAFT_SHM_PROCESS_PAUSED;
    tf_event((struct raft_shm_event){.type = RAFT_SHM_EVENT_PROCESS,
                                     .node = 1,
                                     .a = RAFT_SHM_PROCESS_PAUSED},
             3, "paused");
}

static inline void tf_update(void)
{
    top_model_update(&tf_model, TF_NOW);
}

/* One key; returns what it asks for. */
static inline struct top_request tf_press(uint32_t key)
{
    static struct top_request request;
    top_input(&tf_model, key, &request);
    return request;
}

static inline void tf_type(const char *text)
{
    for (; *text; text++) {
        (void)tf_press((unsigned char)*text);
    }
}

/* The frame as text, to be freed. */
static inline char *tf_draw(int width, int height)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&text, &bytes);
    assert_non_null(file);
    top_view_draw(&tf_model, &tf_frame, width, height);
    top_frame_print(&tf_frame, file);
    fclose(file);
    return text;
}

/* Compares a frame with golden/NAME.txt. */
static inline void tf_golden(const char *name, int width, int height)
{
    char path[1024];
    const char *end = strrchr(__FILE__, '/');
    snprintf(path, sizeof(path), "%.*s/golden/%s.txt", (int)(end - __FILE__), __FILE__, name);
    char *drawn = tf_draw(width, height);
    FILE *file = fopen(path, getenv("UPDATE") ? "w+" : "r");
    if (!file) {
        fail_msg("cannot open %s; UPDATE=1 makes it", path);
    }
    if (getenv("UPDATE")) {
        fputs(drawn, file);
        rewind(file);
    }
    char *golden = calloc(1, 1 << 16);
    assert_non_null(golden);
    size_t got = fread(golden, 1, (1 << 16) - 1, file);
    golden[got] = '\0';
    fclose(file);
    if (strcmp(drawn, golden) != 0) {
        print_message("-- %s expected\n%s-- drawn\n%s", path, golden, drawn);
    }
    assert_string_equal(drawn, golden);
    free(golden);
    free(drawn);
}

#endif
