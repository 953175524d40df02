/* SPDX-License-Identifier: MIT
 *
 * Actions: raftctl commands run as children, so the dashboard never waits for one.
 *
 * A command line is a person's ("kill n3", "put k 'two words'", "kill n3; start n3"): words with
 * quotes, steps parted by a ';' that stands alone or ends a word. Steps run one after the other by
 * this same program with -c CLUSTER in front; the first that fails ends the line. Lines wait for
 * each other in the order they came. A child's stdin is empty, its output is kept (bounded).
 */
#ifndef RAFTCTL_TOP_ACTIONS_H
#define RAFTCTL_TOP_ACTIONS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

struct top_actions;

enum { TOP_ACTIONS_FDS = 2, TOP_ACTIONS_WAITING = 16 };

/* What a command line came to. */
struct top_outcome {
    const char *command; /* as it was given; valid until the next call */
    const char *output;  /* stdout and stderr, NUL-terminated; valid until the next call */
    size_t output_bytes;
    int exit_code; /* of the last step; 128 + n by signal n */
    bool was_killed;
};

/* NULL: out of memory. */
struct top_actions *top_actions_create(const char *cluster);

/* Ends what still runs. NULL is fine. */
void top_actions_destroy(struct top_actions **actions);

/* Queues a line; false: too many wait, or message says what is wrong with it. */
bool top_actions_add(struct top_actions *actions, const char *line, char *message,
                     size_t message_bytes);

/* Fills what to poll for; returns how many. */
size_t top_actions_fds(const struct top_actions *actions, struct pollfd fds[TOP_ACTIONS_FDS]);

/* Goes on with what is ready; true: a line has ended. Call until false. */
bool top_actions_work(struct top_actions *actions, struct top_outcome *outcome);

/* The line that runs now, NULL = none. */
const char *top_actions_running(const struct top_actions *actions);

/* Ends the line that runs (SIGTERM); its outcome comes as usual. */
void top_actions_cancel(struct top_actions *actions);

/* Parts a line into words and steps: words of a step end with NULL, the last step with two. Returns
 * how many pointers were used, 0 and a message if the line has no words, an open quote or too many
 * words. The words lie in buffer. */
size_t top_actions_parse(const char *line, char *buffer, size_t buffer_bytes, char **words,
                         size_t words_max);

#endif
