/* SPDX-License-Identifier: MIT
 *
 * check_history FILE: is a history of the queue (record.h) linearizable? Each topic is a queue of
 * its own; moments are the numbers of the lines. What one can also see without a search is said
 * first, as it helps people: values popped twice, or popped and never pushed. Exit status 0 if it
 * is linearizable, 1 if not, 3 if the search gave up, 2 if the file is no history.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/history.h"

enum { CLIENTS_MAX = 4096, WORDS_MAX = 4 };

struct check {
    struct raft_history *history;
    uint64_t line;
    struct raft_history_operation pending[CLIENTS_MAX]; /* call 0 = none */
    uint64_t unknown;
};

static void refuse(const struct check *check, const char *why)
{
    fprintf(stderr, "check_history: line %" PRIu64 ": %s\n", check->line, why);
    exit(2);
}

static uint64_t read_number(const struct check *check, const char *word)
{
    char *end = NULL;
    uint64_t value = word != NULL ? strtoull(word, &end, 10) : 0;
    if (word == NULL || end == word || *end != '\0')
        refuse(check, "a number is missing");
    return value;
}

static void begin(struct check *check, struct raft_history_operation *pending, uint64_t client,
                  char *const *words)
{
    if (pending->call != 0)
        refuse(check, "this client has not been answered yet");
    bool pushes = strcmp(words[1], "push") == 0;
    *pending = (struct raft_history_operation){
        .call = check->line,
        .done = RAFT_HISTORY_NEVER,
        .client = client,
        .object = read_number(check, words[2]),
        .action = pushes ? RAFT_HISTORY_PUSH : RAFT_HISTORY_POP,
        .argument = pushes ? read_number(check, words[3]) : 0,
    };
}

static void finish(struct check *check, struct raft_history_operation *pending, char *const *words)
{
    if (pending->call == 0)
        refuse(check, "this client has called nothing");
    bool is_ok = strcmp(words[1], "ok") == 0;
    bool is_empty = strcmp(words[1], "empty") == 0;
    bool is_unknown = strcmp(words[1], "unknown") == 0;
    if (!is_ok && !is_empty && !is_unknown && strcmp(words[1], "fail") != 0)
        refuse(check, "neither call nor answer");
    if (is_ok || is_empty) {
        pending->done = check->line;
        pending->status = is_ok ? RAFT_HISTORY_OK : RAFT_HISTORY_ABSENT;
        pending->result = is_ok ? read_number(check, words[2]) : 0;
        pending->order = read_number(check, words[is_ok ? 3 : 2]);
    }
    check->unknown += is_unknown;
    if (is_ok || is_empty || is_unknown)
        (void)raft_history_add(check->history, pending);
    pending->call = 0;
}

static void take_line(struct check *check, char *line)
{
    char *words[WORDS_MAX] = {NULL};
    check->line++;
    line[strcspn(line, "\n")] = '\0';
    for (uint32_t i = 0; i < WORDS_MAX && line != NULL; i++)
        words[i] = strsep(&line, " ");
    uint64_t client = read_number(check, words[0]);
    if (client >= CLIENTS_MAX || words[1] == NULL)
        refuse(check, "no history of the queue");
    struct raft_history_operation *pending = &check->pending[client];
    if (strcmp(words[1], "push") == 0 || strcmp(words[1], "pop") == 0)
        begin(check, pending, client, words);
    else
        finish(check, pending, words);
}

static void take_unanswered(struct check *check)
{
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        if (check->pending[i].call != 0) {
            check->unknown++;
            (void)raft_history_add(check->history, &check->pending[i]);
        }
    }
}

static int compare_results(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* How many values were delivered more than once. */
static uint32_t count_twice(struct raft_history *history)
{
    uint32_t all = raft_history_count(history);
    uint64_t *values = calloc(all + 1, sizeof *values);
    uint32_t count = 0;
    uint32_t twice = 0;
    if (values == NULL)
        return UINT32_MAX;
    for (uint32_t i = 0; i < all; i++) {
        const struct raft_history_operation *operation = raft_history_at(history, i);
        if (operation->action == RAFT_HISTORY_POP && operation->done != RAFT_HISTORY_NEVER &&
            operation->status == RAFT_HISTORY_OK)
            values[count++] = operation->result;
    }
    qsort(values, count, sizeof *values, compare_results);
    for (uint32_t i = 1; i < count; i++)
        twice += values[i] == values[i - 1];
    free(values);
    return twice;
}

static int judge(const struct check *check)
{
    static const int status[] = {
        [RAFT_HISTORY_LINEARIZABLE] = 0, [RAFT_HISTORY_ILLEGAL] = 1, [RAFT_HISTORY_UNDECIDED] = 3};
    struct raft_history_report report;
    raft_history_check(check->history, 0, &report);
    printf("operations %" PRIu32 " unknown %" PRIu64 " topics %" PRIu32 " by_index %" PRIu32
           " delivered_twice %" PRIu32 "\n",
           raft_history_count(check->history), check->unknown, report.objects, report.witnessed,
           count_twice(check->history));
    raft_history_print(stdout, check->history, &report, NULL, NULL);
    return status[report.verdict];
}

int main(int argc, char **argv)
{
    static struct check check;
    char line[256];
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: check_history FILE, which can be read\n");
        return 2;
    }
    check.history = raft_history_create(&raft_history_queue);
    while (fgets(line, sizeof line, file) != NULL)
        take_line(&check, line);
    (void)fclose(file);
    take_unanswered(&check);
    int status = judge(&check);
    raft_history_destroy(&check.history);
    return status;
}
