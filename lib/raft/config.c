/* SPDX-License-Identifier: MIT */
#include "raft/config.h"

#include <string.h>

static uint32_t find_place(const struct raft_config *config, raft_id id);
static bool is_valid_member(uint32_t flags);

uint32_t raft_config_flags(const struct raft_config *config, raft_id id)
{
    uint32_t place = find_place(config, id);

    return place < config->count && config->members[place].id == id ? config->members[place].flags
                                                                    : 0;
}

bool raft_config_set(struct raft_config *config, raft_id id, uint32_t flags)
{
    uint32_t place = find_place(config, id);
    struct raft_member *member = &config->members[place];
    size_t behind = (config->count - place) * sizeof(*member);

    if (place < config->count && member->id == id) {
        member->flags = flags;
        if (flags == 0) {
            memmove(member, member + 1, behind - sizeof(*member));
            config->count--;
        }
        return true;
    }
    if (flags == 0) {
        return true;
    }
    if (config->count == RAFT_NODES_MAX) {
        return false;
    }
    memmove(member + 1, member, behind);
    *member = (struct raft_member){id, flags};
    config->count++;
    return true;
}

void raft_config_voters(struct raft_config *config, uint32_t count)
{
    memset(config, 0, sizeof(*config));
    for (raft_id id = 1; id <= count && id <= RAFT_NODES_MAX; id++) {
        config->members[config->count++] = (struct raft_member){id, RAFT_MEMBER_VOTER};
    }
}

bool raft_config_is_joint(const struct raft_config *config)
{
    return raft_config_count(config, RAFT_MEMBER_OLD_VOTER) > 0;
}

bool raft_config_equals(const struct raft_config *one, const struct raft_config *other)
{
    return one->count == other->count &&
           memcmp(one->members, other->members, one->count * sizeof(one->members[0])) == 0;
}

uint32_t raft_config_count(const struct raft_config *config, uint32_t flags)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < config->count; i++) {
        count += (config->members[i].flags & flags) != 0;
    }
    return count;
}

bool raft_config_is_valid(const struct raft_config *config)
{
    raft_id former = 0;

    if (config->count > RAFT_NODES_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < config->count; i++) {
        const struct raft_member *member = &config->members[i];

        if (member->id <= former || !is_valid_member(member->flags)) {
            return false;
        }
        former = member->id;
    }
    return raft_config_count(config, RAFT_MEMBER_VOTER) > 0;
}

size_t raft_config_encode(const struct raft_config *config, uint8_t bytes[RAFT_CONFIG_BYTES_MAX])
{
    uint8_t *to = bytes;

    *to++ = (uint8_t)config->count;
    for (uint32_t i = 0; i < config->count; i++) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            *to++ = (uint8_t)(config->members[i].id >> shift);
        }
        *to++ = (uint8_t)config->members[i].flags;
    }
    return (size_t)(to - bytes);
}

bool raft_config_decode(const void *data, size_t bytes, struct raft_config *config)
{
    const uint8_t *from = data;

    if (bytes < 1 || from[0] > RAFT_NODES_MAX || bytes != 1 + (size_t)5 * from[0]) {
        return false;
    }
    memset(config, 0, sizeof(*config));
    config->count = *from++;
    for (uint32_t i = 0; i < config->count; i++) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            config->members[i].id |= (raft_id)*from++ << shift;
        }
        config->members[i].flags = *from++;
    }
    return raft_config_is_valid(config);
}

/* Where a member is or belongs. */
static uint32_t find_place(const struct raft_config *config, raft_id id)
{
    uint32_t place = 0;

    while (place < config->count && config->members[place].id < id) {
        place++;
    }
    return place;
}

static bool is_valid_member(uint32_t flags)
{
    switch (flags) {
    case RAFT_MEMBER_VOTER:
    case RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER:
    case RAFT_MEMBER_OLD_VOTER:
    case RAFT_MEMBER_OLD_VOTER | RAFT_MEMBER_LEARNER:
    case RAFT_MEMBER_LEARNER:
    case RAFT_MEMBER_LEARNER | RAFT_MEMBER_JOINING:
        return true;
    }
    return false;
}
