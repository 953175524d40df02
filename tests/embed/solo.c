/* SPDX-License-Identifier: MIT
 * One node in one program: solo DIRECTORY PORT pays 42 into a bank that remembers. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <raftctl.h>

static void *run(void *server)
{
    raft_server_run(server);
    return NULL;
}

int main(int argc, char **argv)
{
    char endpoint[32], why[256];
    struct raft_server *server;
    pthread_t thread;
    snprintf(endpoint, sizeof endpoint, "127.0.0.1:%s", argc == 3 ? argv[2] : "");
    struct raft_server_config config = raft_server_defaults();
    config.cluster = "solo";
    config.working_dir = argv[1];
    config.self = (struct raft_server_place){.id = 1, .endpoint = endpoint};
    config.app = raft_app_bank_create();
    if (raft_server_open(&config, &server, why, sizeof why) != RAFT_OK ||
        raft_server_start(server, why, sizeof why) != RAFT_OK ||
        pthread_create(&thread, NULL, run, server) != 0)
        return fprintf(stderr, "solo: %s\n", why), 1;
    unsigned char bytes[RAFT_BANK_COMMAND_BYTES_MAX], buffer[64];
    struct raft_bank_command credit = {RAFT_BANK_CREDIT, 42};
    struct raft_span command = {bytes, raft_bank_encode(&credit, bytes, sizeof bytes)};
    struct raft_server_wait wait = {10000, buffer, sizeof buffer};
    struct raft_server_reply reply;
    struct raft_bank_result bank;
    if (raft_server_wait_leader(server, 10000, NULL, NULL) == RAFT_OK &&
        raft_server_call(server, command, &wait, &reply) == RAFT_OK &&
        raft_bank_result(reply.result, &bank))
        printf("balance %ld\n", (long)bank.balance);
    raft_server_quit(server);
    pthread_join(thread, NULL);
    raft_server_free(&server);
}
