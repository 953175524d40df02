/* SPDX-License-Identifier: MIT
 *
 * Feeds texts to the story player. Whatever a file says, the player ends, says in which line it is
 * wrong, and breaks nothing.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { TEXT_MAX = 4096, STEPS_MAX = 4000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static FILE *nowhere;
    char message[512] = "";
    char *text = malloc(bytes + 1);
    ASSERT(text != NULL);
    if (nowhere == NULL) {
        nowhere = fopen("/dev/null", "w");
        ASSERT(nowhere != NULL);
    }
    memcpy(text, data, bytes);
    text[bytes] = '\0';
    if (bytes <= TEXT_MAX) {
        bool is_good =
            raft_sim_story_play_within(text, STEPS_MAX, nowhere, message, sizeof message);
        ASSERT(is_good == (message[0] == '\0'));
    }
    free(text);
    return 0;
}
