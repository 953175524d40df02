/* SPDX-License-Identifier: MIT
 *
 * What raftctl's exit code means: the one table. `raftctl help exit-codes` prints it, the man page
 * is compared with it, and the commands return its names.
 */
#ifndef RAFTCTL_EXITS_H
#define RAFTCTL_EXITS_H

#define EXITS(X)                                                                                   \
    X(DONE, 0, "done, or true")                                                                    \
    X(FALSE, 1, "false, or it failed")                                                             \
    X(USAGE, 2, "usage: the command line is wrong")                                                \
    X(NOT_RUNNING, 3, "the cluster is not running")                                                \
    X(NO_SUCH, 4, "no such cluster, node or fault")                                                \
    X(REFUSED, 5, "refused for safety")                                                            \
    X(NO_LEADER, 6, "no leader")                                                                   \
    X(UNKNOWN, 7, "outcome unknown: it may or may not have been applied")                          \
    X(VIOLATED, 10, "an invariant or linearizability is violated")                                 \
    X(INCONCLUSIVE, 11, "inconclusive")                                                            \
    X(NOT_LIVE, 12, "a healed simulated cluster does not do its work")                             \
    X(CRASHED, 13, "the simulated code failed an assertion")                                       \
    X(NODE_DIED, 20, "a node died unexpectedly while waiting")                                     \
    X(TIMEOUT, 124, "time-out")                                                                    \
    X(SUPERVISOR_LOST, 125, "supervisor lost")                                                     \
    X(NOT_PERMITTED, 126, "not permitted")                                                         \
    X(SIGNAL, 128, "128 + n: ended by signal n")

enum exit_code {
#define X(name, value, text) EXIT_##name = value,
    EXITS(X)
#undef X
};

#endif
