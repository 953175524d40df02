/* SPDX-License-Identifier: MIT
 *
 * The apps there are, by name: what a cluster's spec, `raftctl up --app` and a node choose from. No
 * command of one app is a command of another: their first bytes differ.
 */
#ifndef RAFT_APP_APPS_H
#define RAFT_APP_APPS_H

#include "app/bank.h"
#include "app/kv.h"
#include "app/queue.h"

/* Name, create function, describe function; the first one is the default. */
#define RAFT_APPS(X)                                                                               \
    X("kv", raft_app_kv_create, raft_kv_describe)                                                  \
    X("bank", raft_app_bank_create, raft_bank_describe)                                            \
    X("queue", raft_app_queue_create, raft_queue_describe)

#define RAFT_APP_NAMES "kv, bank, queue"

/* A new, empty app; NULL if there is none of that name. */
struct raft_app *raft_app_make(const char *name);

bool raft_app_exists(const char *name);

/* The name of the n-th app from 0 on; NULL behind the last one. */
const char *raft_app_name(size_t n);

/* The command of whatever app it is; false if of none. */
bool raft_app_describe(struct raft_span command, struct raft_app_words *words);

#endif
