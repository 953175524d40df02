/* SPDX-License-Identifier: MIT */
#include "top/table.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

enum { EVENTS_AT_ONCE = 20000 };

/* Which file the path names now; false: none. */
static bool find_file(const struct raft_paths *paths, dev_t *device, ino_t *inode)
{
    char path[PATH_MAX];
    struct stat status;
    raft_paths_table(paths, path, sizeof(path));
    if (stat(path, &status) != 0) {
        return false;
    }
    *device = status.st_dev;
    *inode = status.st_ino;
    return true;
}

enum raft_error top_table_open(struct top_table *table, const struct raft_paths *paths,
                               bool with_bell, char *message, size_t message_bytes)
{
    char path[PATH_MAX];
    *table = (struct top_table){.paths = paths, .cursor = {.next = 1}};
    raft_paths_table(paths, path, sizeof(path));
    if (!find_file(paths, &table->device, &table->inode)) {
        snprintf(message, message_bytes, "cluster %s is not running; raftctl -c %s up starts it",
                 paths->name, paths->name);
        return RAFT_NOT_FOUND;
    }
    enum raft_error error = raft_shm_open(path, false, &table->shm, message, message_bytes);
    if (error != RAFT_OK) {
        return error;
    }
    table->bell = with_bell ? top_bell_start(table->shm) : NULL;
    return RAFT_OK;
}

void top_table_close(struct top_table *table)
{
    top_bell_stop(&table->bell);
    raft_shm_close(&table->shm);
}

bool top_table_check(struct top_table *table)
{
    dev_t device = 0;
    ino_t inode = 0;
    bool there = find_file(table->paths, &device, &inode);
    if (table->shm && there && device == table->device && inode == table->inode) {
        return false;
    }
    bool had = table->shm != NULL;
    top_table_close(table);
    if (!there) {
        return had;
    }
    char
        message[256]; /* Not readable yet, or for ever: the screen says that the cluster is down. */
    return top_table_open(table, table->paths, true, message, sizeof(message)) == RAFT_OK || had;
}

void top_table_look(struct top_table *table, struct top_model *model, uint64_t real)
{
    if (!table->shm) {
        top_model_vanish(model, real);
        return;
    }
    raft_view_read(table->shm, &model->view);
    model->gone = model->view.health == RAFT_HEALTH_DOWN && !model->view.supervised;
    struct raft_shm_event event;
    for (int i = 0; i < EVENTS_AT_ONCE; i++) {
        if (!raft_shm_event_next(table->shm, &table->cursor, &event)) {
            break;
        }
        top_model_event(model, &event);
    }
    model->lost = table->cursor.lost;
    top_model_update(model, real);
}

bool top_table_is_behind(const struct top_table *table)
{
    return table->shm && table->cursor.next <= raft_shm_seq(table->shm);
}

int top_table_bell_fd(const struct top_table *table)
{
    return table->bell ? top_bell_fd(table->bell) : -1;
}
