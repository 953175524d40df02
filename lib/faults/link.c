/* SPDX-License-Identifier: MIT */
#include "faults/link.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum kind { SHARE, TIME };

/* A number is read as millionths of what it says. */
enum { MILLION = 1000000, DECIMALS_MAX = 6, WHOLE_MAX = 100000000 };

static const struct {
    const char *name;
    enum kind kind;
} qualities[RAFT_LINK_QUALITY_COUNT] = {
#define X(name, text, kind) [RAFT_LINK_##name] = {text, kind},
    RAFT_LINK_QUALITIES(X)
#undef X
};

static const struct {
    const char *name;
    uint64_t us;
} units[] = {{"", 1000}, {"ms", 1000}, {"us", 1}, {"s", MILLION}};

uint32_t raft_link_quality_max(enum raft_link_quality quality)
{
    return qualities[quality].kind == SHARE ? RAFT_LINK_SHARE_MAX : RAFT_LINK_TIME_MAX;
}

bool raft_link_is_shaped(const struct raft_link *link)
{
    for (uint32_t i = 0; i < RAFT_LINK_QUALITY_COUNT; i++) {
        if (link->quality[i] != 0) {
            return true;
        }
    }
    return false;
}

void raft_link_combine(struct raft_link *sum, const struct raft_link *other)
{
    for (uint32_t i = 0; i < RAFT_LINK_QUALITY_COUNT; i++) {
        uint32_t max = raft_link_quality_max((enum raft_link_quality)i);
        uint64_t a = sum->quality[i] < max ? sum->quality[i] : max;
        uint64_t b = other->quality[i] < max ? other->quality[i] : max;
        uint64_t both = qualities[i].kind == SHARE ? a + b - a * b / max : a + b;
        sum->quality[i] = (uint32_t)(both < max ? both : max);
    }
}

const char *raft_link_quality_name(enum raft_link_quality quality)
{
    return (uint32_t)quality < RAFT_LINK_QUALITY_COUNT ? qualities[quality].name : "unknown";
}

bool raft_link_quality_parse(const char *text, enum raft_link_quality *quality)
{
    for (uint32_t i = 0; i < RAFT_LINK_QUALITY_COUNT; i++) {
        if (strcmp(text, qualities[i].name) == 0) {
            *quality = (enum raft_link_quality)i;
            return true;
        }
    }
    return false;
}

const char *raft_link_quality_wanted(enum raft_link_quality quality)
{
    return qualities[quality].kind == SHARE ? "a share 0%..100%, such as 20% or 0.5%"
                                            : "a time 0..60s, such as 80ms or 1.5s";
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "1.5" as 1500000, and what follows it; false if no plain number begins there. */
static bool read_number(const char **text, uint64_t *millionths)
{
    const char *at = *text;
    uint64_t value = 0;
    for (; is_digit(*at) && value < WHOLE_MAX; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
    }
    bool is_fine = at != *text && !is_digit(*at);
    value *= MILLION;
    if (*at == '.') {
        const char *point = at++;
        for (uint64_t unit = MILLION / 10; is_digit(*at) && unit > 0; at++, unit /= 10) {
            value += unit * (uint64_t)(*at - '0');
        }
        is_fine = is_fine && at != point + 1 && !is_digit(*at);
    }
    *text = at;
    *millionths = value;
    return is_fine;
}

static bool read_share(const char *text, uint64_t *share)
{
    uint64_t percents;
    if (!read_number(&text, &percents)) {
        return false;
    }
    *share = percents / 100;
    bool may_be_part_of_one = percents > 0 && percents < MILLION; /* 0.2 is 20% to somebody */
    return strcmp(text, "%") == 0 || (text[0] == '\0' && !may_be_part_of_one);
}

static bool read_time(const char *text, uint64_t *us)
{
    uint64_t number;
    if (!read_number(&text, &number)) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text, units[i].name) == 0) {
            *us = number * units[i].us / MILLION;
            return true;
        }
    }
    return false;
}

bool raft_link_read(struct raft_link *link, enum raft_link_quality quality, const char *text)
{
    uint64_t value = 0;
    bool is_fine =
        qualities[quality].kind == SHARE ? read_share(text, &value) : read_time(text, &value);
    if (!is_fine || value > raft_link_quality_max(quality)) {
        return false;
    }
    link->quality[quality] = (uint32_t)value;
    return true;
}

/* "1.5" of 15 and 10; no point where nothing would stand behind it. */
static void write_number(uint32_t value, uint32_t one, char *text, size_t bytes)
{
    char decimals[DECIMALS_MAX + 1] = "";
    uint32_t left = value % one;
    size_t length = 0;
    for (uint32_t unit = one / 10; left != 0; unit /= 10) {
        decimals[length++] = (char)('0' + left / unit);
        left %= unit;
    }
    (void)snprintf(text, bytes, "%" PRIu32 "%s%.*s", value / one, length > 0 ? "." : "",
                   (int)length, decimals); /* the caller's text has room for any */
}

void raft_link_text(const struct raft_link *link, char *text, size_t bytes)
{
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < RAFT_LINK_QUALITY_COUNT && used < bytes; i++) {
        bool is_share = qualities[i].kind == SHARE;
        char number[24];
        if (link->quality[i] == 0) {
            continue;
        }
        write_number(link->quality[i], is_share ? RAFT_LINK_SHARE_MAX / 100 : 1000, number,
                     sizeof number);
        int added = snprintf(text + used, bytes - used, "%s%s=%s%s", used > 0 ? " " : "",
                             qualities[i].name, number, is_share ? "%" : "ms");
        used += added > 0 ? (size_t)added : 0;
    }
}
