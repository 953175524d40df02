/* SPDX-License-Identifier: MIT
 *
 * A conversation with the replicated app, for the verbs of all apps: put, bank credit, queue get ..
 *
 * ask_open() finds the running cluster, checks that it runs the app of the verb, and resolves
 * --at and --via. ask() carries one command to its outcome: one that changes something goes by an
 * identity that makes it run once (client_id.h), one that only reads leaves no entry in the log.
 * When there is no result it complains, with what the table knows about the reason, and returns the
 * exit code: 6 no leader took it, 1 refused, 7 outcome unknown. What a result means is the verb's
 * to say.
 */
#ifndef RAFTCTL_ASK_H
#define RAFTCTL_ASK_H

#include "client/client.h"
#include "client_id.h"
#include "command.h"

enum asking_kind { ASKING_CHANGE, ASKING_READ, ASKING_STALE_READ };

struct asking {
    struct raft_client *client;
    struct client_id id;
    enum asking_kind kind;
    raft_id only;  /* --at; 0 = anybody */
    raft_id first; /* --via; 0 = the leader */
};

/* A change, or a read: a stale one by --stale, an option of every row that reads. Complains when it
 * fails; close it in any case. */
int ask_open(struct call *call, bool changes, struct asking *asking);

/* The answer's result has a byte at least, and is valid until the next one. */
int ask(struct call *call, struct asking *asking, struct raft_span command,
        struct raft_client_answer *answer);

void ask_close(struct asking *asking);

/* The word of a shell, without its end. */
struct raft_span ask_span(const char *text);

/* Is a part of a command as long as it may be? If not, complains. */
int ask_check(const struct call *call, const char *what, struct raft_span part, size_t min,
              size_t max);

/* All of stdin, for the word -; buffer has a byte more than the bound, to notice what is longer. */
int ask_input(const struct call *call, char *buffer, size_t bytes, struct raft_span *input);

/* The line of a change that was made: "what  n5 index 2 term 1  seq 78"; the bare seq with -q. */
void ask_done(const struct call *call, const struct raft_client_answer *answer, const char *what);

/* Who answered, and where in the log: node, index, term, seq. */
void ask_add_place(const struct call *call, const struct raft_client_answer *answer,
                   struct raft_json *json);

#endif
