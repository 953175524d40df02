/* SPDX-License-Identifier: MIT
 *
 * Feeds the apps what no decent client or peer would send. The first byte chooses the app and what
 * the rest is: an image, which restore() refuses or takes whole; or commands, each behind its
 * length, u16. A decoded command encodes to the same bytes, so each state has one log that tells
 * it. Whatever came of it, the state goes into an image and comes out as it was, and from then on
 * the copy answers as the first one does.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/apps.h"
#include "base/assert.h"
#include "base/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { APPS = 3, IMAGE = 0x80 };

static uint8_t results[2][RAFT_APP_RESULT_BYTES_MAX];

struct image {
    struct raft_app_sink sink;
    uint8_t *bytes;
    size_t count;
    size_t room;
};

static void take_bytes(struct raft_app_sink *sink, struct raft_span bytes)
{
    struct image *image = (struct image *)sink;
    if (bytes.bytes > image->room - image->count) {
        image->room = 2 * image->room + bytes.bytes;
        image->bytes = realloc(image->bytes, image->room);
        ASSERT(image->bytes != NULL);
    }
    memcpy(image->bytes + image->count, bytes.data, bytes.bytes);
    image->count += bytes.bytes;
}

static struct raft_span make_image(const struct raft_app *app, size_t piece, struct image *image)
{
    uint64_t cursor = 0;
    image->sink.write = take_bytes;
    image->count = 0;
    while (app->ops->snapshot(app, &cursor, piece, &image->sink))
        continue;
    return (struct raft_span){image->bytes, image->count};
}

/* A second app with the state of the first, made of its image. */
static struct raft_app *copy_app(const struct raft_app *app, const char *name)
{
    static struct image images[2];
    struct raft_app *copy = raft_app_make(name);
    struct raft_span image = make_image(app, 64, &images[0]);
    ASSERT(copy->ops->restore(copy, image));
    ASSERT(copy->ops->digest(copy) == app->ops->digest(app));
    struct raft_span again = make_image(copy, SIZE_MAX, &images[1]);
    ASSERT(again.bytes == image.bytes && memcmp(again.data, image.data, image.bytes) == 0);
    return copy;
}

/* What one of the codecs takes, it writes the same way, and no other one takes it. */
static void check_codecs(struct raft_span command)
{
    static uint8_t again[RAFT_KV_COMMAND_BYTES_MAX];
    struct raft_kv_command kv;
    struct raft_bank_command bank;
    struct raft_queue_command queue;
    struct raft_app_words words;
    size_t bytes = 0;
    int taken = 0;
    if (raft_kv_decode(command, &kv)) {
        bytes = raft_kv_encode(&kv, again, sizeof again);
        taken++;
    }
    if (raft_bank_decode(command, &bank)) {
        bytes = raft_bank_encode(&bank, again, sizeof again);
        taken++;
    }
    if (raft_queue_decode(command, &queue)) {
        bytes = raft_queue_encode(&queue, again, sizeof again);
        taken++;
    }
    ASSERT(taken <= 1);
    ASSERT(raft_app_describe(command, &words) == (taken == 1));
    ASSERT(taken == 0 ||
           (bytes == command.bytes && memcmp(again, command.data, command.bytes) == 0));
}

/* Asks, then does; a question changes nothing. */
static size_t run_command(struct raft_app *app, raft_index index, struct raft_span command,
                          uint8_t *result)
{
    uint64_t before = app->ops->digest(app);
    size_t asked = app->ops->query(app, command, result);
    ASSERT(asked > 0 && asked <= RAFT_APP_RESULT_BYTES_MAX);
    ASSERT(app->ops->digest(app) == before);
    size_t bytes = app->ops->apply(app, index, command, result);
    ASSERT(bytes > 0 && bytes <= RAFT_APP_RESULT_BYTES_MAX);
    return bytes;
}

static void read_page(struct raft_span result)
{
    struct raft_queue_page page;
    struct raft_queue_record record;
    if (!raft_queue_page_open(result, &page))
        return;
    while (raft_queue_page_next(&page, &record))
        ASSERT(record.bytes.bytes <= RAFT_APP_RESULT_BYTES_MAX);
}

/* A copy is made in the middle; both must say the same to all that follows. */
static void run_commands(struct raft_app *app, const char *name, struct raft_reader reader)
{
    struct raft_app *copy = NULL;
    size_t half = reader.left / 2;
    for (raft_index index = 1; reader.left >= 2; index++) {
        uint64_t length = raft_reader_number(&reader, 2);
        if (length > reader.left)
            length = reader.left;
        struct raft_span command = raft_reader_span(&reader, length);
        check_codecs(command);
        size_t bytes = run_command(app, index, command, results[0]);
        if (copy != NULL) {
            ASSERT(run_command(copy, index, command, results[1]) == bytes);
            ASSERT(memcmp(results[0], results[1], bytes) == 0);
            ASSERT(copy->ops->digest(copy) == app->ops->digest(app));
        } else if (reader.left <= half) {
            copy = copy_app(app, name);
        }
    }
    raft_app_destroy(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct raft_reader reader;
    struct raft_bank_result result;
    raft_reader_init(&reader, (struct raft_span){data, bytes});
    uint64_t choice = raft_reader_number(&reader, 1);
    const char *name = raft_app_name(choice % APPS);
    struct raft_app *app = raft_app_make(name);
    struct raft_span rest = {reader.next, reader.left};
    uint64_t empty = app->ops->digest(app);
    read_page(rest);
    (void)raft_bank_result(rest, &result); /* Taken or not, it reads no further. */
    if (choice < IMAGE)
        run_commands(app, name, reader);
    else if (!app->ops->restore(app, rest))
        ASSERT(app->ops->digest(app) == empty);
    struct raft_app *copy = copy_app(app, name);
    raft_app_destroy(&copy);
    raft_app_destroy(&app);
    return 0;
}
