/* SPDX-License-Identifier: MIT */
#include "server/server.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/hash.h"
#include "server/http.h"
#include "server/internal.h"
#include "server/mailbox.h"

/* Datagrams of one turn, and turns in a row that may leave some waiting before time is looked at
 * all the same. */
enum { DATAGRAMS_PER_TURN = 64, BACKLOG_MAX = 16, RING_RETRY_NS = 1000000 };

static void turn(void *context);
static void finish_log(void *context);
static void read_signals(void *context);
static void read_mail(void *context);
static void end_unhandled(struct raft_server *server, enum raft_server_trouble trouble,
                          enum raft_error error, const char *text);
static void note_persisted(void *context, uint64_t seq);
static void note_entries(void *context, enum raft_server_reader reader, uint64_t token,
                         enum raft_error error, const struct raft_entry *entries, uint32_t count);
static void note_stored(void *context, enum raft_error error);
static void note_image(void *context, uint64_t token, enum raft_error error, struct raft_span data);
static void note_space(void *context, bool gone);
static void note_failed(void *context, enum raft_error error);
static raft_time read_clock(void *context);
static struct raft_comms *wrap_comms(struct raft_server *server);

struct raft_server *raft_server_new(const struct raft_server_options *options)
{
    struct raft_server *server = calloc(1, sizeof *server);
    ASSERT(server != NULL && options->shm != NULL && options->slot < RAFT_NODES_MAX);
    server->options = *options;
    server->signal_fd = -1;
    raft_faults_init(&server->faults);
    server->now = raft_shm_now(options->shm);
    server->loop = raft_server_loop_create(turn, server);
    const struct raft_server_log_sink sink = {.context = server,
                                              .persisted = note_persisted,
                                              .entries = note_entries,
                                              .stored = note_stored,
                                              .image = note_image,
                                              .space = note_space,
                                              .failed = note_failed};
    server->log_thread = raft_server_log_create(options->log, &sink);
    server->comms = wrap_comms(server);
    server->errors = raft_errors_create(options->error_file, options->node.core.id);
    raft_watchdog_init(&server->watchdog, &options->patience, server->errors);
    server->app = raft_watchdog_app(&server->watchdog, options->app);
    const struct raft_node_ports ports = {.log = options->log,
                                          .writer = raft_server_log_writer(server->log_thread),
                                          .comms = server->comms,
                                          .app = server->app,
                                          .serializer = options->serializer};
    struct raft_node_options node = options->node;
    node.clock = read_clock;
    node.clock_context = options->shm;
    server->node = raft_node_create(&node, &ports);
    ASSERT(server->node != NULL);
    raft_server_publish_init(&server->publisher, options->shm, options->slot, &options->node);
    server->publisher.node = server->node;
    server->publisher.comms = server->comms;
    server->publisher.silent = options->silent;
    raft_node_observe(server->node, &server->publisher.observer);
    raft_monitor_init(&server->monitors, server->node, &server->watchdog);
    server->mailbox = raft_mailbox_create(server);
    server->control = raft_server_control_create(server);
    server->http = raft_http_create(server);
    return server;
}

/* The chances of bad links are drawn from a stream of their own, and anew in each life. */
static struct raft_comms *wrap_comms(struct raft_server *server)
{
    const struct raft_server_options *options = &server->options;
    const struct raft_comms_fault_options faults = {
        .self = options->node.core.id,
        .faults = &server->faults,
        .now = &server->now,
        .seed = options->node.seed ^ raft_hash_u64(RAFT_HASH_SEED, options->node.incarnation),
        .serializer = options->serializer,
    };
    struct raft_comms *comms = raft_comms_fault_create(options->udp, &faults);
    ASSERT(comms != NULL);
    return comms;
}

static raft_time read_clock(void *context)
{
    struct raft_shm *shm = context;
    return raft_shm_now(shm);
}

/* Blocked, so that they arrive by descriptor; the log's thread inherits the mask. */
static void catch_signals(struct raft_server *server)
{
    sigset_t set;
    int failed = sigemptyset(&set);
    failed |= sigaddset(&set, SIGTERM) | sigaddset(&set, SIGINT) | sigaddset(&set, SIGHUP);
    failed |= sigaddset(&set, SIGUSR1);
    failed |= pthread_sigmask(SIG_BLOCK, &set, NULL);
    server->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    ASSERT(failed == 0 && server->signal_fd >= 0);
    (void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
    server->signal_watch = raft_server_loop_watch(server->loop, server->signal_fd,
                                                  RAFT_SERVER_FIRST, read_signals, server);
}

/* A host program's signals are not for the log's thread. */
static void start_log(struct raft_server *server)
{
    sigset_t all, former;
    int failed = sigfillset(&all);
    failed |= pthread_sigmask(SIG_SETMASK, &all, &former);
    raft_server_log_start(server->log_thread);
    failed |= pthread_sigmask(SIG_SETMASK, &former, NULL);
    ASSERT(failed == 0);
}

static void watch_all(struct raft_server *server)
{
    int udp_fd = raft_comms_fd(server->options.udp);
    if (udp_fd >= 0) {
        server->udp_watch =
            raft_server_loop_watch(server->loop, udp_fd, RAFT_SERVER_FIRST, turn, server);
    }
    server->mail_watch = raft_server_loop_watch(server->loop, raft_mailbox_fd(server->mailbox),
                                                RAFT_SERVER_FIRST, read_mail, server);
    server->log_watch = raft_server_loop_watch(server->loop, raft_server_log_fd(server->log_thread),
                                               RAFT_SERVER_FIRST, finish_log, server);
}

static enum raft_error start_server(struct raft_server *server, char *message, size_t message_bytes)
{
    server->publisher.record.pid = (uint32_t)getpid(); /* we may have forked since new */
    enum raft_error error = RAFT_OK;
    if (server->options.socket != NULL) {
        error = raft_server_control_open(server->control, server->options.socket, message,
                                         message_bytes);
    }
    if (error == RAFT_OK) {
        error = raft_http_open(server->http, message, message_bytes);
    }
    if (error != RAFT_OK) {
        return error;
    }
    if (!server->options.embedded) {
        catch_signals(server);
    }
    error = raft_node_start(server->node, server->now);
    if (error != RAFT_OK) {
        (void)snprintf(message, message_bytes, "cannot start the node: %s", raft_error_text(error));
        return error;
    }
    error = raft_server_publish_check(&server->publisher, message, message_bytes);
    if (error != RAFT_OK) {
        return error;
    }
    start_log(server);
    watch_all(server);
    raft_server_turn_begin(server);
    server->publisher.dirty = true;
    raft_server_turn_end(server);
    raft_server_meet_peers(server); /* Of later ones the supervisor tells whom the table shows. */
    return RAFT_OK;
}

enum raft_error raft_server_start(struct raft_server *server, char *message, size_t message_bytes)
{
    if (server->started) {
        (void)snprintf(message, message_bytes, "the server was started before");
        return RAFT_EXISTS;
    }
    server->started = true;
    enum raft_error error = start_server(server, message, message_bytes);
    if (error != RAFT_OK) {
        end_unhandled(server, RAFT_TROUBLE_START_FAILED, error, message);
        server->stopping = true; /* There is nothing to run: run() returns at once. */
        server->exit_code = (int)raft_server_exit_code(error);
        raft_mailbox_close(server->mailbox);
    }
    return error;
}

/* Whoever goes away while it is written to leaves a SIGPIPE, which waits for as long as it is
 * blocked, and would end the host's program afterwards. */
static bool block_pipes(sigset_t *former)
{
    sigset_t set, waiting;
    int failed = sigemptyset(&set) | sigaddset(&set, SIGPIPE) | sigpending(&waiting);
    failed |= pthread_sigmask(SIG_BLOCK, &set, former);
    ASSERT(failed == 0);
    return sigismember(&waiting, SIGPIPE) == 1;
}

/* One that waited before is the host's own. */
static void unblock_pipes(const sigset_t *former, bool waited)
{
    const struct timespec at_once = {0};
    sigset_t set;
    int failed = sigemptyset(&set) | sigaddset(&set, SIGPIPE);
    while (!waited && sigtimedwait(&set, NULL, &at_once) == SIGPIPE) {
    }
    failed |= pthread_sigmask(SIG_SETMASK, former, NULL);
    ASSERT(failed == 0);
}

int raft_server_run(struct raft_server *server)
{
    sigset_t former;
    ASSERT(server->started);
    raft_mailbox_own(server->mailbox);
    bool waited = block_pipes(&former);
    if (!server->stopping) {
        raft_server_loop_run(server->loop);
    }
    unblock_pipes(&former, waited);
    raft_mailbox_close(server->mailbox);
    return server->exit_code;
}

void raft_server_stop(struct raft_server *server, enum raft_shm_exit reason)
{
    if (!server->stopping) {
        server->stopping = true;
        server->exit_code = (int)reason;
        raft_server_publish_exit(&server->publisher, reason);
    }
    raft_server_loop_stop(server->loop);
}

/* -- the turn ------------------------------------------------------------------------------------
 */

void raft_server_turn_begin(struct raft_server *server)
{
    raft_time now = raft_shm_now(server->options.shm);
    (void)raft_shm_faults_read(server->options.shm, &server->faults_epoch, &server->faults);
    server->now = now > server->now ? now : server->now;
    raft_comms_fault_run(server->comms);
    raft_node_advance(server->node, server->now);
}

void raft_server_turn_end(struct raft_server *server)
{
    raft_monitor_turn(&server->monitors);
    raft_server_control_turn(server->control);
    if (server->publisher.members_changed) {
        server->publisher.members_changed = false;
        raft_server_meet_peers(server);
    }
    raft_server_publish(&server->publisher, server->now);
    raft_time due = raft_comms_fault_due(server->comms);
    raft_time deadline = raft_node_deadline(server->node);
    uint64_t sleep = raft_shm_real_until(server->options.shm, due < deadline ? due : deadline);
    if (server->publisher.ring_owed && sleep > RING_RETRY_NS) {
        sleep = RING_RETRY_NS;
    }
    raft_server_loop_wake_in(server->loop, sleep);
}

/* Datagrams first, then time: what waits in the socket was sent before the deadline came. */
static void turn(void *context)
{
    struct raft_server *server = context;
    raft_server_turn_begin(server);
    bool more = raft_comms_read(server->options.udp, DATAGRAMS_PER_TURN);
    server->backlog = more ? server->backlog + 1 : 0;
    if (server->backlog == 0 || server->backlog >= BACKLOG_MAX) {
        raft_node_run(server->node);
    }
    raft_server_turn_end(server);
}

static void read_mail(void *context)
{
    struct raft_server *server = context;
    raft_server_turn_begin(server);
    raft_mailbox_deliver(server->mailbox);
    raft_server_turn_end(server);
}

static void finish_log(void *context)
{
    struct raft_server *server = context;
    raft_server_turn_begin(server);
    raft_server_log_deliver(server->log_thread);
    raft_server_turn_end(server);
}

static void read_signals(void *context)
{
    struct raft_server *server = context;
    struct signalfd_siginfo info;
    while (read(server->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGUSR1) {
            raft_server_stop(server, RAFT_SHM_EXIT_STOP);
        }
    }
    raft_server_meet_peers(server);
    turn(server);
}

/* -- what the log's thread finished --------------------------------------------------------------
 */

static void note_persisted(void *context, uint64_t seq)
{
    struct raft_server *server = context;
    raft_node_persisted(server->node, seq);
}

static void note_entries(void *context, enum raft_server_reader reader, uint64_t token,
                         enum raft_error error, const struct raft_entry *entries, uint32_t count)
{
    struct raft_server *server = context;
    switch (reader) {
    case RAFT_SERVER_READER_NODE:
        if (error == RAFT_IO || error == RAFT_CORRUPT) {
            note_failed(server, error); /* What cannot be read can be neither applied nor sent. */
        }
        raft_node_entries(server->node, token, error, entries, count);
        break;
    case RAFT_SERVER_READER_CONTROL:
        raft_server_control_entries(server->control, token, error, entries, count);
        break;
    }
}

static void note_stored(void *context, enum raft_error error)
{
    struct raft_server *server = context;
    if (error == RAFT_FULL) {
        (void)fprintf(stderr, "n%u: no space left for a snapshot\n", server->options.node.core.id);
    }
    server->publisher.dirty = true;
    raft_node_stored(server->node, error);
}

static void note_image(void *context, uint64_t token, enum raft_error error, struct raft_span data)
{
    struct raft_server *server = context;
    if (error == RAFT_IO || error == RAFT_CORRUPT) {
        note_failed(server, error);
    }
    raft_node_image(server->node, token, error, data);
}

static void note_space(void *context, bool gone)
{
    struct raft_server *server = context;
    if (gone) {
        raft_errors_handled(server->errors, RAFT_TROUBLE_DISK_FULL, "no space left for the log");
    }
    raft_server_publish_space(&server->publisher, gone);
    raft_node_space(server->node, gone);
}

/* Says so where it will be found, once. */
static void end_unhandled(struct raft_server *server, enum raft_server_trouble trouble,
                          enum raft_error error, const char *text)
{
    if (!server->is_lost) {
        server->is_lost = true;
        raft_errors_unhandled(server->errors, trouble, text);
        server->app->ops->unrecoverable(server->app, error, text);
    }
}

/* A failed write's outcome is unknown, and only a new process that reads the log again may speak;
 * what cannot be read back may be damaged. */
static void note_failed(void *context, enum raft_error error)
{
    struct raft_server *server = context;
    char text[RAFT_ERROR_TEXT];
    (void)snprintf(text, sizeof text, "the log failed: %s", raft_error_text(error));
    (void)fprintf(stderr, "n%u: %s\n", server->options.node.core.id, text);
    end_unhandled(server, RAFT_TROUBLE_LOG_FAILED, error, text);
    raft_server_stop(server, error == RAFT_CORRUPT ? RAFT_SHM_EXIT_CORRUPT : RAFT_SHM_EXIT_IO);
}

void raft_server_note_invariant(struct raft_server *server, const char *text)
{
    raft_errors_unhandled(server->errors, RAFT_TROUBLE_INVARIANT, text);
}

enum raft_shm_exit raft_server_exit_code(enum raft_error error)
{
    switch (error) {
    case RAFT_OK:
        return RAFT_SHM_EXIT_STOP;
    case RAFT_INVALID:
    case RAFT_NOT_FOUND:
    case RAFT_PERMISSION:
    case RAFT_TOO_LARGE:
        return RAFT_SHM_EXIT_CONFIG;
    case RAFT_CORRUPT:
    case RAFT_FOREIGN:
    case RAFT_VERSION:
    case RAFT_MALFORMED:
        return RAFT_SHM_EXIT_CORRUPT;
    case RAFT_BUSY:
    case RAFT_EXISTS:
    case RAFT_TIMEOUT:
    case RAFT_MEMORY:
    case RAFT_LIMIT:
        return RAFT_SHM_EXIT_TEMPORARY;
    case RAFT_FULL:
    case RAFT_IO:
    case RAFT_CLOSED:
        return RAFT_SHM_EXIT_IO;
    }
    return RAFT_SHM_EXIT_IO;
}

void raft_server_free(struct raft_server **server)
{
    struct raft_server *ended = *server;
    if (ended == NULL) {
        return;
    }
    raft_server_control_free(&ended->control);
    raft_http_free(&ended->http);
    raft_server_watch_free(&ended->udp_watch);
    raft_server_watch_free(&ended->log_watch);
    raft_server_watch_free(&ended->mail_watch);
    raft_server_watch_free(&ended->signal_watch);
    raft_server_log_free(&ended->log_thread); /* borrows entry bytes of the node */
    raft_node_destroy(&ended->node);
    raft_mailbox_free(&ended->mailbox);
    raft_comms_destroy(&ended->comms);
    raft_app_destroy(&ended->app);
    raft_app_destroy(&ended->options.app);
    raft_errors_free(&ended->errors);
    raft_log_close(&ended->options.log);
    raft_server_loop_free(&ended->loop);
    if (ended->signal_fd >= 0) {
        (void)close(ended->signal_fd); /* nothing was written */
    }
    raft_shm_close(&ended->table);
    free(ended->places);
    free(ended);
    *server = NULL;
}
