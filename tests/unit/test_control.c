/* SPDX-License-Identifier: MIT
 *
 * The control socket: one line there, one line back, over paths of any length, under a bound.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/control.h"

struct place {
    char root[512];
    char path[600];
    int listener;
    const char *reply; /* what the server sends after one line; NULL = it hangs up */
    char received[256];
    char message[1024];
};

static int enter_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->root, sizeof place->root, "/tmp/test_control.XXXXXX");
    assert_non_null(mkdtemp(place->root));
    snprintf(place->path, sizeof place->path, "%s/ctl", place->root);
    place->listener = -1;
    *state = place;
    return 0;
}

static int leave_place(void **state)
{
    struct place *place = *state;
    char command[640];
    if (place->listener >= 0) {
        close(place->listener);
    }
    place->root[25] = 0; /* "/tmp/test_control.XXXXXX" and nothing below it. */
    snprintf(command, sizeof command, "rm -rf %.64s", place->root);
    int status = system(command);
    free(place);
    return status;
}

static void listen_there(struct place *place)
{
    assert_int_equal(
        raft_control_listen(place->path, &place->listener, place->message, sizeof place->message),
        RAFT_OK);
}

/* A server for one connection: waits for a line, answers. */
static void *serve_once(void *context)
{
    struct place *place = context;
    struct pollfd watched = {.fd = place->listener, .events = POLLIN};
    size_t used = 0;
    poll(&watched, 1, -1);
    int fd = -1;
    if (raft_control_accept(place->listener, &fd) != RAFT_OK) {
        return NULL; /* Nobody is answered: the program's time-out ends it. */
    }
    watched.fd = fd;
    while (memchr(place->received, '\n', used) == NULL && used < sizeof place->received - 1) {
        poll(&watched, 1, -1);
        ssize_t got = recv(fd, place->received + used, sizeof place->received - 1 - used, 0);
        if (got <= 0) {
            break;
        }
        used += (size_t)got;
    }
    for (size_t sent = 0; place->reply != NULL && sent < strlen(place->reply);) {
        watched.events = POLLOUT;
        poll(&watched, 1, -1);
        ssize_t done =
            send(fd, place->reply + sent, strlen(place->reply) - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done < 0 && errno != EAGAIN) {
            break;
        }
        sent += done > 0 ? (size_t)done : 0;
    }
    close(fd);
    return NULL;
}

static enum raft_error call(struct place *place, uint32_t timeout_ms, struct raft_json **answer)
{
    struct raft_json *request = raft_json_object();
    raft_json_add_string(request, "verb", "ping");
    enum raft_error error = raft_control_call(place->path, request, timeout_ms, answer,
                                              place->message, sizeof place->message);
    raft_json_free(&request);
    return error;
}

static enum raft_error call_served(struct place *place, const char *reply,
                                   struct raft_json **answer)
{
    pthread_t server;
    place->reply = reply;
    listen_there(place);
    assert_int_equal(pthread_create(&server, NULL, serve_once, place), 0);
    enum raft_error error = call(place, 0, answer);
    pthread_join(server, NULL);
    return error;
}

static void carries_a_line_there_and_back(void **state)
{
    struct place *place = *state;
    struct raft_json *answer = NULL;
    assert_int_equal(call_served(place, "{\"ok\":true,\"seq\":7}\n", &answer), RAFT_OK);
    assert_string_equal(place->received, "{\"verb\":\"ping\"}\n");
    assert_true(raft_json_bool(answer, "ok", false));
    assert_int_equal(raft_json_integer(answer, "seq", 0), 7);
    raft_json_free(&answer);
    struct stat about;
    assert_int_equal(stat(place->path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

/* sun_path ends at 107 bytes; a home deep down does not. */
static void reaches_paths_over_107_bytes(void **state)
{
    struct place *place = *state;
    struct raft_json *answer = NULL;
    size_t used = strlen(place->root);
    for (int i = 0; i < 4; i++) {
        used += (size_t)snprintf(place->root + used, sizeof place->root - used,
                                 "/a_directory_with_a_rather_long_name_%d", i);
        assert_int_equal(mkdir(place->root, 0700), 0);
    }
    snprintf(place->path, sizeof place->path, "%s/n1.sock", place->root);
    assert_true(strlen(place->path) > 107);
    assert_int_equal(call(place, 1000, &answer), RAFT_NOT_FOUND);
    assert_int_equal(call_served(place, "{\"ok\":true}\n", &answer), RAFT_OK);
    raft_json_free(&answer);
    close(place->listener);
    place->listener = -1;
    assert_int_equal(unlink(place->path), 0);
}

static void says_when_nobody_serves(void **state)
{
    struct place *place = *state;
    struct raft_json *answer = NULL;
    assert_int_equal(call(place, 1000, &answer), RAFT_NOT_FOUND);
    listen_there(place);
    close(place->listener);
    assert_int_equal(call(place, 1000, &answer), RAFT_NOT_FOUND); /* a stale socket file */
    listen_there(place);                                          /* is replaced */
}

static void gives_up_when_the_time_is_over(void **state)
{
    struct place *place = *state;
    struct raft_json *answer = NULL;
    listen_there(place); /* Connects by the backlog, but nobody accepts: a stopped process. */
    assert_int_equal(call(place, 1, &answer), RAFT_TIMEOUT);
    assert_null(answer);
}

static void does_not_wait_behind_a_full_backlog(void **state)
{
    struct place *place = *state;
    struct raft_json *answer = NULL;
    enum raft_error error = RAFT_TIMEOUT;
    listen_there(place);
    assert_int_equal(listen(place->listener, 0), 0);
    int held[4];
    for (int i = 0; i < 4; i++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        held[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        snprintf(address.sun_path, sizeof address.sun_path, "%.100s", place->path);
        (void)connect(held[i], (struct sockaddr *)&address, sizeof address); /* until it is full */
    }
    error = call(place, 1, &answer);
    assert_int_equal(error, RAFT_TIMEOUT);
    for (int i = 0; i < 4; i++) {
        close(held[i]);
    }
}

static void says_when_the_other_side_hangs_up(void **state)
{
    struct place *place = *state;
    struct raft_json *answer = NULL;
    assert_int_equal(call_served(place, NULL, &answer), RAFT_CLOSED);
    assert_null(answer);
    close(place->listener);
    assert_int_equal(call_served(place, "{\"ok\":tr", &answer), RAFT_CLOSED);
}

static void refuses_an_answer_that_is_malformed_or_endless(void **state)
{
    struct place *place = *state;
    struct raft_json *answer = NULL;
    assert_int_equal(call_served(place, "certainly\n", &answer), RAFT_MALFORMED);
    assert_null(answer);
    close(place->listener);
    size_t bytes = 2 << 20;
    char *endless = malloc(bytes);
    assert_non_null(endless);
    memset(endless, 'x', bytes);
    endless[bytes - 1] = 0;
    assert_int_equal(call_served(place, endless, &answer), RAFT_TOO_LARGE);
    free(endless);
}

static void builds_the_standard_answers(void **state)
{
    (void)state;
    struct raft_json *answer = raft_control_ok(12);
    char *text = raft_json_text(answer);
    assert_string_equal(text, "{\"ok\":true,\"seq\":12}");
    free(text);
    raft_json_free(&answer);
    answer = raft_control_error(4, "no node n%d", 9);
    text = raft_json_text(answer);
    assert_string_equal(text, "{\"ok\":false,\"exit\":4,\"error\":\"no node n9\"}");
    free(text);
    raft_json_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(carries_a_line_there_and_back, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(reaches_paths_over_107_bytes, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(says_when_nobody_serves, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(gives_up_when_the_time_is_over, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(does_not_wait_behind_a_full_backlog, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(says_when_the_other_side_hangs_up, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(refuses_an_answer_that_is_malformed_or_endless, enter_place,
                                        leave_place),
        cmocka_unit_test(builds_the_standard_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
