/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* stdio locks the file for each line, which is all the order there is. */
struct record {
    FILE *file;
};

struct record *record_open(const char *path)
{
    struct record *record = calloc(1, sizeof *record);
    if (record != NULL)
        record->file = fopen(path != NULL ? path : "/dev/null", "w");
    if (record == NULL || record->file == NULL) {
        free(record);
        return NULL;
    }
    return record;
}

bool record_close(struct record **record)
{
    bool is_whole = ferror((*record)->file) == 0;
    is_whole = fclose((*record)->file) == 0 && is_whole;
    free(*record);
    *record = NULL;
    return is_whole;
}

void record_push(struct record *record, uint32_t client, uint32_t topic, uint64_t value)
{
    (void)fprintf(record->file, "%" PRIu32 " push %" PRIu32 " %" PRIu64 "\n", client, topic, value);
}

void record_pop(struct record *record, uint32_t client, uint32_t topic)
{
    (void)fprintf(record->file, "%" PRIu32 " pop %" PRIu32 "\n", client, topic);
}

void record_answer(struct record *record, uint32_t client, enum record_outcome outcome,
                   uint64_t value, uint64_t index)
{
    switch (outcome) {
    case RECORD_OK:
        (void)fprintf(record->file, "%" PRIu32 " ok %" PRIu64 " %" PRIu64 "\n", client, value,
                      index);
        return;
    case RECORD_EMPTY:
        (void)fprintf(record->file, "%" PRIu32 " empty %" PRIu64 "\n", client, index);
        return;
    case RECORD_FAIL:
        (void)fprintf(record->file, "%" PRIu32 " fail\n", client);
        return;
    case RECORD_UNKNOWN:
        (void)fprintf(record->file, "%" PRIu32 " unknown\n", client);
        return;
    }
}
