/* SPDX-License-Identifier: MIT
 *
 * The control protocol: one JSON object a line over a Unix stream socket (0600, peer uid checked).
 *
 * A request is {"verb": "...", ...}; the answer is one line {"ok": true, "seq": N, ...} or {"ok":
 * false, "exit": CODE, "error": "sentence"}. The supervisor serves run/ctl, each node its own
 * run/nID.sock; lines are at most 1 MiB. One request at a time on a connection.
 *
 * Supervisor verbs: ping; start, stop, restart, kill, pause, resume {"nodes":[id..], "signal":9,
 * "timeout_ms":N, "force":bool, "text": the command as a person typed it}; partition
 * {"kind","target","rows":[u64 as hex strings by slot],"add":bool,"for_ms":N,"text"}; heal {"id":N
 * | "nodes":[..] | "all":true,"text"}; down {"timeout_ms"}; member {"op","id",..}. Node verbs:
 * ping; inspect; log {"first","last"} (-1 = from the end); campaign {"text"}; transfer {"to":id or
 * 0,"text"}; snapshot {"keep":N,"text"}; change {"members":[{"id","as"}]}. Answers of changing
 * verbs come after the change was seen (a kill after the exit).
 *
 * The answer about nodes has "nodes": [{"id", "process", "pid", "already"}], already = there was
 * nothing to do. start of a running node, stop of one that is down, pause of a paused one are ok
 * (already); start of one that is still ending waits for the end first. kill of a node that is
 * down, pause or resume of one that is not up, and a signal that was lived through fail with exit 1
 * and name each node; a later request for a node overtakes an earlier one. partition answers
 * "fault": "f3" and "id": 3, heal "healed": how many. `down` is answered last of all, when no
 * process and no file of the run directory is left. A client that goes away leaves its request to
 * be done.
 *
 * member has four ops. add {"text"} makes a node of the next id and answers "id" when it is up; one
 * that does not start is taken back. touch {"id","text"} only tells the command, and that a change
 * is to be expected. settle {"id","want","timeout_ms"} is answered when cluster.json calls the node
 * what is wanted: voter, learner, joining, or gone (it has left). expel {"id"} stops a node for
 * good that is in no configuration. change is for the leader: "as" is voter, joining, learner or
 * none; the answer is ok with a "refusal" (raft/effect.h: none, already, not_leader, changing, ..),
 * the sentence of it in "why", and the "index" of the new configuration, which is in the log but
 * not yet committed then.
 *
 * A node's log answers {"first", "last", "commit", "durable" (of the whole log), "more": the range
 * was cut to 1000 entries, "entries": [{"index", "term", "type", "bytes", "op", "key", "text"}]};
 * inspect its state, timers, log, promise, peers and counters (lib/server/answers.c); transfer is
 * answered when it is over, with "to"; campaign at once. A node takes requests of up to 64 KiB and
 * serves 32 clients: one more costs the one that was silent for longest its place.
 *
 * Paths over 107 bytes are reached through /proc/self/fd/N/name.
 */
#ifndef RAFT_CLUSTER_CONTROL_H
#define RAFT_CLUSTER_CONTROL_H

#include "base/error.h"
#include "json/json.h"

/* Binds and listens (0600, close-on-exec, non-blocking); replaces a stale socket file. */
enum raft_error raft_control_listen(const char *path, int *fd, char *message,
                                    size_t message_bytes) RAFT_MUST_USE;

/* Accepts one connection of our own uid. RAFT_NOT_FOUND: there is none (or it was a stranger, who
 * is hung up on). Any other error, such as RAFT_LIMIT for want of descriptors, would come again at
 * once: the client still waits, so the listener must rest for a while. */
enum raft_error raft_control_accept(int listener, int *fd) RAFT_MUST_USE;

/* Client side: one request, one answer, within timeout_ms (0 = for ever). RAFT_NOT_FOUND: nobody
 * serves there; RAFT_CLOSED: hung up; RAFT_TIMEOUT. answer is the caller's to free. */
enum raft_error raft_control_call(const char *path, const struct raft_json *request,
                                  uint32_t timeout_ms, struct raft_json **answer, char *message,
                                  size_t message_bytes) RAFT_MUST_USE;

/* Standard answers. */
struct raft_json *raft_control_ok(uint64_t seq);
struct raft_json *raft_control_error(int exit_code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
