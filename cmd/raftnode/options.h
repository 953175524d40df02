/* SPDX-License-Identifier: MIT
 *
 * The command line of raftnode: read into one struct, or refused with a sentence.
 */
#ifndef RAFTNODE_OPTIONS_H
#define RAFTNODE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options {
    const char *spec;     /* the cluster's file */
    const char *table;    /* NULL: a private one */
    const char *data;     /* the node's directory; NULL, with a config: in memory */
    const char *socket;   /* NULL: none */
    const char *start;    /* file of start states; NULL = none */
    const char *config;   /* config.json instead of spec and id; NULL = none */
    const char *dump;     /* directory to print instead of serving; NULL = serve */
    uint64_t incarnation; /* of this process; drawn if not given */
    int64_t first;        /* of a dump; negative: from the end, -1 is the last entry */
    int64_t last;
    uint32_t id;
    uint32_t index; /* with a config: of the node, from 0 on */
    bool has_index;
    uint32_t snapshot_every; /* 0 = default */
    uint32_t snapshot_keep;
    int ready_fd; /* -1 = none */
    int udp_fd;   /* 0 = none: bind a socket */
    bool fresh;
    bool lease_reads;
    bool json;
    bool help;
    bool version;
};

/* False: message says what is wrong. */
bool read_options(int argc, char **argv, struct options *options, char *message,
                  size_t message_bytes);

/* The text of --help, from the table that read_options reads. */
void print_help(void);

#endif
