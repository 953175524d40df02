/* SPDX-License-Identifier: MIT
 *
 * What a program says to embed a node: defaults, what does not fit, and adapters of its own. Rows
 * A6 to A9.
 */
#include "unit/embed_fixture.h"

#include <dirent.h>

static void test_A9_defaults(void **state)
{
    (void)state;
    struct raft_server_config config = raft_server_defaults();
    assert_ptr_equal(config.serializer, raft_serializer_msgpack());
    assert_null(config.log);
    assert_null(config.comms);
    assert_int_equal(config.election_timeout, 500000);
    assert_int_equal(config.heartbeat_interval, 50000);
    assert_true(config.pre_vote && config.check_quorum);
    assert_int_equal(config.http.endpoint.port, 0);
}

static void check_refused(const struct raft_server_config *config, const char *sentence)
{
    message[0] = '\0';
    assert_int_equal(raft_server_check(config, message, sizeof message), RAFT_INVALID);
    if (strstr(message, sentence) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", sentence, message);
    }
}

static void test_A7_what_does_not_fit_is_refused_by_its_field(void **state)
{
    (void)state;
    struct probe_app *app = make_probe();
    const struct raft_server_place fine[] = {{2, NULL, "127.0.0.1:9102"},
                                             {3, "three", "127.0.0.1:9103"}};
    const struct {
        struct raft_server_place other;
        const char *sentence;
    } cases[] = {{{0, NULL, "127.0.0.1:9102"}, "others[1].id: expected a number from 1"},
                 {{2, NULL, "127.0.0.1:9103"}, "others[1].id: expected each one once"},
                 {{1, NULL, "127.0.0.1:9103"}, "others[1].id: expected each one once"},
                 {{3, "n1", "127.0.0.1:9103"}, "others[1].name: expected each one once"},
                 {{3, "n2", "127.0.0.1:9103"}, "others[1].name: expected each one once"},
                 {{3, "", "127.0.0.1:9103"}, "others[1].name: expected 1 to 63 bytes"},
                 {{3, NULL, "127.0.0.1:9101"}, "others[1].endpoint: expected each one once"},
                 {{3, NULL, "localhost:9102"}, "others[1].endpoint: expected each one once"},
                 {{3, NULL, "[::1]:9103"}, "others[1].endpoint: expected all of them IPv4"},
                 {{3, NULL, "127.0.0.1:70000"}, "others[1].endpoint: expected a numeric address"},
                 {{3, NULL, "127.0.0.1"}, "others[1].endpoint: expected a numeric address"},
                 {{3, NULL, NULL}, "others[1].endpoint: expected a numeric address"}};
    struct raft_server_config config = make_config(app, NULL);
    config.self.endpoint = "127.0.0.1:9101";
    config.others = fine;
    config.others_count = 2;
    assert_int_equal(raft_server_check(&config, message, sizeof message), RAFT_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct raft_server_place others[] = {fine[0], cases[i].other};
        config.others = others;
        check_refused(&config, cases[i].sentence);
    }
    config.others = fine;
    config.self.id = 0;
    check_refused(&config, "self.id: expected");
    config.self.id = 1;
    config.heartbeat_interval = 10000;
    check_refused(&config, "heartbeat_interval: expected");
    config.heartbeat_interval = 2000;
    config.cluster = "";
    check_refused(&config, "cluster: expected");
    config.cluster = "embed";
    config.app = NULL;
    check_refused(&config, "app: expected");
    free(app);
}

static void test_A6_working_dir_is_required_and_all_there_is(void **state)
{
    (void)state;
    struct raft_server *server;
    struct probe_app *app = make_probe();
    struct raft_server_config config = make_config(app, NULL);
    config.working_dir = NULL;
    check_refused(&config, "working_dir: expected");
    config.working_dir = "/proc/none";
    assert_int_not_equal(raft_server_open(&config, &server, message, sizeof message), RAFT_OK);
    assert_null(server);
    assert_non_null(strstr(message, "working_dir: cannot write in /proc/none"));
    config = make_config(make_probe(), NULL);
    server = open_server(&config);
    pthread_t thread = start_loop(server);
    assert_int_equal(call(server, "abc"), 3);
    end_loop(&server, thread);
    DIR *listing = opendir(directory);
    assert_non_null(listing);
    for (const struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        assert_true(entry->d_name[0] == '.' || strcmp(entry->d_name, "log") == 0);
    }
    assert_int_equal(closedir(listing), 0);
}

/* Each port is taken by its version and its functions, whatever the others are. */
static void test_A8_a_port_that_is_not_whole_is_refused(void **state)
{
    (void)state;
    struct probe_app *app = make_probe();
    struct gate_log *log = make_gate();
    struct raft_app_ops app_ops = probe_ops;
    struct raft_log_ops log_ops = gate_ops;
    struct raft_server_config config = make_config(app, log);
    assert_int_equal(raft_server_check(&config, message, sizeof message), RAFT_OK);
    app->base.ops = &app_ops;
    app_ops.version++;
    assert_int_equal(raft_server_check(&config, message, sizeof message), RAFT_VERSION);
    assert_non_null(strstr(message, "app: made for version 4 of the port, this library has 3"));
    app_ops = probe_ops;
    app_ops.restore = NULL;
    check_refused(&config, "app: its function restore is missing");
    app_ops = probe_ops;
    app_ops.leadership = NULL; /* those two may be missing */
    app_ops.unrecoverable = NULL;
    assert_int_equal(raft_server_check(&config, message, sizeof message), RAFT_OK);
    log->base.ops = &log_ops;
    log_ops.compact = NULL;
    check_refused(&config, "log: its function compact is missing");
    log_ops.version = 1;
    assert_int_equal(raft_server_check(&config, message, sizeof message), RAFT_VERSION);
    log_ops = gate_ops;
    const struct raft_serializer_ops serializer_ops = {.version = RAFT_SERIALIZER_VERSION};
    const struct raft_serializer serializer = {&serializer_ops};
    config.serializer = &serializer;
    check_refused(&config, "serializer: its function");
    config.serializer = NULL;
    config.log_serializer = &serializer;
    check_refused(&config, "serializer: its function");
    config.log_serializer = NULL;
    const struct raft_comms_ops comms_ops = {.version = RAFT_COMMS_VERSION + 1};
    struct raft_comms comms = {&comms_ops};
    config.comms = &comms;
    struct raft_server *server;
    assert_int_equal(raft_server_open(&config, &server, message, sizeof message), RAFT_VERSION);
    assert_non_null(strstr(message, "comms: made for version 5"));
}

static void drop_packet(void *context, const struct raft_packet *packet,
                        const struct raft_address *address)
{
    (void)context;
    (void)packet;
    (void)address;
}

static void test_A8_each_port_is_swapped_by_itself(void **state)
{
    (void)state;
    for (int swap = 0; swap < 3; swap++) {
        struct probe_app *app = make_probe();
        struct raft_server_config config = make_config(app, swap == 1 ? make_gate() : NULL);
        config.comms = swap == 2 ? raft_comms_memory_create(1, drop_packet, NULL) : NULL;
        if (swap == 0) {
            raft_app_destroy(&config.app);
            config.app = raft_app_bank_create();
        }
        struct raft_server *server = open_server(&config);
        pthread_t thread = start_loop(server);
        if (swap != 0) {
            assert_int_equal(call(server, "xy"), 2);
        } else {
            assert_int_equal(raft_server_wait_leader(server, TIMEOUT_MS, NULL, NULL), RAFT_OK);
        }
        end_loop(&server, thread);
        assert_null(server);
        assert_int_equal(remove_directory(NULL), 0);
        assert_int_equal(make_directory(NULL), 0);
    }
}

/* With what each payload in the store below begins; 0 = with no JSON. */
static void check_records(const char *path, const struct raft_serializer *records, char begin)
{
    char log_path[128];
    static struct raft_entry entries[64];
    static uint8_t buffer[1 << 16];
    uint32_t count = 64;
    struct raft_log *log = NULL;
    struct raft_log_state stored;
    (void)snprintf(log_path, sizeof log_path, "%s/log", path);
    const struct raft_log_lmdb_options store = {
        .directory = log_path,
        .read_only = true,
        .identity = {.records = records != NULL ? raft_log_codec_mark(records) : 0}};
    assert_int_equal(raft_log_lmdb_open(&store, &log, message, sizeof message), RAFT_OK);
    assert_int_equal(raft_log_load(log, &stored), RAFT_OK);
    assert_int_equal(raft_log_read(log, 1, stored.last, sizeof buffer, entries, &count, buffer),
                     RAFT_OK);
    assert_true(count >= 2);
    for (uint32_t i = 0; i < count; i++) {
        const char *payload = entries[i].data;
        assert_true(begin != 0 ? entries[i].bytes > 0 && payload[0] == begin
                               : entries[i].bytes == 0 || payload[0] != '[');
    }
    raft_log_close(&log);
}

/* Two nodes of one cluster: JSON on the wire of both, in the log of the first JSON, of the second
 * nothing; each comes back with what it has, and only with that. */
static void test_A10_E5_serializers_of_wire_and_logs_may_differ(void **state)
{
    (void)state;
    struct raft_server *servers[2];
    pthread_t threads[2];
    char directories[2][80];
    struct raft_serializer *wires[2] = {raft_serializer_json_create(),
                                        raft_serializer_json_create()};
    struct raft_serializer *records = raft_serializer_json_create();
    uint64_t former = 0;
    for (int life = 1; life <= 2; life++) {
        for (uint32_t i = 0; i < 2; i++) {
            const struct raft_server_place others[] = {{2 - i, NULL, endpoints[1 - i]}};
            struct raft_server_config config = make_config(make_probe(), NULL);
            (void)snprintf(directories[i], sizeof directories[i], "%s/n%u", directory, i + 1);
            config.working_dir = directories[i];
            config.self = (struct raft_server_place){.id = i + 1, .endpoint = endpoints[i]};
            config.others = others;
            config.others_count = 1;
            config.election_timeout = 200000;
            config.heartbeat_interval = 20000;
            config.serializer = wires[i];
            config.log_serializer = i == 0 ? records : NULL;
            servers[i] = open_server(&config);
            threads[i] = start_loop(servers[i]);
        }
        /* What ended without an answer may have been applied as well. */
        uint64_t sum = call_leader(servers, "abc");
        assert_true(sum >= former + 3 && sum % 3 == 0);
        former = sum;
        end_loop(&servers[0], threads[0]);
        end_loop(&servers[1], threads[1]);
    }
    struct raft_server_config config = make_config(make_probe(), NULL);
    config.working_dir = directories[0];
    assert_int_equal(raft_server_open(&config, &servers[0], message, sizeof message), RAFT_VERSION);
    assert_non_null(strstr(message, "log: another serializer wrote the store's records"));
    check_records(directories[0], records, '[');
    check_records(directories[1], NULL, 0);
    for (int i = 0; i < 2; i++) {
        raft_serializer_json_destroy(&wires[i]);
        remove_files(directories[i]);
    }
    raft_serializer_json_destroy(&records);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        TEST(test_A9_defaults),
        TEST(test_A7_what_does_not_fit_is_refused_by_its_field),
        TEST(test_A6_working_dir_is_required_and_all_there_is),
        TEST(test_A8_a_port_that_is_not_whole_is_refused),
        TEST(test_A8_each_port_is_swapped_by_itself),
        TEST(test_A10_E5_serializers_of_wire_and_logs_may_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
