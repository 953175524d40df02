/* SPDX-License-Identifier: MIT
 *
 * load_queue [OPTION..] PORT..: many clients at the queue of a cluster, over REST.
 *
 *   -c N      clients, each with one connection (8)
 *   -t N      topics (16), made first
 *   -n N      commands of each client (100); half of them push
 *   -s N      instead: go on for N seconds, then say so in a line
 *   -w FILE   instead, or after that: go on until FILE is gone
 *   -g N      milliseconds that each client leaves between two commands (0)
 *   -a IP     of all nodes (127.0.0.1)
 *   -b N      bytes of a message beyond its number (0)
 *   -p        plain clients, which do not name their commands
 *   -o FILE   the history of the run (record.h), for check_history
 *   -k        keep what is left; else it is popped at the end, until each topic is empty
 *
 * Prints a line of sums: of commands with their outcomes, and how long the requests of the clients
 * took from the first byte to an answer that counts, whoever died meanwhile. Exit status 0 if every
 * command was answered or its outcome is unknown; what the answers are worth is for check_history
 * to say.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

struct load {
    struct client_options options;
    uint32_t clients;
    uint32_t commands;
    uint32_t seconds;  /* 0 = not for a time */
    uint64_t end_us;   /* of these, by the clock */
    const char *until; /* NULL = not while a file is there */
    const char *history;
    uint32_t gap_ms;
    bool keeps;
    bool are_plain;
};

struct worker {
    const struct load *load;
    struct client client;
    pthread_t thread;
    uint32_t *times; /* of its commands, in microseconds */
    uint32_t count;
    uint32_t capacity;
};

static uint64_t read_clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void note_time(struct worker *worker, uint64_t microseconds)
{
    if (worker->count == worker->capacity) {
        uint32_t capacity = worker->capacity > 0 ? 2 * worker->capacity : 1024;
        uint32_t *times = reallocarray(worker->times, capacity, sizeof *times);
        if (times == NULL)
            return;
        worker->times = times;
        worker->capacity = capacity;
    }
    worker->times[worker->count++] = (uint32_t)microseconds;
}

static bool goes_on(const struct load *load, uint32_t done)
{
    if (load->seconds == 0 && load->until == NULL)
        return done < load->commands;
    return (load->seconds > 0 && read_clock_us() < load->end_us) ||
           (load->until != NULL && access(load->until, F_OK) == 0);
}

static void *run_worker(void *context)
{
    struct worker *worker = context;
    struct client *client = &worker->client;
    for (uint32_t done = 0; goes_on(worker->load, done); done++) {
        uint32_t topic = (uint32_t)raft_random_below(&client->random, client->options->topics);
        uint64_t start = read_clock_us();
        if (raft_random_below(&client->random, 2) == 0)
            (void)client_push(client, topic);
        else
            (void)client_pop(client, topic);
        note_time(worker, read_clock_us() - start);
        if (worker->load->gap_ms > 0)
            (void)poll(NULL, 0, (int)worker->load->gap_ms);
    }
    return NULL;
}

/* Until each topic has been seen empty: what was acknowledged and is not there then, is lost. */
static void drain(struct client *client)
{
    for (uint32_t topic = 0; topic < client->options->topics; topic++) {
        enum record_outcome outcome;
        do
            outcome = client_pop(client, topic);
        while (outcome == RECORD_OK);
    }
}

static int compare_times(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void add_up(struct client *sum, const struct client *client)
{
    sum->pushed += client->pushed;
    sum->popped += client->popped;
    sum->empty += client->empty;
    sum->unknown += client->unknown;
    sum->repeats += client->repeats;
}

/* The time that so many of a thousand do not exceed. */
static uint32_t find_rank(const struct worker *all, uint32_t thousandths)
{
    return all->count > 0 ? all->times[(uint64_t)(all->count - 1) * thousandths / 1000] : 0;
}

static void print_sums(const struct client *sum, const struct worker *workers, uint32_t count,
                       uint64_t microseconds)
{
    struct worker all = {.count = 0};
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < workers[i].count; k++)
            note_time(&all, workers[i].times[k]);
    if (all.count > 0)
        qsort(all.times, all.count, sizeof *all.times, compare_times);
    printf("pushed %" PRIu64 " popped %" PRIu64 " empty %" PRIu64 " unknown %" PRIu64
           " repeated %" PRIu64 " requests %" PRIu32 " elapsed_us %" PRIu64 " per_second %" PRIu64
           " p50_us %" PRIu32 " p90_us %" PRIu32 " p99_us %" PRIu32 " max_us %" PRIu32 "\n",
           sum->pushed, sum->popped, sum->empty, sum->unknown, sum->repeats, all.count,
           microseconds, (uint64_t)all.count * 1000000 / microseconds, find_rank(&all, 500),
           find_rank(&all, 900), find_rank(&all, 990), find_rank(&all, 1000));
    free(all.times);
}

/* Waits for the end of the seconds, and says so. */
static void tell_end(const struct load *load)
{
    for (uint64_t now; (now = read_clock_us()) < load->end_us;)
        (void)poll(NULL, 0, (int)((load->end_us - now) / 1000) + 1);
    printf("the %" PRIu32 " seconds are over\n", load->seconds);
    (void)fflush(stdout);
}

/* All of them at once; how long they took. */
static uint64_t run_workers(struct load *load, struct worker *workers)
{
    uint64_t start = read_clock_us();
    load->end_us = start + (uint64_t)load->seconds * 1000000;
    for (uint32_t i = 0; i < load->clients; i++) {
        workers[i].load = load;
        client_init(&workers[i].client, &load->options, i + 1);
        workers[i].client.is_plain = load->are_plain;
        if (pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) != 0) {
            fprintf(stderr, "load_queue: no more than %" PRIu32 " threads can be had\n", i);
            exit(1);
        }
    }
    if (load->seconds > 0)
        tell_end(load);
    for (uint32_t i = 0; i < load->clients; i++)
        (void)pthread_join(workers[i].thread, NULL);
    return read_clock_us() - start;
}

static bool make_topics(struct client *client)
{
    for (uint32_t i = 0; i < client->options->topics; i++)
        if (!client_create(client, i))
            return false;
    return true;
}

static int run(struct load *load)
{
    struct client first;
    struct worker *workers = calloc(load->clients, sizeof *workers);
    if (workers == NULL)
        return 1;
    client_init(&first, &load->options, 0);
    bool is_fine = make_topics(&first);
    if (is_fine) {
        uint64_t microseconds = run_workers(load, workers);
        if (!load->keeps)
            drain(&first);
        for (uint32_t i = 0; i < load->clients; i++)
            add_up(&first, &workers[i].client);
        print_sums(&first, workers, load->clients, microseconds);
    } else {
        fprintf(stderr, "load_queue: no leader makes a topic\n");
    }
    for (uint32_t i = 0; is_fine && i < load->clients; i++) {
        client_release(&workers[i].client);
        free(workers[i].times);
    }
    client_release(&first);
    free(workers);
    return is_fine ? 0 : 1;
}

/* A number within a range, or the end. */
static uint32_t read_number(const char *text, uint32_t least, uint32_t most)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < least || value > most) {
        fprintf(stderr, "load_queue: %s is not a number from %" PRIu32 " to %" PRIu32 "\n", text,
                least, most);
        exit(2);
    }
    return (uint32_t)value;
}

static uint32_t read_host(const char *text)
{
    struct in_addr address;
    if (inet_pton(AF_INET, text, &address) != 1) {
        fprintf(stderr, "load_queue: %s is no address\n", text);
        exit(2);
    }
    return address.s_addr;
}

static void read_options(struct load *load, int argc, char **argv)
{
    int option;
    while ((option = getopt(argc, argv, "c:t:n:s:w:g:a:b:po:k")) != -1) {
        switch (option) {
        case 'c':
            load->clients = read_number(optarg, 1, 4000);
            break;
        case 't':
            load->options.topics = read_number(optarg, 1, 100000);
            break;
        case 'n':
            load->commands = read_number(optarg, 1, 100000000);
            break;
        case 's':
            load->seconds = read_number(optarg, 1, 1000000);
            break;
        case 'g':
            load->gap_ms = read_number(optarg, 0, 60000);
            break;
        case 'a':
            load->options.host = read_host(optarg);
            break;
        case 'w':
            load->until = optarg;
            break;
        case 'b':
            load->options.message_bytes = read_number(optarg, 0, 32000);
            break;
        case 'p':
            load->are_plain = true;
            break;
        case 'o':
            load->history = optarg;
            break;
        case 'k':
            load->keeps = true;
            break;
        default:
            exit(2);
        }
    }
    for (int i = optind; i < argc && load->options.nodes < CLIENT_NODES_MAX; i++)
        load->options.ports[load->options.nodes++] = (uint16_t)read_number(argv[i], 1, UINT16_MAX);
}

int main(int argc, char **argv)
{
    struct load load = {
        .clients = 8, .commands = 100, .options = {.topics = 16, .host = htonl(INADDR_LOOPBACK)}};
    read_options(&load, argc, argv);
    if (load.options.nodes == 0) {
        fprintf(stderr, "load_queue: the HTTP ports of the nodes are missing\n");
        return 2;
    }
    load.options.record = record_open(load.history);
    if (load.options.record == NULL) {
        perror(load.history);
        return 1;
    }
    int status = run(&load);
    if (!record_close(&load.options.record)) {
        fprintf(stderr, "load_queue: the history is not whole: %s\n", load.history);
        return 1;
    }
    return status;
}
