/* SPDX-License-Identifier: MIT */
#include "waiting.h"

#include <string.h>
#include <time.h>

#include "watch.h"

/* One run of waiting_run. */
struct wait_run {
    struct call *call;
    struct waiting *waiting;
    struct raft_shm_cursor cursor;
    uint64_t end;                  /* monotonic ns */
    uint64_t true_since;           /* monotonic ns, 0 = not true now */
    uint64_t died;                 /* by slot: who died unexpectedly */
    char cause[192];               /* of the last of these deaths */
    raft_id dead;                  /* who died unexpectedly, 0 = nobody */
    uint32_t pids[RAFT_NODES_MAX]; /* by place in the view: who lived at the last look */
};

static void follow_events(struct wait_run *run);
static void note_deaths(struct wait_run *run);
static bool is_over(struct wait_run *run, int *code);
static uint64_t sleep_ns(const struct wait_run *run);

static uint64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int waiting_run(struct call *call, struct waiting *waiting)
{
    struct wait_run run = {.call = call,
                           .waiting = waiting,
                           .cursor = {.next = 1},
                           .end = monotonic_ns() + waiting->timeout_ms * 1000000};
    struct watch *watch = watch_start(&call->paths);
    int code = EXIT_DONE;
    for (;;) {
        uint32_t bell = raft_shm_bell(call->shm);
        follow_events(&run);
        call_look(call);
        watch_update(watch, call->view);
        note_deaths(&run);
        if (is_over(&run, &code)) {
            break;
        }
        (void)raft_shm_bell_wait(call->shm, bell, sleep_ns(&run)); /* is_over judges the time */
    }
    watch_stop(&watch);
    return code;
}

int waiting_for_leader(struct call *call, uint64_t after, uint64_t timeout_ms)
{
    static const char *const condition = "leader";
    char message[160] = "";
    struct waiting waiting = {.after = after, .timeout_ms = timeout_ms, .quorum_matters = true};
    enum raft_error error =
        raft_condition_parse(1, &condition, after, &waiting.condition, message, sizeof message);
    if (error != RAFT_OK) {
        return complain(call, exit_of(error), "%s", message);
    }
    int code = waiting_run(call, &waiting);
    raft_condition_free(&waiting.condition);
    return code;
}

static void follow_events(struct wait_run *run)
{
    struct raft_shm_event event;
    while (raft_shm_event_next(run->call->shm, &run->cursor, &event)) {
        raft_condition_event(run->waiting->condition, &event);
        if (run->waiting->or_fail != NULL) {
            raft_condition_event(run->waiting->or_fail, &event);
        }
        struct raft_shm_service service;
        bool death = event.type == RAFT_SHM_EVENT_PROCESS && event.seq > run->waiting->after &&
                     (event.a == RAFT_SHM_PROCESS_DOWN || event.a == RAFT_SHM_PROCESS_BACKOFF);
        const struct raft_view_node *node =
            death && run->call->view != NULL ? raft_view_find(run->call->view, event.node) : NULL;
        if (node != NULL && raft_shm_service_read(run->call->shm, node->slot, &service) &&
            service.id == event.node && service.exit_asked == 0) {
            run->dead = event.node;
            run->died |= UINT64_C(1) << node->slot;
            raft_view_event_text(&event, run->cause, sizeof run->cause);
        }
    }
}

/* Without a supervisor nobody writes the event, and nobody can have asked for the death. */
static void note_deaths(struct wait_run *run)
{
    const struct raft_view *view = run->call->view;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        bool lives = node->process == RAFT_SHM_PROCESS_UP;
        if (run->pids[i] != 0 && run->pids[i] == node->service.pid &&
            node->process == RAFT_SHM_PROCESS_DOWN && !view->supervised) {
            run->dead = node->id;
        }
        run->pids[i] = lives ? node->service.pid : 0;
    }
}

static int explain(struct wait_run *run, int code, const char *what)
{
    complain(run->call, code, "%s", what);
    raft_condition_explain(run->waiting->condition, run->call->view, stderr);
    return code;
}

/* Have so many died, and stayed down, that the others are no majority? */
static bool lost_quorum(const struct wait_run *run)
{
    const struct raft_view *view = run->call->view;
    uint32_t left = view->voters;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        bool votes = (node->member & RAFT_MEMBER_VOTER) != 0;
        left -=
            votes && node->process == RAFT_SHM_PROCESS_DOWN && (run->died >> node->slot & 1) != 0;
    }
    return left < view->quorum;
}

/* Is every node either up or down by now? */
static bool is_settled(const struct raft_view *view)
{
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        if (view->nodes[i].process == RAFT_SHM_PROCESS_STARTING) {
            return false;
        }
    }
    return true;
}

static bool is_over(struct wait_run *run, int *code)
{
    struct waiting *waiting = run->waiting;
    const struct raft_view *view = run->call->view;
    uint64_t now = monotonic_ns();
    bool holds = raft_condition_holds(waiting->condition, view) &&
                 (!waiting->quorum_matters || is_settled(view));
    bool stable = raft_condition_has_stable(waiting->condition); /* it has the hold itself */
    run->true_since = !holds ? 0 : run->true_since == 0 ? now : run->true_since;
    *code = EXIT_DONE;
    if (holds && (stable || now - run->true_since >= waiting->hold_ms * 1000000)) {
        return true;
    }
    if (waiting->or_fail != NULL && raft_condition_holds(waiting->or_fail, view)) {
        *code = explain(run, EXIT_FALSE, "the condition of --or-fail came true");
        return true;
    }
    if (run->dead != 0 && waiting->deaths_matter) {
        char text[64];
        snprintf(text, sizeof text, "n%u died unexpectedly", run->dead);
        *code = explain(run, EXIT_NODE_DIED, text);
        return true;
    }
    if (waiting->quorum_matters && lost_quorum(run)) {
        *code = complain(run->call, EXIT_FALSE, "n%u %s; no majority is left (raftctl logs n%u)",
                         run->dead, run->cause, run->dead);
        return true;
    }
    if (view->cluster.going_down != 0 && !view_runs(view)) {
        *code = explain(run, EXIT_NOT_RUNNING, "the cluster went down");
        return true;
    }
    if (now >= run->end) {
        char text[64];
        snprintf(text, sizeof text, "not true within %.1f s", (double)waiting->timeout_ms / 1000);
        *code = explain(run, EXIT_TIMEOUT, text);
        return true;
    }
    return false;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Until the first moment at which time alone can change the outcome. */
static uint64_t sleep_ns(const struct wait_run *run)
{
    const struct raft_shm *shm = run->call->shm;
    uint64_t now = monotonic_ns();
    uint64_t ns = run->end > now ? run->end - now : 0;
    raft_time deadline =
        least(run->call->view->changes_at, raft_condition_deadline(run->waiting->condition));
    if (run->waiting->or_fail != NULL) {
        deadline = least(deadline, raft_condition_deadline(run->waiting->or_fail));
    }
    if (deadline != UINT64_MAX) {
        ns = least(ns, raft_shm_real_until(shm, deadline));
    }
    if (run->true_since != 0) {
        uint64_t hold_end = run->true_since + run->waiting->hold_ms * 1000000;
        ns = least(ns, hold_end > now ? hold_end - now : 0);
    }
    return ns;
}
