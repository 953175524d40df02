/* SPDX-License-Identifier: MIT
 *
 * One client for a long time: steady CLUSTER.JSON reads where the nodes are once, at its beginning,
 * then writes the key and the value of each line of its standard input, and prints who took it, or
 * why nobody did. cli/member.bats replaces all nodes under it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/kv.h"
#include "base/random.h"
#include "client/client.h"
#include "cluster/spec.h"

enum { TIMEOUT_MS = 60000 };

static struct raft_client *open_client(const char *path)
{
    static struct raft_spec spec;
    static struct raft_endpoint endpoints[RAFT_NODES_MAX];
    struct raft_client_options options = {
        .endpoints = endpoints, .seq = 1, .serializer = raft_serializer_msgpack()};
    struct raft_client *client = NULL;
    char message[256] = "";
    enum raft_error error = raft_spec_read(path, &spec, message, sizeof message);
    uint64_t identity = raft_random_system();
    memcpy(options.client, &identity, sizeof identity);
    options.cluster = spec.cluster;
    options.endpoints_count = spec.nodes_count;
    for (uint32_t i = 0; i < spec.nodes_count; i++) {
        endpoints[i] = spec.nodes[i].endpoint;
    }
    if (error == RAFT_OK) {
        error = raft_client_open(&options, &client, message, sizeof message);
    }
    if (error != RAFT_OK) {
        (void)fprintf(stderr, "steady: %s\n", message);
    }
    return client;
}

static void put(struct raft_client *client, char *line)
{
    static uint8_t command[RAFT_KV_COMMAND_BYTES_MAX];
    struct raft_client_answer answer;
    char *value = line + strcspn(line, " ");
    *value = '\0';
    value++;
    value[strcspn(value, "\n")] = '\0';
    struct raft_kv_command words = {
        .op = RAFT_KV_PUT, .key = {line, strlen(line)}, .value = {value, strlen(value)}};
    size_t bytes = raft_kv_encode(&words, command, sizeof command);
    raft_client_call(client, (struct raft_span){command, bytes}, 0, 0, TIMEOUT_MS, &answer);
    if (answer.outcome == RAFT_CLIENT_OK) {
        (void)printf("n%u\n", answer.node);
    } else {
        (void)printf("%s\n", answer.why);
    }
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    char line[256];
    struct raft_client *client = argc == 2 ? open_client(argv[1]) : NULL;
    if (client == NULL) {
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strchr(line, ' ') == NULL) {
            (void)fprintf(stderr, "steady: expected a key and a value\n");
            raft_client_close(&client);
            return EXIT_FAILURE;
        }
        put(client, line);
    }
    raft_client_close(&client);
    return EXIT_SUCCESS;
}
