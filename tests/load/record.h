/* SPDX-License-Identifier: MIT
 *
 * The history of a run as a file of lines, in the order in which they happened on this machine: a
 * line for each call stands there before its request is sent, one for each answer after it came.
 *
 *   CLIENT push TOPIC VALUE    CLIENT ok 0 INDEX       pushed, as entry INDEX of the log
 *   CLIENT pop TOPIC           CLIENT ok VALUE INDEX   popped that
 *                              CLIENT empty INDEX      there was none
 *                              CLIENT fail             it surely did nothing
 *                              CLIENT unknown          perhaps it did, or yet will
 *
 * A client's answer is about its last call; one without an answer counts as unknown. All are
 * numbers; a value is pushed at most once. Safe for many threads.
 */
#ifndef LOAD_RECORD_H
#define LOAD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

struct record;

enum record_outcome { RECORD_OK, RECORD_EMPTY, RECORD_FAIL, RECORD_UNKNOWN };

/* NULL if the file cannot be written. path NULL = nothing is written. */
struct record *record_open(const char *path);
/* False if something could not be written. */
bool record_close(struct record **record);

void record_push(struct record *record, uint32_t client, uint32_t topic, uint64_t value);
void record_pop(struct record *record, uint32_t client, uint32_t topic);
void record_answer(struct record *record, uint32_t client, enum record_outcome outcome,
                   uint64_t value, uint64_t index);

#endif
