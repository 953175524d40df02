/* SPDX-License-Identifier: MIT */
#include "client_id.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/random.h"

enum { PLACES = 64 };

/* A place of the file; zeros are one that nobody has used. */
struct place {
    uint64_t hash; /* over the rest */
    uint8_t client[16];
    uint64_t seq; /* the last one given out */
};

_Static_assert(sizeof(struct place) == 32, "no padding");

static uint64_t hash_place(const struct place *place)
{
    uint64_t hash = raft_hash_bytes(RAFT_HASH_SEED, place->client, sizeof place->client);
    return raft_hash_u64(hash, place->seq);
}

static void make_client(uint8_t client[16])
{
    uint64_t a = raft_random_system();
    uint64_t b = raft_random_system();
    memcpy(client, &a, sizeof a);
    memcpy(client + sizeof a, &b, sizeof b);
}

/* Locks a place that no other process has: its number, PLACES if there is none. */
static unsigned lock_place(int fd)
{
    unsigned number = 0;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = sizeof(struct place)};
    while (number < PLACES && fcntl(fd, F_SETLK, &lock) != 0) {
        number++;
        lock.l_start = (off_t)(number * sizeof(struct place));
    }
    return number;
}

/* Reads a place; false if what lies there is no client's, which is said unless nothing does. */
static bool read_place(const struct call *call, int fd, const char *path, unsigned number,
                       struct place *place)
{
    static const struct place unused;
    ssize_t bytes = pread(fd, place, sizeof *place, (off_t)(number * sizeof *place));
    bool is_good = bytes == (ssize_t)sizeof *place && place->hash == hash_place(place);
    bool is_unused = bytes == 0 || (bytes == (ssize_t)sizeof *place &&
                                    memcmp(place, &unused, sizeof unused) == 0);
    if (!is_good && !is_unused) {
        (void)complain(call, EXIT_DONE, "%s is damaged at place %u: going on as a new client", path,
                       number);
    }
    return is_good;
}

/* Writes the next number of a place, which is then the present command's. */
static bool advance_place(int fd, unsigned number, struct place *place)
{
    uint64_t clock_us = raft_shm_realtime() / 1000;
    place->seq = place->seq + 1 > clock_us ? place->seq + 1 : clock_us;
    place->hash = hash_place(place);
    off_t at = (off_t)(number * sizeof *place);
    return pwrite(fd, place, sizeof *place, at) == (ssize_t)sizeof *place && fdatasync(fd) == 0;
}

void client_id_make(struct client_id *id)
{
    make_client(id->client);
    id->seq = 1;
    id->fd = -1;
}

void client_id_take(const struct call *call, struct client_id *id)
{
    char path[PATH_MAX + 16];
    struct place place;
    memset(&place, 0, sizeof place);
    snprintf(path, sizeof path, "%s/clients", call->paths.data);
    id->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    unsigned number = id->fd >= 0 ? lock_place(id->fd) : 0;
    bool is_kept = id->fd >= 0 && number < PLACES;
    if (is_kept && !read_place(call, id->fd, path, number, &place)) {
        memset(&place, 0, sizeof place);
        make_client(place.client);
    }
    is_kept = is_kept && advance_place(id->fd, number, &place);
    if (!is_kept) {
        if (number < PLACES) {
            (void)complain(call, EXIT_DONE, "cannot keep a client id in %s: %s; using one once",
                           path, strerror(errno));
        }
        make_client(place.client);
        place.seq = 1;
        client_id_release(id);
    }
    memcpy(id->client, place.client, sizeof id->client);
    id->seq = place.seq;
}

void client_id_release(struct client_id *id)
{
    if (id->fd >= 0) {
        close(id->fd); /* gives up the lock; what it wrote is on disk */
    }
    id->fd = -1;
}
