/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

static size_t measure_character(const uint8_t *at, size_t left);
static size_t escape_byte(uint8_t byte, char escape[8]);

void raft_text_escape(struct raft_span bytes, char *text, size_t room)
{
    static const char dots[] = "...";
    const uint8_t *from = bytes.data;
    size_t used = 0;
    size_t cut = 0; /* so much may stay in front of the dots */
    ASSERT(room >= sizeof dots);
    for (size_t i = 0; i < bytes.bytes;) {
        char escape[8];
        size_t taken = measure_character(from + i, bytes.bytes - i);
        size_t length = taken != 0 ? taken : escape_byte(from[i], escape);
        if (used + length >= room) {
            memcpy(text + cut, dots, sizeof dots);
            return;
        }
        memcpy(text + used, taken != 0 ? (const char *)from + i : escape, length);
        used += length;
        i += taken != 0 ? taken : 1;
        cut = used + sizeof dots <= room ? used : cut;
    }
    text[used] = '\0';
}

size_t raft_text_mistakes(const char *a, const char *b)
{
    enum { LONGEST = 24 };
    size_t d[LONGEST + 1][LONGEST + 1];
    size_t m = strlen(a);
    size_t n = strlen(b);
    if (m > LONGEST || n > LONGEST) {
        return LONGEST;
    }
    for (size_t i = 0; i <= m; i++) {
        for (size_t j = 0; j <= n; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best) {
                best = d[i - 2][j - 2] + 1;
            }
            d[i][j] = best;
        }
    }
    return d[m][n];
}

/* Bytes of the printable character that begins here; 0 if there is none. */
static size_t measure_character(const uint8_t *at, size_t left)
{
    /* Below these a character is an overlong form, or one of the control characters 80 to 9f. */
    static const uint32_t least[] = {0, 0, 0xa0, 0x800, 0x10000};
    if (at[0] < 0x80) {
        return at[0] >= 0x20 && at[0] != 0x7f && at[0] != '\\' ? 1 : 0;
    }
    size_t bytes = at[0] < 0xc0 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf8 ? 4 : 0;
    if (bytes == 0 || bytes > left) {
        return 0;
    }
    uint32_t code = at[0] & (0x7fU >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (at[i] & 0x3fU);
    }
    bool surrogate = code >= 0xd800 && code < 0xe000;
    return code < least[bytes] || surrogate || code > 0x10ffff ? 0 : bytes;
}

static size_t escape_byte(uint8_t byte, char escape[8])
{
    static const char *const names[] = {['\n'] = "\\n", ['\t'] = "\\t", ['\\'] = "\\\\"};
    bool named = byte < sizeof names / sizeof names[0] && names[byte] != NULL;
    int length = named ? snprintf(escape, 8, "%s", names[byte])
                       : snprintf(escape, 8, "\\x%02x", (unsigned)byte);
    return (size_t)length;
}
