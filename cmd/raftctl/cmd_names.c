/* SPDX-License-Identifier: MIT
 *
 * names KIND (internal): what the completion scripts offer, one a line. It says nothing when there
 * is nothing: a person is in the middle of a line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clusters.h"

static void print_words(const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printf("%s\n", words[i]);
    }
}

static void print_commands(void)
{
    for (uint32_t i = 0; i < commands_count; i++) {
        if ((commands[i].flags & COMMAND_HIDDEN) == 0) {
            printf("%s\n", commands[i].name);
        }
    }
    printf("exit-codes\n");
}

static void print_clusters(const struct call *call)
{
    struct clusters clusters;
    if (clusters_list(call, &clusters) == EXIT_DONE) {
        for (uint32_t i = 0; i < clusters.count; i++) {
            printf("%s\n", clusters.names[i]);
        }
    }
    clusters_free(&clusters);
}

static void print_nodes(const struct raft_view *view)
{
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        printf("n%u\n", view->nodes[i].id);
    }
}

static void print_faults(const struct raft_view *view)
{
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        if (view->faults.list[i].id != 0) {
            printf("f%" PRIu64 "\n", view->faults.list[i].id);
        }
    }
}

static void print_of_cluster(struct call *call, const char *kind)
{
    char name[RAFT_CLUSTER_NAME_MAX + 1];
    char message[160];
    if (raft_paths_choose(options_text(&call->options, "cluster", NULL), name, sizeof name, message,
                          sizeof message) != RAFT_OK ||
        raft_paths_for(name, &call->paths, message, sizeof message) != RAFT_OK ||
        !call_exists(call) || call_open(call, true) != EXIT_DONE || call->view == NULL) {
        return;
    }
    if (strcmp(kind, "faults") == 0) {
        print_faults(call->view);
    } else {
        print_nodes(call->view);
    }
}

int cmd_names(struct call *call)
{
    static const char *const targets[] = {"all",       "leader",   "followers", "follower",
                                          "candidate", "minority", "majority",  "up",
                                          "down",      "paused",   "voters",    "learners"};
    static const char *const conditions[] = {
        "leader", "no-leader", "quorum", "converged", "stable", "healed", "up",     "down",
        "paused", "frozen",    "state",  "substate",  "event",  "not",    "term>=", "commit>="};
    const char *kind = call->argv[0];
    if (strcmp(kind, "commands") == 0) {
        print_commands();
    } else if (strcmp(kind, "clusters") == 0) {
        print_clusters(call);
    } else if (strcmp(kind, "partitions") == 0) {
        for (uint32_t i = 0; i < RAFT_PARTITION_COUNT; i++) {
            printf("%s\n", raft_partition_name((enum raft_partition)i));
        }
    } else if (strcmp(kind, "conditions") == 0) {
        print_words(conditions, sizeof conditions / sizeof conditions[0]);
        print_of_cluster(call, kind);
    } else if (strcmp(kind, "targets") == 0) {
        print_words(targets, sizeof targets / sizeof targets[0]);
        print_of_cluster(call, kind);
    } else {
        print_of_cluster(call, kind);
    }
    return EXIT_DONE;
}
