/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t raft_base64_bytes(size_t bytes)
{
    return (bytes + 2) / 3 * 4;
}

void raft_base64_put(struct raft_span from, char *to)
{
    const uint8_t *data = from.data;
    for (size_t i = 0; i < from.bytes; i += 3, to += 4) {
        size_t left = from.bytes - i;
        uint32_t bits = (uint32_t)data[i] << 16;
        bits |= left > 1 ? (uint32_t)data[i + 1] << 8 : 0;
        bits |= left > 2 ? data[i + 2] : 0;
        to[0] = alphabet[bits >> 18 & 63];
        to[1] = alphabet[bits >> 12 & 63];
        to[2] = left > 1 ? alphabet[bits >> 6 & 63] : '=';
        to[3] = left > 2 ? alphabet[bits & 63] : '=';
    }
}

/* The value of a digit, 64 if it is none. */
static uint32_t read_digit(char digit)
{
    const char *at = digit == '\0' ? NULL : strchr(alphabet, digit);
    return at == NULL ? 64 : (uint32_t)(at - alphabet);
}

/* Four characters to three bytes; digits says how many of them are no padding. */
static bool read_group(const char *text, size_t digits, uint8_t bytes[3])
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        uint32_t digit = i < digits ? read_digit(text[i]) : 0;
        if (digit > 63) {
            return false;
        }
        bits = bits << 6 | digit;
    }
    bytes[0] = (uint8_t)(bits >> 16);
    bytes[1] = (uint8_t)(bits >> 8);
    bytes[2] = (uint8_t)bits;
    return (digits > 2 || bytes[1] == 0) && (digits > 3 || bytes[2] == 0);
}

bool raft_base64_get(struct raft_span text, void *to, size_t *bytes)
{
    const char *from = text.data;
    uint8_t *next = to;
    *bytes = 0;
    for (size_t i = 0; i < text.bytes; i += 4) {
        uint8_t group[3];
        size_t digits = 4;
        if (text.bytes - i < 4) {
            return false;
        }
        if (i + 4 == text.bytes && from[i + 3] == '=') {
            digits = from[i + 2] == '=' ? 2 : 3;
        }
        if (!read_group(from + i, digits, group)) {
            return false;
        }
        memcpy(next, group, digits - 1);
        next += digits - 1;
        *bytes += digits - 1;
    }
    return true;
}
