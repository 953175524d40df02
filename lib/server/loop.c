/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <event2/event.h>

#include "base/assert.h"
#include "server/internal.h"

/* However busy a later priority is, the first one is looked at this often. */
enum { LATER_USEC_MAX = 2000, LATER_CALLBACKS_MAX = 8 };

enum { REST_USEC = 100000 };

/* Longer sleeps are cut: waking once more costs nothing. */
#define SLEEP_NS_MAX UINT64_C(3600000000000)

struct raft_server_loop {
    struct event_base *base;
    struct event *timer;
    raft_server_callback wake;
    void *context;
};

struct raft_server_watch {
    struct event *reading;
    struct event *writing;
    struct event *rested; /* a timer */
    raft_server_callback callback;
    void *context;
};

static void call_wake(evutil_socket_t fd, short what, void *context);
static void call_watch(evutil_socket_t fd, short what, void *context);
static void read_again(evutil_socket_t fd, short what, void *context);

struct raft_server_loop *raft_server_loop_create(raft_server_callback wake, void *context)
{
    struct raft_server_loop *loop = calloc(1, sizeof *loop);
    struct event_config *config = event_config_new();
    ASSERT(loop != NULL && config != NULL);
    const struct timeval interval = {.tv_usec = LATER_USEC_MAX};
    int failed = event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    failed |= event_config_set_max_dispatch_interval(config, &interval, LATER_CALLBACKS_MAX,
                                                     RAFT_SERVER_LATER);
    loop->base = event_base_new_with_config(config);
    event_config_free(config);
    ASSERT(failed == 0 && loop->base != NULL);
    failed = event_base_priority_init(loop->base, RAFT_SERVER_PRIORITIES);
    loop->timer = event_new(loop->base, -1, 0, call_wake, loop);
    ASSERT(failed == 0 && loop->timer != NULL);
    failed = event_priority_set(loop->timer, RAFT_SERVER_FIRST);
    ASSERT(failed == 0);
    loop->wake = wake;
    loop->context = context;
    return loop;
}

static void call_wake(evutil_socket_t fd, short what, void *context)
{
    struct raft_server_loop *loop = context;
    (void)fd;
    (void)what;
    loop->wake(loop->context);
}

static void call_watch(evutil_socket_t fd, short what, void *context)
{
    struct raft_server_watch *watch = context;
    (void)fd;
    (void)what;
    watch->callback(watch->context);
}

struct raft_server_watch *raft_server_loop_watch(struct raft_server_loop *loop, int fd,
                                                 enum raft_server_priority priority,
                                                 raft_server_callback callback, void *context)
{
    struct raft_server_watch *watch = calloc(1, sizeof *watch);
    ASSERT(watch != NULL);
    watch->callback = callback;
    watch->context = context;
    watch->reading = event_new(loop->base, fd, EV_READ | EV_PERSIST, call_watch, watch);
    watch->writing = event_new(loop->base, fd, EV_WRITE | EV_PERSIST, call_watch, watch);
    watch->rested = event_new(loop->base, -1, 0, read_again, watch);
    ASSERT(watch->reading != NULL && watch->writing != NULL && watch->rested != NULL);
    int failed = event_priority_set(watch->reading, (int)priority);
    failed |= event_priority_set(watch->writing, (int)priority);
    failed |= event_priority_set(watch->rested, (int)priority);
    ASSERT(failed == 0);
    raft_server_watch_direction(watch, true, false);
    return watch;
}

static void switch_event(struct event *event, bool on)
{
    int failed = on ? event_add(event, NULL) : event_del(event);
    ASSERT(failed == 0);
}

void raft_server_watch_direction(struct raft_server_watch *watch, bool readable, bool writable)
{
    switch_event(watch->reading, readable);
    switch_event(watch->writing, writable);
}

void raft_server_watch_rest(struct raft_server_watch *watch)
{
    const struct timeval soon = {.tv_usec = REST_USEC};
    switch_event(watch->reading, false);
    int failed = event_add(watch->rested, &soon);
    ASSERT(failed == 0);
}

static void read_again(evutil_socket_t fd, short what, void *context)
{
    struct raft_server_watch *watch = context;
    (void)fd;
    (void)what;
    switch_event(watch->reading, true);
}

void raft_server_watch_free(struct raft_server_watch **watch)
{
    if (*watch == NULL) {
        return;
    }
    event_free((*watch)->reading);
    event_free((*watch)->writing);
    event_free((*watch)->rested);
    free(*watch);
    *watch = NULL;
}

void raft_server_loop_wake_in(struct raft_server_loop *loop, uint64_t ns)
{
    if (ns == UINT64_MAX) {
        switch_event(loop->timer, false);
        return;
    }
    uint64_t us = (ns < SLEEP_NS_MAX ? ns : SLEEP_NS_MAX) / 1000 + (ns % 1000 != 0 ? 1 : 0);
    struct timeval delay = {.tv_sec = (time_t)(us / 1000000),
                            .tv_usec = (suseconds_t)(us % 1000000)};
    int failed = event_add(loop->timer, &delay);
    ASSERT(failed == 0);
}

void raft_server_loop_run(struct raft_server_loop *loop)
{
    int failed = event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
    ASSERT(failed >= 0);
}

void raft_server_loop_stop(struct raft_server_loop *loop)
{
    int failed = event_base_loopbreak(loop->base);
    ASSERT(failed == 0);
}

void raft_server_loop_free(struct raft_server_loop **loop)
{
    if (*loop == NULL) {
        return;
    }
    event_free((*loop)->timer);
    event_base_free((*loop)->base);
    free(*loop);
    *loop = NULL;
}

struct event_base *raft_server_loop_base(const struct raft_server_loop *loop)
{
    return loop->base;
}
