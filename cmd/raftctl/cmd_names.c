/* SPDX-License-Identifier: MIT
 *
 * names KIND (internal): what the completion scripts offer, one a line. It says nothing when there
 * is nothing: a person is in the middle of a line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/apps.h"
#include "clusters.h"
#include "status_table.h"

static void print_commands(struct call *call);
static void print_clusters(struct call *call);
static void print_partitions(struct call *call);
static void print_qualities(struct call *call);
static void print_targets(struct call *call);
static void print_conditions(struct call *call);
static void print_nodes(struct call *call);
static void print_faults(struct call *call);
/* As far as the sign: the value is the person's. */
static void print_qualities(struct call *call)
{
    (void)call;
    for (uint32_t i = 0; i < RAFT_LINK_QUALITY_COUNT; i++) {
        printf("%s=\n", raft_link_quality_name((enum raft_link_quality)i));
    }
}

static void print_faults_and_targets(struct call *call);
static void print_fields(struct call *call);
static void print_event_types(struct call *call);
static void print_signals(struct call *call);
static void print_apps(struct call *call);

static const struct {
    const char *kind;
    void (*print)(struct call *call);
} kinds[] = {
    {"commands", print_commands},
    {"clusters", print_clusters},
    {"partitions", print_partitions},
    {"targets", print_targets},
    {"qualities", print_qualities},
    {"conditions", print_conditions},
    {"nodes", print_nodes},
    {"faults", print_faults},
    {"faults-and-targets", print_faults_and_targets},
    {"fields", print_fields},
    {"event-types", print_event_types},
    {"signals", print_signals},
    {"apps", print_apps},
};

int cmd_names(struct call *call)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].kind, call->argv[0]) == 0) {
            kinds[i].print(call);
            return EXIT_DONE;
        }
    }
    return EXIT_USAGE;
}

static void print_words(const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printf("%s\n", words[i]);
    }
}

static void print_commands(struct call *call)
{
    (void)call;
    for (uint32_t i = 0; i < commands_count; i++) {
        if ((commands[i].flags & COMMAND_HIDDEN) == 0) {
            printf("%s\n", commands[i].name);
        }
    }
    printf("exit-codes\n");
}

static void print_clusters(struct call *call)
{
    struct clusters clusters;
    if (clusters_list(call, &clusters) == EXIT_DONE) {
        for (uint32_t i = 0; i < clusters.count; i++) {
            printf("%s\n", clusters.names[i]);
        }
    }
    clusters_free(&clusters);
}

static void print_partitions(struct call *call)
{
    (void)call;
    for (uint32_t i = 0; i < RAFT_PARTITION_COUNT; i++) {
        printf("%s\n", raft_partition_name((enum raft_partition)i));
    }
}

/* The table of the cluster that is meant, if it runs. */
static const struct raft_view *open_view(struct call *call)
{
    char name[RAFT_CLUSTER_NAME_MAX + 1];
    char message[160];
    if (raft_paths_choose(options_text(&call->options, "cluster", NULL), name, sizeof name, message,
                          sizeof message) != RAFT_OK ||
        raft_paths_for(name, &call->paths, message, sizeof message) != RAFT_OK ||
        !call_exists(call) || call_open(call, true) != EXIT_DONE) {
        return NULL;
    }
    return call->view;
}

static void print_nodes(struct call *call)
{
    const struct raft_view *view = open_view(call);
    for (uint32_t i = 0; view != NULL && i < view->nodes_count; i++) {
        printf("n%u\n", view->nodes[i].id);
        if (view->nodes[i].service.name[0] != 0) {
            printf("%s\n", view->nodes[i].service.name);
        }
    }
}

static void print_faults(struct call *call)
{
    const struct raft_view *view = open_view(call);
    for (uint32_t i = 0; view != NULL && i < RAFT_FAULTS_MAX; i++) {
        if (view->faults.list[i].id != 0) {
            printf("f%" PRIu64 "\n", view->faults.list[i].id);
        }
    }
}

const char *const target_words[] = {"all",       "leader",   "followers", "follower",
                                    "candidate", "minority", "majority",  "up",
                                    "down",      "paused",   "voters",    "learners"};
const uint32_t target_words_count = sizeof target_words / sizeof target_words[0];

static void print_targets(struct call *call)
{
    print_words(target_words, target_words_count);
    print_nodes(call);
}

static void print_faults_and_targets(struct call *call)
{
    print_faults(call);
    print_targets(call);
}

static void print_conditions(struct call *call)
{
    static const char *const words[] = {
        "leader", "no-leader", "quorum", "converged", "stable", "healed", "up",     "down",
        "paused", "frozen",    "state",  "substate",  "event",  "not",    "term>=", "commit>="};
    print_words(words, sizeof words / sizeof words[0]);
    print_nodes(call);
}

static void print_fields(struct call *call)
{
    (void)call;
    printf("wide\njson\n");
    for (uint32_t i = 0; i < status_fields_count; i++) {
        printf("%s\n", status_fields[i].name);
    }
}

static void print_event_types(struct call *call)
{
    (void)call;
    for (uint32_t i = 0; i < RAFT_SHM_EVENT_COUNT; i++) {
        printf("%s\n", raft_shm_event_type_name(i));
    }
}

static void print_signals(struct call *call)
{
    (void)call;
    for (int i = 1; i < 32; i++) {
        const char *name = sigabbrev_np(i);
        if (name != NULL) {
            printf("%s\n", name);
        }
    }
}

static void print_apps(struct call *call)
{
    (void)call;
    for (size_t i = 0; raft_app_name(i) != NULL; i++) {
        printf("%s\n", raft_app_name(i));
    }
}
