/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/sim.h"

enum { WORD_BYTES = 32 };

static const char *const names[RAFT_SIM_FAULT_COUNT] = {
#define X(name, text, what) [RAFT_SIM_FAULT_##name] = text,
    RAFT_SIM_FAULTS(X)
#undef X
};

static bool find_mask(const char *word, uint64_t *mask);

const char *raft_sim_fault_name(enum raft_sim_fault fault)
{
    return names[fault];
}

void raft_sim_faults_text(uint64_t mask, char *text, size_t bytes)
{
    uint64_t all = (UINT64_C(1) << RAFT_SIM_FAULT_COUNT) - 1;
    (void)snprintf(text, bytes, "%s",
                   (mask & all) == all ? "all"
                   : (mask & all) == 0 ? "none"
                                       : "");
    if (text[0] != '\0')
        return;
    for (uint32_t fault = 0; fault < RAFT_SIM_FAULT_COUNT; fault++) {
        size_t length = strlen(text);
        if ((mask >> fault & 1) != 0)
            (void)snprintf(text + length, bytes - length, "%s%s", length > 0 ? "," : "",
                           names[fault]);
    }
}

bool raft_sim_faults_parse(const char *text, uint64_t *mask, char *message, size_t message_bytes)
{
    uint64_t sum = 0;
    while (*text != '\0') {
        char word[WORD_BYTES] = "";
        uint64_t bits;
        size_t length = strcspn(text, ",");
        bool minus = *text == '-';
        (void)snprintf(word, sizeof word, "%.*s", (int)(length - minus), text + minus);
        if (!find_mask(word, &bits)) {
            (void)snprintf(message, message_bytes, "%.*s", (int)length, text);
            return false;
        }
        sum = minus ? sum & ~bits : sum | bits;
        text += length + (text[length] == ',');
    }
    *mask = sum;
    return true;
}

static bool find_mask(const char *word, uint64_t *mask)
{
    bool all = strcmp(word, "all") == 0;
    *mask = all ? (UINT64_C(1) << RAFT_SIM_FAULT_COUNT) - 1 : 0;
    if (all || strcmp(word, "none") == 0)
        return true;
    for (uint32_t fault = 0; fault < RAFT_SIM_FAULT_COUNT; fault++) {
        if (strcmp(word, names[fault]) == 0)
            *mask = UINT64_C(1) << fault;
    }
    return *mask != 0;
}
