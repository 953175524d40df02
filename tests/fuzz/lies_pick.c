/* SPDX-License-Identifier: MIT */
#include "lies.h"

#include <string.h>

#include "app/kv.h"
#include "base/assert.h"

uint8_t take(struct liar *liar)
{
    if (liar->bytes == 0) {
        return 0;
    }
    liar->bytes--;
    return *liar->data++;
}

uint32_t pick(struct liar *liar, uint32_t count)
{
    return take(liar) % count;
}

raft_id pick_node(struct liar *liar)
{
    return 1 + pick(liar, raft_sim_nodes(liar->sim));
}

uint64_t pick_number(struct liar *liar, const uint64_t *near, uint32_t near_count)
{
    uint32_t choice = pick(liar, near_count + 3);
    if (choice < near_count) {
        return near[choice];
    }
    switch (choice - near_count) {
    case 0:
        return take(liar);
    case 1:
        return near[0] + take(liar) - 128U;
    default:
        return UINT64_MAX >> pick(liar, 64);
    }
}

raft_index pick_index(struct liar *liar)
{
    const struct raft_status *s = &liar->status;
    const uint64_t near[] = {s->last,
                             s->commit,
                             s->durable,
                             s->last + 1,
                             s->commit + 1,
                             s->first,
                             s->snapshot.index,
                             s->config_index,
                             0,
                             1,
                             liar->forged.index,
                             s->last + 2};
    return pick_number(liar, near, sizeof near / sizeof near[0]);
}

raft_term pick_term(struct liar *liar)
{
    const struct raft_status *s = &liar->status;
    const uint64_t near[] = {s->term,           s->term,     s->last_term, s->term,
                             s->snapshot.term,  s->term + 1, s->term - 1,  1,
                             liar->forged.term, s->term};
    return pick_number(liar, near, sizeof near / sizeof near[0]);
}

uint64_t pick_id(struct liar *liar, enum raft_message_type type)
{
    static const enum raft_message_type requests[] = {
        [RAFT_MESSAGE_VOTE_REPLY] = RAFT_MESSAGE_VOTE,
        [RAFT_MESSAGE_APPEND_REPLY] = RAFT_MESSAGE_APPEND,
        [RAFT_MESSAGE_READ_REPLY] = RAFT_MESSAGE_READ,
    };
    const uint64_t *ids = liar->ids;
    uint64_t right = liar->ids_of[requests[type]];
    const uint64_t near[] = {right,  right,  right,  right,  liar->ids_of[RAFT_MESSAGE_SNAPSHOT],
                             ids[0], ids[1], ids[2], ids[3], ids[0] + 1};
    return pick_number(liar, near, sizeof near / sizeof near[0]);
}

size_t take_raw(struct liar *liar, uint8_t *bytes, size_t bytes_max)
{
    size_t count = pick(liar, (uint32_t)bytes_max + 1);
    for (size_t i = 0; i < count; i++) {
        bytes[i] = take(liar);
    }
    return count;
}

/* Half a byte for each member; not all of them are valid. */
struct raft_config pick_config(struct liar *liar)
{
    static const uint32_t flags[] = {
        RAFT_MEMBER_VOTER,
        0,
        RAFT_MEMBER_LEARNER,
        RAFT_MEMBER_LEARNER | RAFT_MEMBER_JOINING,
        RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER,
        RAFT_MEMBER_OLD_VOTER,
        RAFT_MEMBER_OLD_VOTER | RAFT_MEMBER_LEARNER,
        RAFT_MEMBER_VOTER,
    };
    struct raft_config config = {.count = 0};
    uint8_t byte = 0;
    for (raft_id id = 1; id <= raft_sim_nodes(liar->sim); id++) {
        byte = id % 2 == 1 ? take(liar) : byte >> 4;
        (void)raft_config_set(&config, id, flags[byte % 8]); /* There is room for them all. */
    }
    return config;
}

size_t put_command(struct liar *liar, uint8_t *bytes, size_t bytes_max)
{
    uint8_t byte = take(liar);
    struct raft_kv_command command = {.op = (enum raft_kv_op)(1 + byte % 4),
                                      .key = {&"abcd"[(byte >> 2) % 4], 1},
                                      .expected = {"v", (byte >> 4) % 2},
                                      .value = {"vwxyz", (byte >> 5) % 6}};
    return raft_kv_encode(&command, bytes, bytes_max);
}

struct raft_session_name pick_name(struct liar *liar)
{
    struct raft_session_name name = {.client = {0}};
    memset(name.client, (int)pick(liar, SESSIONS_MAX + 2), sizeof name.client);
    name.seq = pick(liar, 4);
    name.known = pick_index(liar);
    return name;
}

size_t make_payload(struct liar *liar, enum raft_entry_type type, bool raw,
                    uint8_t payload[PAYLOAD_MAX])
{
    uint8_t bytes[RAFT_CONFIG_BYTES_MAX];
    struct raft_session_name name;
    struct raft_config config;
    size_t count = 0;
    if (raw) {
        return take_raw(liar, payload, PAYLOAD_MAX);
    }
    switch (type) {
    case RAFT_ENTRY_NOOP:
        break;
    case RAFT_ENTRY_COMMAND:
        name = pick_name(liar);
        raft_session_name_put(&name, payload);
        count = RAFT_SESSION_NAME_BYTES;
        count += put_command(liar, payload + count, PAYLOAD_MAX - count);
        break;
    case RAFT_ENTRY_CONFIG:
        config = pick_config(liar);
        count = raft_config_encode(&config, bytes);
        ASSERT(count <= PAYLOAD_MAX);
        memcpy(payload, bytes, count);
        break;
    }
    return count;
}

static void put_app(struct liar *liar)
{
    struct raft_app *app = raft_app_kv_create();
    uint64_t cursor = 0;
    bool more = true;
    while (more) {
        more = app->ops->snapshot(app, &cursor, RAW_MAX, &liar->image.sink);
    }
    raft_app_destroy(&app);
}

/* Of any index, term and configuration, with state or with rubbish.
 */
void forge_image(struct liar *liar)
{
    uint8_t flags = take(liar);
    uint8_t raw[RAW_MAX];
    uint8_t empty[RAW_MAX];
    struct raft_sessions *sessions = raft_sessions_create(SESSIONS_MAX, RAFT_SESSIONS_BYTES_MAX);
    struct raft_image image = {.index = pick_index(liar), .term = pick_term(liar)};
    image.config.index = (flags & 1) != 0 ? pick_index(liar) : liar->status.config_index;
    image.config.config = (flags & 2) != 0 ? pick_config(liar) : liar->status.config;
    ASSERT(raft_sessions_image_bytes(sessions) <= sizeof empty);
    raft_sessions_encode(sessions, empty);
    image.sessions = (struct raft_span){empty, raft_sessions_image_bytes(sessions)};
    if ((flags & 4) != 0) {
        image.sessions = (struct raft_span){raw, take_raw(liar, raw, sizeof raw)};
    }
    raft_image_buffer_finish(&liar->image);
    raft_image_buffer_init(&liar->image);
    raft_image_put_head(&liar->image, &image);
    if ((flags & 8) != 0) {
        raft_image_buffer_write(&liar->image,
                                (struct raft_span){raw, take_raw(liar, raw, sizeof raw)});
    } else {
        put_app(liar);
    }
    liar->forged = raft_image_name(&liar->image, image.index, image.term);
    raft_sessions_destroy(&sessions);
}
