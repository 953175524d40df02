/* SPDX-License-Identifier: MIT
 *
 * The errors of the world.
 *
 * Three kinds of trouble are never mixed: a bug is an ASSERT, a refusal (not leader, busy) is a
 * value in a reply, and the world's own failures are values of enum raft_error, returned and never
 * swallowed. 0 is success. No errno leaves the adapter that saw it: it is translated at the border
 * and its text kept in the trace.
 */
#ifndef RAFT_BASE_ERROR_H
#define RAFT_BASE_ERROR_H

#define RAFT_ERRORS(X)                                                                             \
    X(OK, 0, "ok")                                                                                 \
    X(INVALID, 1, "invalid argument or input")                                                     \
    X(TOO_LARGE, 2, "larger than its bound")                                                       \
    X(MALFORMED, 3, "malformed bytes")                                                             \
    X(NOT_FOUND, 4, "no such thing")                                                               \
    X(EXISTS, 5, "exists already")                                                                 \
    X(BUSY, 6, "in use by another process")                                                        \
    X(FULL, 7, "no space left, nothing was written")                                               \
    X(IO, 8, "input/output error, the outcome is unknown")                                         \
    X(CORRUPT, 9, "stored data is damaged")                                                        \
    X(FOREIGN, 10, "belongs to another cluster, node or version")                                  \
    X(PERMISSION, 11, "not permitted")                                                             \
    X(MEMORY, 12, "out of memory")                                                                 \
    X(TIMEOUT, 13, "timed out")                                                                    \
    X(CLOSED, 14, "closed by the other side")                                                      \
    X(VERSION, 15, "another version")                                                              \
    X(LIMIT, 16, "a limit of this build or system is reached")

enum raft_error {
#define X(name, value, text) RAFT_##name = value,
    RAFT_ERRORS(X)
#undef X
};

#define RAFT_MUST_USE __attribute__((warn_unused_result))

/* What an errno means at the border of an adapter; never RAFT_OK. */
enum raft_error raft_error_of_errno(int number);

/* The sentence of an error, never NULL; "unknown error" for a value outside the table. */
const char *raft_error_text(enum raft_error error);

/* The short name of an error ("FULL"), never NULL. */
const char *raft_error_name(enum raft_error error);

#endif
