/* SPDX-License-Identifier: MIT
 *
 * Every checker, in the order in which they look: what names a cause comes before what would only
 * see its consequence.
 */
#include <stdio.h>
#include <string.h>

#include "sim/check.h"
#include "sim/sim.h"

enum { WORD_BYTES = 40 };

static uint32_t find_mask(const char *word);
static void write_word(const char *name, char word[WORD_BYTES]);

const struct raft_sim_check *const raft_sim_checks[] = {
    &raft_sim_check_election,
    &raft_sim_check_votes,
    &raft_sim_check_append_only,
    &raft_sim_check_log_matching,
    &raft_sim_check_completeness,
    &raft_sim_check_state_machine,
    &raft_sim_check_monotone,
    &raft_sim_check_durable,
    &raft_sim_check_commit,
    &raft_sim_check_config,
    &raft_sim_check_progress,
    &raft_sim_check_thrift,
    &raft_sim_check_once,
    &raft_sim_check_linear,
    &raft_sim_check_liveness,
    &raft_sim_check_catch_up,
    NULL,
};

void raft_sim_checks_text(uint32_t mask, char *text, size_t bytes)
{
    char word[WORD_BYTES];
    (void)snprintf(text, bytes, "%s", mask == 0 ? "none" : "");
    for (uint32_t i = 0; raft_sim_checks[i] != NULL; i++) {
        size_t length = strlen(text);
        write_word(raft_sim_checks[i]->name, word);
        if ((mask >> i & 1) != 0)
            (void)snprintf(text + length, bytes - length, "%s%s", length > 0 ? "," : "", word);
    }
}

bool raft_sim_checks_parse(const char *text, uint32_t *mask, char *message, size_t message_bytes)
{
    char word[WORD_BYTES];
    *mask = 0;
    while (*text != '\0') {
        int length = (int)strcspn(text, ",");
        (void)snprintf(word, sizeof word, "%.*s", length, text);
        uint32_t found = find_mask(word);
        if (found == 0 && strcmp(word, "none") != 0) {
            (void)snprintf(message, message_bytes, "%.*s", length, text);
            return false;
        }
        *mask |= found;
        text += length + (text[length] == ',');
    }
    return true;
}

static uint32_t find_mask(const char *word)
{
    char name[WORD_BYTES];
    for (uint32_t i = 0; raft_sim_checks[i] != NULL; i++) {
        write_word(raft_sim_checks[i]->name, name);
        if (strcmp(word, name) == 0)
            return UINT32_C(1) << i;
    }
    return 0;
}

static void write_word(const char *name, char word[WORD_BYTES])
{
    (void)snprintf(word, WORD_BYTES, "%s", name);
    for (char *blank = strchr(word, ' '); blank != NULL; blank = strchr(blank, ' '))
        *blank = '-';
}
