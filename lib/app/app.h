/* SPDX-License-Identifier: MIT
 *
 * The app port: the replicated state machine.
 *
 * The host calls apply() once for each committed command, in log order, on every node; the result
 * must depend on nothing but the commands so far. Results go to the waiting client on the node that
 * took the command. Command bytes are opaque to Raft and may be hostile: an app answers a bad
 * command with a result, never with a crash. The adapters stand in apps.h.
 */
#ifndef RAFT_APP_APP_H
#define RAFT_APP_APP_H

#include "base/error.h"
#include "base/span.h"
#include "raft/types.h"

enum { RAFT_APP_VERSION = 3, RAFT_APP_RESULT_BYTES_MAX = 48 * 1024 };

struct raft_app;

/* Where the bytes of an image go; they are copied. */
struct raft_app_sink {
    void (*write)(struct raft_app_sink *sink, struct raft_span bytes);
};

struct raft_app_ops {
    uint32_t version; /* RAFT_APP_VERSION */
    /* Applies one command; writes at most RAFT_APP_RESULT_BYTES_MAX into result, returns its bytes.
     */
    size_t (*apply)(struct raft_app *app, raft_index index, struct raft_span command, void *result);
    /* Answers a command that only reads, as apply would, and changes nothing; a command that would
     * change something is a bad one. */
    size_t (*query)(const struct raft_app *app, struct raft_span command, void *result);
    /* A digest of the whole state: equal states give equal digests on every node. It is asked for
     * after most turns of the loop, so keep it up to date with each command. */
    uint64_t (*digest)(const struct raft_app *app);
    /* Writes the next piece of the state's image, of about bytes_max bytes, and moves *cursor,
     * which is 0 at first and the app's business afterwards; false: that was the last one. Nothing
     * is applied between the pieces. Equal states give equal images on every node. */
    bool (*snapshot)(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                     struct raft_app_sink *sink);
    /* Takes over the state of an image. False if it is none, the bytes may be hostile; then the
     * state is as before. */
    bool (*restore)(struct raft_app *app, struct raft_span image);
    /* Called exactly once for each change of (leader, term); leader 0 = none. May be NULL. */
    void (*leadership)(struct raft_app *app, raft_id leader, raft_term term);
    /* The node cannot go on (its log failed, or what it recovered is damaged) and its process
     * should end; text says why. Nothing is applied any more. May be NULL. */
    void (*unrecoverable)(struct raft_app *app, enum raft_error error, const char *text);
    void (*destroy)(struct raft_app *app);
};

struct raft_app {
    const struct raft_app_ops *ops;
};

/* Is this adapter, somebody's own perhaps, whole and of this version? message says what it lacks.
 */
enum raft_error raft_app_check(const struct raft_app *app, char *message,
                               size_t message_bytes) RAFT_MUST_USE;

/* Frees; *app becomes NULL. NULL is fine. */
void raft_app_destroy(struct raft_app **app);

/* What apps share: a number of that many bytes, the highest first, and bytes as they are. */
void raft_app_put_number(struct raft_app_sink *sink, uint64_t value, unsigned bytes);
void raft_app_put_span(struct raft_app_sink *sink, struct raft_span span);

#endif
