/* SPDX-License-Identifier: MIT
 * Three nodes in one program: trio DIRECTORY PORT uses three ports from there on. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <raftctl.h>

static struct raft_server *servers[3];

static void *run(void *server)
{
    raft_server_run(server);
    return NULL;
}

static int start(unsigned i, const char *directory, int port)
{
    char endpoints[3][32], path[256], why[256];
    unsigned a = (i + 1) % 3, b = (i + 2) % 3;
    for (int k = 0; k < 3; k++)
        snprintf(endpoints[k], sizeof endpoints[k], "127.0.0.1:%d", port + k);
    snprintf(path, sizeof path, "%s/n%u", directory, i + 1);
    struct raft_server_place others[] = {{a + 1, NULL, endpoints[a]}, {b + 1, NULL, endpoints[b]}};
    struct raft_server_config config = raft_server_defaults();
    config.cluster = "trio";
    config.working_dir = path;
    config.self = (struct raft_server_place){i + 1, NULL, endpoints[i]};
    config.others = others, config.others_count = 2;
    config.app = raft_app_bank_create();
    if (raft_server_open(&config, &servers[i], why, sizeof why) == RAFT_OK &&
        raft_server_start(servers[i], why, sizeof why) == RAFT_OK)
        return 0;
    return fprintf(stderr, "n%u: %s\n", i + 1, why);
}

static enum raft_error ask(struct raft_bank_command what, struct raft_bank_result *result)
{
    unsigned char bytes[RAFT_BANK_COMMAND_BYTES_MAX], buffer[64];
    struct raft_span command = {bytes, raft_bank_encode(&what, bytes, sizeof bytes)};
    struct raft_server_wait wait = {10000, buffer, sizeof buffer};
    struct raft_server_reply reply = {.status = RAFT_REPLY_NO_LEADER};
    raft_id leader;
    enum raft_error error = RAFT_OK;
    while (error == RAFT_OK && reply.status != RAFT_REPLY_OK) {
        error = raft_server_wait_leader(servers[0], 10000, &leader, NULL);
        if (error == RAFT_OK)
            error = raft_server_call(servers[leader - 1], command, &wait, &reply);
    }
    return error == RAFT_OK && !raft_bank_result(reply.result, result) ? RAFT_MALFORMED : error;
}

int main(int argc, char **argv)
{
    pthread_t threads[3];
    struct raft_bank_result result = {RAFT_BANK_BAD, 0};
    for (unsigned i = 0; i < 3; i++)
        if (argc != 3 || start(i, argv[1], (int)strtol(argv[2], NULL, 10)) != 0 ||
            pthread_create(&threads[i], NULL, run, servers[i]) != 0)
            return 1;
    enum raft_error error = ask((struct raft_bank_command){RAFT_BANK_CREDIT, 42}, &result);
    if (error == RAFT_OK)
        error = ask((struct raft_bank_command){RAFT_BANK_QUERY, 0}, &result);
    printf("%s, balance %ld\n", raft_error_text(error), (long)result.balance);
    for (int i = 0; i < 3; i++)
        raft_server_quit(servers[i]), pthread_join(threads[i], NULL);
    for (int i = 0; i < 3; i++)
        raft_server_free(&servers[i]);
    return error != RAFT_OK;
}
