/* SPDX-License-Identifier: MIT */
#include "server/mailbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "comms/endpoint.h"
#include "server/internal.h"

/* Letters of one turn: the node's own work comes in between. */
enum { LETTERS_PER_TURN = 256 };

enum letter_kind { LETTER_SUBMIT, LETTER_QUERY, LETTER_TASK, LETTER_QUIT };

struct letter {
    struct letter *next;
    struct raft_server_mailbox *mailbox;
    enum letter_kind kind;
    raft_server_done done;
    raft_server_task task;
    void *context;
    size_t bytes;
    uint8_t command[];
};

struct raft_server_mailbox {
    struct raft_server *server;
    struct raft_node_observer observer;
    int fd;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t led;   /* there is a leader, or the mailbox was closed */
    raft_id leader;
    struct letter *first;
    struct letter **last;
    bool closed;
    bool owned; /* owner is the loop's thread */
    pthread_t owner;
};

static void lock_mailbox(struct raft_server_mailbox *mailbox)
{
    int failed = pthread_mutex_lock(&mailbox->lock);
    ASSERT(failed == 0);
}

static void unlock_mailbox(struct raft_server_mailbox *mailbox)
{
    int failed = pthread_mutex_unlock(&mailbox->lock);
    ASSERT(failed == 0);
}

static void note_leader(void *context, raft_id leader, raft_term term)
{
    struct raft_server_mailbox *mailbox = context;
    (void)term;
    lock_mailbox(mailbox);
    mailbox->leader = leader;
    int failed = leader != 0 ? pthread_cond_broadcast(&mailbox->led) : 0;
    ASSERT(failed == 0);
    unlock_mailbox(mailbox);
}

/* A condition whose waits are measured by the clock that nobody sets. */
static void make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    int failed = pthread_condattr_init(&attributes);
    failed |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    failed |= pthread_cond_init(condition, &attributes);
    failed |= pthread_condattr_destroy(&attributes);
    ASSERT(failed == 0);
}

struct raft_server_mailbox *raft_mailbox_create(struct raft_server *server)
{
    struct raft_server_mailbox *mailbox = calloc(1, sizeof *mailbox);
    ASSERT(mailbox != NULL);
    mailbox->server = server;
    mailbox->last = &mailbox->first;
    mailbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int failed = pthread_mutex_init(&mailbox->lock, NULL);
    ASSERT(failed == 0 && mailbox->fd >= 0);
    make_condition(&mailbox->led);
    mailbox->observer = (struct raft_node_observer){.context = mailbox, .leader = note_leader};
    raft_node_observe(server->node, &mailbox->observer);
    return mailbox;
}

int raft_mailbox_fd(const struct raft_server_mailbox *mailbox)
{
    return mailbox->fd;
}

void raft_mailbox_own(struct raft_server_mailbox *mailbox)
{
    lock_mailbox(mailbox);
    mailbox->owner = pthread_self();
    mailbox->owned = true;
    unlock_mailbox(mailbox);
}

void raft_mailbox_close(struct raft_server_mailbox *mailbox)
{
    lock_mailbox(mailbox);
    mailbox->closed = true;
    mailbox->owned = false;
    int failed = pthread_cond_broadcast(&mailbox->led);
    ASSERT(failed == 0);
    unlock_mailbox(mailbox);
}

/* -- what a letter says --------------------------------------------------------------------------
 */

/* Where that node is, by the configuration, which no thread changes. */
static void find_place(const struct raft_server *server, raft_id id, char text[80])
{
    for (uint32_t i = 0; i < server->places_count; i++) {
        if (server->places[i].id == id) {
            raft_endpoint_text(&server->places[i], text, 80);
        }
    }
}

static void answer_letter(void *context, enum raft_reply_status status, raft_index index,
                          struct raft_span result)
{
    struct letter *letter = context;
    const struct raft_server_mailbox *mailbox = letter->mailbox;
    struct raft_server_reply reply = {
        .status = status, .index = index, .leader = mailbox->leader, .result = result};
    if (reply.leader != 0) {
        find_place(mailbox->server, reply.leader, reply.leader_endpoint);
    }
    if (letter->done != NULL) {
        uint64_t begin = raft_watchdog_begin(&mailbox->server->watchdog);
        letter->done(letter->context, &reply);
        raft_watchdog_end(&mailbox->server->watchdog, begin, "done");
    }
    free(letter);
}

static void run_task(const struct letter *letter)
{
    struct raft_server *server = letter->mailbox->server;
    uint64_t begin = raft_watchdog_begin(&server->watchdog);
    letter->task(letter->context, server->node);
    raft_watchdog_end(&server->watchdog, begin, "task");
}

static void open_letter(struct letter *letter)
{
    struct raft_server *server = letter->mailbox->server;
    const struct raft_span command = {letter->command, letter->bytes};
    switch (letter->kind) {
    case LETTER_SUBMIT:
        raft_node_submit(server->node, command, answer_letter, letter);
        return;
    case LETTER_QUERY:
        raft_node_query(server->node, command, answer_letter, letter);
        return;
    case LETTER_TASK:
        run_task(letter);
        break;
    case LETTER_QUIT:
        raft_server_stop(server, RAFT_SHM_EXIT_STOP);
        break;
    }
    free(letter);
}

static void drop_letter(struct letter *letter)
{
    switch (letter->kind) {
    case LETTER_SUBMIT:
    case LETTER_QUERY:
        answer_letter(letter, RAFT_REPLY_BUSY, 0, (struct raft_span){0});
        return;
    case LETTER_TASK:
        letter->task(letter->context, NULL);
        break;
    case LETTER_QUIT:
        break;
    }
    free(letter);
}

static struct letter *take_letter(struct raft_server_mailbox *mailbox)
{
    lock_mailbox(mailbox);
    struct letter *letter = mailbox->first;
    if (letter != NULL) {
        mailbox->first = letter->next;
        if (mailbox->first == NULL) {
            mailbox->last = &mailbox->first;
        }
    }
    unlock_mailbox(mailbox);
    return letter;
}

static void ring(const struct raft_server_mailbox *mailbox)
{
    const uint64_t one = 1;
    ssize_t written = write(mailbox->fd, &one, sizeof one);
    ASSERT(written == (ssize_t)sizeof one || errno == EAGAIN); /* Full is readable as well. */
}

void raft_mailbox_deliver(struct raft_server_mailbox *mailbox)
{
    uint64_t count;
    uint32_t opened = 0;
    (void)!read(mailbox->fd, &count,
                sizeof count); /* Only quiets it: the queue says what there is. */
    while (opened < LETTERS_PER_TURN) {
        struct letter *letter = take_letter(mailbox);
        if (letter == NULL) {
            return;
        }
        open_letter(letter);
        opened++;
    }
    ring(mailbox);
}

void raft_mailbox_free(struct raft_server_mailbox **mailbox)
{
    struct raft_server_mailbox *ended = *mailbox;
    *mailbox = NULL;
    if (ended == NULL) {
        return;
    }
    raft_mailbox_close(ended);
    for (struct letter *letter = take_letter(ended); letter != NULL; letter = take_letter(ended)) {
        drop_letter(letter);
    }
    int failed = close(ended->fd) | pthread_mutex_destroy(&ended->lock);
    failed |= pthread_cond_destroy(&ended->led);
    ASSERT(failed == 0);
    free(ended);
}

/* -- from any thread -----------------------------------------------------------------------------
 */

static enum raft_error post_letter(struct raft_server *server, const struct letter *what,
                                   struct raft_span command)
{
    struct raft_server_mailbox *mailbox = server->mailbox;
    struct letter *letter = malloc(sizeof *letter + command.bytes);
    if (letter == NULL) {
        return RAFT_MEMORY;
    }
    *letter = *what;
    letter->next = NULL;
    letter->mailbox = mailbox;
    letter->bytes = command.bytes;
    if (command.bytes > 0) {
        memcpy(letter->command, command.data, command.bytes);
    }
    lock_mailbox(mailbox);
    bool closed = mailbox->closed;
    if (!closed) {
        *mailbox->last = letter;
        mailbox->last = &letter->next;
        mailbox->closed = what->kind == LETTER_QUIT;
        ring(mailbox);
    }
    unlock_mailbox(mailbox);
    if (closed) {
        free(letter);
    }
    return closed ? RAFT_CLOSED : RAFT_OK;
}

enum raft_error raft_server_submit(struct raft_server *server, struct raft_span command,
                                   raft_server_done done, void *context)
{
    const struct letter letter = {.kind = LETTER_SUBMIT, .done = done, .context = context};
    return command.bytes > RAFT_COMMAND_BYTES_MAX ? RAFT_TOO_LARGE
                                                  : post_letter(server, &letter, command);
}

enum raft_error raft_server_query(struct raft_server *server, struct raft_span command,
                                  raft_server_done done, void *context)
{
    const struct letter letter = {.kind = LETTER_QUERY, .done = done, .context = context};
    return command.bytes > RAFT_COMMAND_BYTES_MAX ? RAFT_TOO_LARGE
                                                  : post_letter(server, &letter, command);
}

enum raft_error raft_server_post(struct raft_server *server, raft_server_task task, void *context)
{
    const struct letter letter = {.kind = LETTER_TASK, .task = task, .context = context};
    return task == NULL ? RAFT_INVALID : post_letter(server, &letter, (struct raft_span){0});
}

void raft_server_quit(struct raft_server *server)
{
    const struct letter letter = {.kind = LETTER_QUIT};
    enum raft_error error = post_letter(server, &letter, (struct raft_span){0});
    ASSERT(error != RAFT_MEMORY); /* Closed: somebody else was first. */
}

/* -- waiting for an answer -----------------------------------------------------------------------
 */

/* Shared by who waits and who answers; the second of the two frees it. */
struct caller {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool is_answered;
    bool is_left; /* nobody waits any more */
    enum raft_error error;
    struct raft_server_reply reply;
    void *buffer;
    size_t buffer_bytes;
};

static void free_caller(struct caller *caller)
{
    int failed = pthread_mutex_destroy(&caller->lock) | pthread_cond_destroy(&caller->answered);
    ASSERT(failed == 0);
    free(caller);
}

static void copy_reply(struct caller *caller, const struct raft_server_reply *reply)
{
    caller->reply = *reply;
    caller->reply.result = (struct raft_span){caller->buffer, reply->result.bytes};
    if (reply->result.bytes > caller->buffer_bytes) {
        caller->error = RAFT_LIMIT;
        caller->reply.result = (struct raft_span){0};
    } else if (reply->result.bytes > 0) {
        memcpy(caller->buffer, reply->result.data, reply->result.bytes);
    }
}

static void wake_caller(void *context, const struct raft_server_reply *reply)
{
    struct caller *caller = context;
    int failed = pthread_mutex_lock(&caller->lock);
    bool is_left = caller->is_left;
    if (!is_left) {
        copy_reply(caller, reply);
        caller->is_answered = true;
        failed |= pthread_cond_signal(&caller->answered);
    }
    failed |= pthread_mutex_unlock(&caller->lock);
    ASSERT(failed == 0);
    if (is_left) {
        free_caller(caller);
    }
}

static struct caller *make_caller(const struct raft_server_wait *wait)
{
    struct caller *caller = calloc(1, sizeof *caller);
    ASSERT(caller != NULL);
    int failed = pthread_mutex_init(&caller->lock, NULL);
    ASSERT(failed == 0);
    make_condition(&caller->answered);
    caller->buffer = wait->buffer;
    caller->buffer_bytes = wait->buffer_bytes;
    return caller;
}

/* So long from now. */
static struct timespec add_ms(uint32_t ms)
{
    struct timespec until;
    int failed = clock_gettime(CLOCK_MONOTONIC, &until);
    ASSERT(failed == 0);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}

/* Takes the answer, or leaves it to who answers to free the caller. */
static enum raft_error wait_answer(struct caller *caller, uint32_t timeout_ms,
                                   struct raft_server_reply *reply)
{
    const struct timespec until = add_ms(timeout_ms);
    int failed = pthread_mutex_lock(&caller->lock);
    while (failed == 0 && !caller->is_answered) {
        failed = pthread_cond_timedwait(&caller->answered, &caller->lock, &until);
    }
    bool is_answered = caller->is_answered;
    enum raft_error error = is_answered ? caller->error : RAFT_TIMEOUT;
    *reply = is_answered ? caller->reply : (struct raft_server_reply){.status = RAFT_REPLY_UNKNOWN};
    caller->is_left = !is_answered;
    failed = pthread_mutex_unlock(&caller->lock);
    ASSERT(failed == 0);
    if (is_answered) {
        free_caller(caller);
    }
    return error;
}

/* Under the lock: is this the loop's thread? It would wait for itself. */
static bool is_loop(const struct raft_server_mailbox *mailbox)
{
    return mailbox->owned && pthread_equal(mailbox->owner, pthread_self()) != 0;
}

/* How a command is brought on its way: submit or query. */
typedef enum raft_error (*send_fn)(struct raft_server *server, struct raft_span command,
                                   raft_server_done done, void *context);

static enum raft_error send_and_wait(struct raft_server *server, send_fn send,
                                     struct raft_span command, const struct raft_server_wait *wait,
                                     struct raft_server_reply *reply)
{
    struct raft_server_mailbox *mailbox = server->mailbox;
    lock_mailbox(mailbox);
    bool waits_for_itself = is_loop(mailbox);
    unlock_mailbox(mailbox);
    *reply = (struct raft_server_reply){.status = RAFT_REPLY_BUSY};
    if (waits_for_itself) {
        return RAFT_INVALID;
    }
    struct caller *caller = make_caller(wait);
    enum raft_error error = send(server, command, wake_caller, caller);
    if (error != RAFT_OK) {
        free_caller(caller);
        return error;
    }
    return wait_answer(caller, wait->timeout_ms, reply);
}

enum raft_error raft_server_call(struct raft_server *server, struct raft_span command,
                                 const struct raft_server_wait *wait,
                                 struct raft_server_reply *reply)
{
    return send_and_wait(server, raft_server_submit, command, wait, reply);
}

enum raft_error raft_server_ask(struct raft_server *server, struct raft_span command,
                                const struct raft_server_wait *wait,
                                struct raft_server_reply *reply)
{
    return send_and_wait(server, raft_server_query, command, wait, reply);
}

enum raft_error raft_server_wait_leader(struct raft_server *server, uint32_t timeout_ms,
                                        raft_id *leader, char endpoint[80])
{
    struct raft_server_mailbox *mailbox = server->mailbox;
    const struct timespec until = add_ms(timeout_ms);
    int failed = 0;
    if (endpoint != NULL) {
        endpoint[0] = '\0';
    }
    lock_mailbox(mailbox);
    bool waits_for_itself = is_loop(mailbox);
    while (failed == 0 && mailbox->leader == 0 && !mailbox->closed && !waits_for_itself) {
        failed = pthread_cond_timedwait(&mailbox->led, &mailbox->lock, &until);
    }
    const raft_id found = mailbox->leader;
    bool closed = mailbox->closed;
    unlock_mailbox(mailbox);
    if (leader != NULL) {
        *leader = found;
    }
    if (endpoint != NULL) {
        find_place(server, found, endpoint);
    }
    if (found != 0) {
        return RAFT_OK;
    }
    if (closed) {
        return RAFT_CLOSED;
    }
    return waits_for_itself ? RAFT_INVALID : RAFT_TIMEOUT;
}
