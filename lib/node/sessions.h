/* SPDX-License-Identifier: MIT
 *
 * Exactly-once: which commands of which clients have run, the same on every node.
 *
 * A client is 16 random bytes, its commands are numbered upwards (seq), and it has one command in
 * flight. The name {client, seq, known} stands in front of the command in the log; `known` is any
 * log index that the client had heard of (in an answer of any node, or as a published commit index)
 * BEFORE it sent this command for the first time. All copies of a command carry the same name.
 *
 * Whether a copy runs is decided here, inside apply and by nothing but the log so far:
 *
 *   its client has a session    seq above the session's last: it runs
 *                               seq equal: a copy; the kept answer is given again
 *                               seq below: EXPIRED, the client has gone on
 *   its client has none         known at or above the watermark: it runs, and makes a session
 *                               known below it: EXPIRED
 *
 * Sessions are bounded by count and by bytes of kept results. Beyond a bound the one whose last
 * command lies lowest in the log is evicted and the watermark becomes that command's index; the
 * newest session always stays, whatever its result weighs. No clock has a say.
 *
 * Why nothing runs twice: a copy that ran at index i had known < i, for the client heard of `known`
 * before i existed. If its session is there, seq tells. If it was evicted, the watermark is at or
 * above i, hence above known, for ever. And a client that was idle for long loses nothing: its next
 * command brings a newer `known`. EXPIRED is honest, not a refusal: this copy did not run and none
 * will, an earlier one may have; to the client the outcome is unknown.
 *
 * Seq 0 names nobody's command: a node's own, proposed once and never repeated, outside of all
 * sessions. From a client it asks for the present index only and is never proposed.
 *
 * The table is part of the state machine: of its digest, and of its snapshot (the image has the
 * sessions by index, so equal tables have equal bytes). The bounds must be equal on all nodes.
 *
 * What a checker can demand of a run, without believing this file: let a command be {client, seq},
 * and let it run at index i if the app's apply was called for entry i. Then (1) no command runs at
 * two indexes; (2) all nodes run the same indexes; (3) a command answered OK with index i runs at
 * i, with the result that the app gave there; (4) of one client, commands run in ascending seq.
 */
#ifndef RAFT_NODE_SESSIONS_H
#define RAFT_NODE_SESSIONS_H

#include "base/span.h"
#include "raft/types.h"

enum {
    RAFT_SESSION_NAME_BYTES = 16 + 8 + 8, /* client, seq and known, the numbers big-endian */
    RAFT_SESSIONS_MAX = 4096,
    RAFT_SESSIONS_BYTES_MAX = 4 * 1024 * 1024 /* of kept results */
};

struct raft_sessions;

struct raft_session_name {
    uint8_t client[16];
    uint64_t seq; /* 0 = nobody's */
    raft_index known;
};

/* What became of a command that ran. */
struct raft_session_answer {
    raft_index index;
    raft_term term;
    struct raft_span result; /* valid until the table changes */
};

enum raft_session_verdict {
    RAFT_SESSION_RUN,    /* it has not run and may now */
    RAFT_SESSION_REPEAT, /* it ran; here is its answer */
    RAFT_SESSION_EXPIRED /* this copy must not run; whether another did is not known any more */
};

void raft_session_name_put(const struct raft_session_name *name,
                           uint8_t bytes[RAFT_SESSION_NAME_BYTES]);
/* False if payload, a stored command, is too short to have a name. */
bool raft_session_name_take(struct raft_span payload, struct raft_session_name *name);

struct raft_sessions *raft_sessions_create(uint32_t count_max, size_t bytes_max);
void raft_sessions_destroy(struct raft_sessions **sessions); /* NULL is fine */

/* Changes nothing; answer is set for a repeat. A node may ask before it proposes: what is decided
 * at its applied index is decided, but RAFT_SESSION_RUN holds only inside apply. */
enum raft_session_verdict raft_sessions_judge(const struct raft_sessions *sessions,
                                              const struct raft_session_name *name,
                                              struct raft_session_answer *answer);

/* The command ran; answer->index is above all before it. The result is copied. */
void raft_sessions_note(struct raft_sessions *sessions, const struct raft_session_name *name,
                        const struct raft_session_answer *answer);

uint32_t raft_sessions_count(const struct raft_sessions *sessions);
raft_index raft_sessions_watermark(const struct raft_sessions *sessions);

/* Equal tables have equal digests; costs nothing. */
uint64_t raft_sessions_digest(const struct raft_sessions *sessions);

/* The image for a snapshot: its bytes now, and the image itself into that much room. */
size_t raft_sessions_image_bytes(const struct raft_sessions *sessions);
void raft_sessions_encode(const struct raft_sessions *sessions, uint8_t *image);

/* Takes over an image of a state at `applied`. False if it is malformed or beyond a bound; then the
 * table is as before. The bytes may be hostile. */
bool raft_sessions_decode(struct raft_sessions *sessions, struct raft_span image,
                          raft_index applied);

#endif
