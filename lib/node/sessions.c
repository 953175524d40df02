/* SPDX-License-Identifier: MIT
 *
 * Slots in one array, found by a hash of the client and ordered by last use in a list from the
 * oldest to the newest. The image follows the list, so slots and buckets leave no trace in it.
 */
#include "node/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/reader.h"

static const uint32_t none = UINT32_MAX;

#define NUMBER_MAX (UINT64_C(1) << 62) /* as on the wire */

enum {
    IMAGE_FORMAT = 1,
    IMAGE_HEAD_BYTES = 4 + 4 + 8,             /* format, count, watermark */
    IMAGE_SESSION_BYTES = 16 + 8 + 8 + 8 + 4, /* client, seq, index, term, result bytes */
    ROOM_KEPT_MAX = 256                       /* of a result; a larger block is given back */
};

struct session {
    uint8_t client[16];
    uint64_t seq; /* of the last command that ran */
    raft_index index;
    raft_term term;
    uint8_t *result; /* owned */
    uint32_t bytes;
    uint32_t room;  /* of result */
    uint64_t hash;  /* its part of the digest */
    uint32_t chain; /* next in the same bucket, or next free slot */
    uint32_t older; /* neighbours by last use */
    uint32_t newer;
};

struct raft_sessions {
    uint32_t count_max;
    size_t bytes_max;
    uint32_t count;
    size_t bytes; /* of all results */
    raft_index watermark;
    uint64_t sum; /* of the sessions' hashes */
    uint32_t oldest;
    uint32_t newest;
    uint32_t free;     /* a slot that was in use, none = there is none */
    uint32_t touched;  /* slots that ever were in use: the first ones */
    uint32_t *buckets; /* 2 * count_max */
    struct session *slots;
};

static uint32_t *find_bucket(const struct raft_sessions *sessions, const uint8_t client[16]);
static uint32_t find_session(const struct raft_sessions *sessions, const uint8_t client[16]);
static uint32_t add_session(struct raft_sessions *sessions, const uint8_t client[16]);
static void evict_oldest(struct raft_sessions *sessions);
static void unlink_use(struct raft_sessions *sessions, uint32_t slot);
static void link_newest(struct raft_sessions *sessions, uint32_t slot);
static void keep_result(struct session *session, struct raft_span result);
static uint64_t hash_session(const struct session *session);
static bool read_image(struct raft_sessions *sessions, struct raft_span image, raft_index applied);
static bool read_session(struct raft_sessions *sessions, struct raft_reader *reader,
                         raft_index applied);

void raft_session_name_put(const struct raft_session_name *name,
                           uint8_t bytes[RAFT_SESSION_NAME_BYTES])
{
    memcpy(bytes, name->client, sizeof name->client);
    uint8_t *to = raft_bytes_put(bytes + sizeof name->client, name->seq, 8);
    (void)raft_bytes_put(to, name->known, 8);
}

bool raft_session_name_take(struct raft_span payload, struct raft_session_name *name)
{
    const uint8_t *bytes = payload.data;
    if (payload.bytes < RAFT_SESSION_NAME_BYTES)
        return false;
    memcpy(name->client, bytes, sizeof name->client);
    name->seq = raft_bytes_get(bytes + 16, 8);
    name->known = raft_bytes_get(bytes + 24, 8);
    return true;
}

struct raft_sessions *raft_sessions_create(uint32_t count_max, size_t bytes_max)
{
    ASSERT(count_max > 0 && count_max <= RAFT_SESSIONS_MAX);
    struct raft_sessions *sessions = calloc(1, sizeof *sessions);
    ASSERT(sessions != NULL);
    sessions->count_max = count_max;
    sessions->bytes_max = bytes_max;
    sessions->oldest = sessions->newest = none;
    sessions->slots = calloc(count_max, sizeof *sessions->slots);
    sessions->buckets = malloc(2 * (size_t)count_max * sizeof *sessions->buckets);
    ASSERT(sessions->slots != NULL && sessions->buckets != NULL);
    memset(sessions->buckets, 0xff, 2 * (size_t)count_max * sizeof *sessions->buckets);
    sessions->free = none;
    return sessions;
}

void raft_sessions_destroy(struct raft_sessions **sessions)
{
    struct raft_sessions *old = *sessions;
    *sessions = NULL;
    if (old == NULL)
        return;
    for (uint32_t i = 0; i < old->touched; i++)
        free(old->slots[i].result);
    free(old->slots);
    free(old->buckets);
    free(old);
}

enum raft_session_verdict raft_sessions_judge(const struct raft_sessions *sessions,
                                              const struct raft_session_name *name,
                                              struct raft_session_answer *answer)
{
    if (name->seq == 0)
        return RAFT_SESSION_RUN;
    uint32_t slot = find_session(sessions, name->client);
    if (slot == none)
        return name->known >= sessions->watermark ? RAFT_SESSION_RUN : RAFT_SESSION_EXPIRED;
    const struct session *session = &sessions->slots[slot];
    if (name->seq != session->seq)
        return name->seq > session->seq ? RAFT_SESSION_RUN : RAFT_SESSION_EXPIRED;
    *answer = (struct raft_session_answer){
        .index = session->index,
        .term = session->term,
        .result = {session->result, session->bytes},
    };
    return RAFT_SESSION_REPEAT;
}

void raft_sessions_note(struct raft_sessions *sessions, const struct raft_session_name *name,
                        const struct raft_session_answer *answer)
{
    if (name->seq == 0)
        return;
    ASSERT(sessions->newest == none || answer->index > sessions->slots[sessions->newest].index);
    uint32_t slot = find_session(sessions, name->client);
    if (slot == none)
        slot = add_session(sessions, name->client);
    else
        unlink_use(sessions, slot);
    struct session *session = &sessions->slots[slot];
    sessions->sum -= session->hash;
    sessions->bytes -= session->bytes;
    session->seq = name->seq;
    session->index = answer->index;
    session->term = answer->term;
    keep_result(session, answer->result);
    session->hash = hash_session(session);
    sessions->sum += session->hash;
    sessions->bytes += session->bytes;
    link_newest(sessions, slot);
    while (sessions->bytes > sessions->bytes_max && sessions->count > 1)
        evict_oldest(sessions);
}

uint32_t raft_sessions_count(const struct raft_sessions *sessions)
{
    return sessions->count;
}

raft_index raft_sessions_watermark(const struct raft_sessions *sessions)
{
    return sessions->watermark;
}

uint64_t raft_sessions_digest(const struct raft_sessions *sessions)
{
    uint64_t hash = raft_hash_word(RAFT_HASH_SEED, sessions->sum);
    hash = raft_hash_word(hash, sessions->count);
    return raft_hash_word(hash, sessions->watermark);
}

size_t raft_sessions_image_bytes(const struct raft_sessions *sessions)
{
    return IMAGE_HEAD_BYTES + sessions->count * (size_t)IMAGE_SESSION_BYTES + sessions->bytes;
}

void raft_sessions_encode(const struct raft_sessions *sessions, uint8_t *image)
{
    uint8_t *to = raft_bytes_put(image, IMAGE_FORMAT, 4);
    to = raft_bytes_put(to, sessions->count, 4);
    to = raft_bytes_put(to, sessions->watermark, 8);
    for (uint32_t slot = sessions->oldest; slot != none; slot = sessions->slots[slot].newer) {
        const struct session *session = &sessions->slots[slot];
        memcpy(to, session->client, sizeof session->client);
        to = raft_bytes_put(to + sizeof session->client, session->seq, 8);
        to = raft_bytes_put(to, session->index, 8);
        to = raft_bytes_put(to, session->term, 8);
        to = raft_bytes_put(to, session->bytes, 4);
        if (session->bytes > 0)
            memcpy(to, session->result, session->bytes);
        to += session->bytes;
    }
    ASSERT((size_t)(to - image) == raft_sessions_image_bytes(sessions));
}

bool raft_sessions_decode(struct raft_sessions *sessions, struct raft_span image,
                          raft_index applied)
{
    struct raft_sessions *made = raft_sessions_create(sessions->count_max, sessions->bytes_max);
    bool good = read_image(made, image, applied);
    if (good) {
        struct raft_sessions old = *sessions;
        *sessions = *made;
        *made = old;
    }
    raft_sessions_destroy(&made);
    return good;
}

static bool read_image(struct raft_sessions *sessions, struct raft_span image, raft_index applied)
{
    struct raft_reader reader;
    raft_reader_init(&reader, image);
    raft_reader_require(&reader, raft_reader_number(&reader, 4) == IMAGE_FORMAT);
    uint64_t count = raft_reader_number(&reader, 4);
    sessions->watermark = raft_reader_number(&reader, 8);
    if (count > sessions->count_max || applied > NUMBER_MAX || sessions->watermark > applied)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        if (!read_session(sessions, &reader, applied) || sessions->count != i + 1)
            return false; /* Else a client was there twice, or the bytes are beyond the bound. */
    }
    return raft_reader_finish(&reader);
}

/* Takes one session and notes it as if its command had just run. */
static bool read_session(struct raft_sessions *sessions, struct raft_reader *reader,
                         raft_index applied)
{
    struct raft_session_name name = {.known = 0};
    struct raft_session_answer answer;
    raft_index index_min = sessions->watermark + 1;
    raft_term term_min = 1;
    if (sessions->newest != none) {
        index_min = sessions->slots[sessions->newest].index + 1;
        term_min = sessions->slots[sessions->newest].term;
    }
    const uint8_t *client = raft_reader_take(reader, sizeof name.client);
    name.seq = raft_reader_number(reader, 8);
    answer.index = raft_reader_number(reader, 8);
    answer.term = raft_reader_number(reader, 8);
    uint64_t bytes = raft_reader_number(reader, 4);
    answer.result = raft_reader_span(reader, bytes);
    if (reader->bad || name.seq == 0 || answer.index < index_min || answer.index > applied ||
        answer.term < term_min || answer.term > NUMBER_MAX || bytes > RAFT_APP_RESULT_BYTES_MAX)
        return false;
    memcpy(name.client, client, sizeof name.client);
    raft_sessions_note(sessions, &name, &answer);
    return true;
}

static uint32_t *find_bucket(const struct raft_sessions *sessions, const uint8_t client[16])
{
    uint64_t hash = raft_hash_words(RAFT_HASH_SEED, client, 16);
    return &sessions->buckets[(hash >> 32) * 2 * sessions->count_max >> 32]; /* No division. */
}

static uint32_t find_session(const struct raft_sessions *sessions, const uint8_t client[16])
{
    uint32_t slot = *find_bucket(sessions, client);
    while (slot != none && memcmp(sessions->slots[slot].client, client, 16) != 0)
        slot = sessions->slots[slot].chain;
    return slot;
}

static uint32_t add_session(struct raft_sessions *sessions, const uint8_t client[16])
{
    if (sessions->count == sessions->count_max)
        evict_oldest(sessions);
    uint32_t slot = sessions->free != none ? sessions->free : sessions->touched++;
    uint32_t *bucket = find_bucket(sessions, client);
    struct session *session = &sessions->slots[slot];
    if (slot == sessions->free)
        sessions->free = session->chain;
    memcpy(session->client, client, sizeof session->client);
    session->chain = *bucket;
    *bucket = slot;
    sessions->count++;
    return slot;
}

static void evict_oldest(struct raft_sessions *sessions)
{
    uint32_t slot = sessions->oldest;
    struct session *session = &sessions->slots[slot];
    uint32_t *link = find_bucket(sessions, session->client);
    while (*link != slot)
        link = &sessions->slots[*link].chain;
    *link = session->chain;
    unlink_use(sessions, slot);
    sessions->watermark = session->index;
    sessions->sum -= session->hash;
    sessions->bytes -= session->bytes;
    sessions->count--;
    free(session->result);
    *session = (struct session){.chain = sessions->free};
    sessions->free = slot;
}

static void unlink_use(struct raft_sessions *sessions, uint32_t slot)
{
    const struct session *session = &sessions->slots[slot];
    if (session->older != none)
        sessions->slots[session->older].newer = session->newer;
    else
        sessions->oldest = session->newer;
    if (session->newer != none)
        sessions->slots[session->newer].older = session->older;
    else
        sessions->newest = session->older;
}

static void link_newest(struct raft_sessions *sessions, uint32_t slot)
{
    struct session *session = &sessions->slots[slot];
    session->older = sessions->newest;
    session->newer = none;
    if (sessions->newest != none)
        sessions->slots[sessions->newest].newer = slot;
    else
        sessions->oldest = slot;
    sessions->newest = slot;
}

/* Most results are a few bytes, so their block is used again. */
static void keep_result(struct session *session, struct raft_span result)
{
    ASSERT(result.bytes <= RAFT_APP_RESULT_BYTES_MAX);
    if (result.bytes > session->room || session->room > ROOM_KEPT_MAX) {
        free(session->result);
        session->result = result.bytes > 0 ? malloc(result.bytes) : NULL;
        ASSERT(session->result != NULL || result.bytes == 0);
        session->room = (uint32_t)result.bytes;
    }
    if (result.bytes > 0)
        memcpy(session->result, result.data, result.bytes);
    session->bytes = (uint32_t)result.bytes;
}

static uint64_t hash_session(const struct session *session)
{
    uint64_t hash = raft_hash_words(RAFT_HASH_SEED, session->client, sizeof session->client);
    hash = raft_hash_word(hash, session->seq);
    hash = raft_hash_word(hash, session->index);
    hash = raft_hash_word(hash, session->term);
    return raft_hash_words(hash, session->result, session->bytes);
}
