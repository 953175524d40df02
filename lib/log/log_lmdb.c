/* SPDX-License-Identifier: MIT
 *
 * The table on LMDB: one environment a directory, with LMDB's default durability. A commit writes
 * pages, syncs them and then writes one meta page synchronously. Of a failing commit nobody can
 * tell from its error alone whether the sync or the meta page had begun, so all of them are
 * RAFT_IO, but for two that come before the first byte: MDB_MAP_FULL (only the page allocator says
 * that), and a disk without room, which is found by allocating the file's blocks ahead of the
 * commit (directory.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/assert.h"
#include "log/directory.h"
#include "log/table.h"

#define MAP_BYTES_DEFAULT (64ULL << 30)
#define MAP_BYTES_LEAST   (16ULL << 20)

enum {
    PAGES_SLACK = 64, /* of one transaction besides its records: paths, free list, names */
    RECORD_SLACK = 64 /* bytes of a record besides its own: key and node header */
};

struct raft_table {
    MDB_env *env;
    MDB_txn *txn;     /* the write transaction under way, or NULL */
    MDB_dbi numbered; /* integer keys */
    MDB_dbi named;    /* string keys */
    unsigned page_bytes;
    int file_fd; /* LMDB's own descriptor of the data file */
    struct raft_directory_space space;
    uint64_t new_bytes; /* that the transaction may take of the disk, at most */
    bool is_new;
    bool is_broken; /* a commit ended in an unknown outcome: nothing is written any more */
};

struct raft_table_view {
    struct raft_table *table;
    MDB_txn *txn;
    MDB_cursor *cursor;
    uint64_t index; /* where the cursor stands, 0 = nowhere */
};

static enum raft_error translate_code(int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return RAFT_OK;
    case MDB_NOTFOUND: /* whoever asks for a record knows that it was written */
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
        return RAFT_CORRUPT;
    case MDB_MAP_FULL:
        return RAFT_FULL;
    case MDB_VERSION_MISMATCH:
        return RAFT_VERSION;
    case MDB_INCOMPATIBLE:
        return RAFT_FOREIGN;
    default: /* LMDB's rarer codes are negative and mean IO to us, the rest is errno */
        return code < 0 ? RAFT_IO : raft_error_of_errno(code);
    }
}

/* In a write transaction only full and corrupt are of use, all else ends the process. */
static enum raft_error translate_change(int code)
{
    enum raft_error error = translate_code(code);
    return error == RAFT_OK || error == RAFT_FULL || error == RAFT_CORRUPT ? error : RAFT_IO;
}

static MDB_val make_key(const size_t *index)
{
    return (MDB_val){.mv_size = sizeof(*index), .mv_data = (void *)(uintptr_t)index};
}

static MDB_val make_name(const char *name)
{
    return (MDB_val){.mv_size = strlen(name), .mv_data = (void *)(uintptr_t)name};
}

static struct raft_span make_span(const MDB_val *value)
{
    return (struct raft_span){.data = value->mv_data, .bytes = value->mv_size};
}

bool raft_table_is_new(const struct raft_table *table)
{
    return table->is_new;
}

enum raft_error raft_table_sync(struct raft_table *table)
{
    if (table->is_broken || mdb_env_sync(table->env, 1) != 0) {
        table->is_broken = true;
        return RAFT_IO;
    }
    return RAFT_OK;
}

enum raft_error raft_table_begin(struct raft_table *table)
{
    ASSERT(table->txn == NULL);
    table->new_bytes = 0;
    if (table->is_broken) {
        return RAFT_IO;
    }
    return translate_change(mdb_txn_begin(table->env, NULL, 0, &table->txn));
}

/* What a record may take of the disk, at most. */
static void count_bytes(struct raft_table *table, size_t bytes)
{
    bool is_small = bytes < table->page_bytes / 4;
    table->new_bytes += is_small ? 2 * (bytes + RECORD_SLACK) : bytes + 2UL * table->page_bytes;
}

enum raft_error raft_table_put(struct raft_table *table, const char *name, struct raft_span record)
{
    MDB_val key = make_name(name);
    MDB_val value = {.mv_size = record.bytes, .mv_data = (void *)(uintptr_t)record.data};
    count_bytes(table, record.bytes);
    return translate_change(mdb_put(table->txn, table->named, &key, &value, 0));
}

enum raft_error raft_table_remove(struct raft_table *table, const char *name)
{
    MDB_val key = make_name(name);
    return translate_change(mdb_del(table->txn, table->named, &key, NULL));
}

enum raft_error raft_table_append(struct raft_table *table, uint64_t index, size_t bytes, void **to)
{
    size_t number = index;
    MDB_val key = make_key(&number);
    MDB_val value = {.mv_size = bytes};
    int code = mdb_put(table->txn, table->numbered, &key, &value, MDB_APPEND | MDB_RESERVE);
    count_bytes(table, bytes);
    *to = value.mv_data;
    return translate_change(code);
}

enum raft_error raft_table_get(struct raft_table *table, uint64_t index, struct raft_span *record)
{
    size_t number = index;
    MDB_val key = make_key(&number);
    MDB_val value = {.mv_size = 0};
    enum raft_error error = translate_change(mdb_get(table->txn, table->numbered, &key, &value));
    *record = make_span(&value);
    return error;
}

static enum raft_error drop_end(struct raft_table *table, MDB_cursor_op end, uint64_t count)
{
    MDB_cursor *cursor;
    int code = mdb_cursor_open(table->txn, table->numbered, &cursor);
    if (code != 0) {
        return translate_change(code);
    }
    for (; count > 0 && code == 0; count--) {
        MDB_val key;
        MDB_val value;
        code = mdb_cursor_get(cursor, &key, &value, end);
        code = code == 0 ? mdb_cursor_del(cursor, 0) : code;
    }
    mdb_cursor_close(cursor);
    return translate_change(code);
}

enum raft_error raft_table_drop(struct raft_table *table, uint64_t count)
{
    return drop_end(table, MDB_LAST, count);
}

enum raft_error raft_table_drop_first(struct raft_table *table, uint64_t count)
{
    return drop_end(table, MDB_FIRST, count);
}

/* Blocks for the worst case: every record on pages of its own, nothing reused. */
static enum raft_error reserve_space(struct raft_table *table)
{
    MDB_envinfo info;
    if (mdb_env_info(table->env, &info) != 0) {
        return RAFT_IO;
    }
    uint64_t pages = info.me_last_pgno + 1 + PAGES_SLACK;
    return raft_directory_reserve(&table->space, table->file_fd,
                                  pages * table->page_bytes + table->new_bytes);
}

enum raft_error raft_table_commit(struct raft_table *table)
{
    enum raft_error error = reserve_space(table);
    if (error != RAFT_OK) {
        raft_table_abort(table);
    } else {
        int code = mdb_txn_commit(table->txn);
        error = code == 0 ? RAFT_OK : code == MDB_MAP_FULL ? RAFT_FULL : RAFT_IO;
        table->txn = NULL;
    }
    table->is_broken = error != RAFT_OK && error != RAFT_FULL;
    return error;
}

void raft_table_abort(struct raft_table *table)
{
    mdb_txn_abort(table->txn);
    table->txn = NULL;
    /* A dead reader may pin the pages that were missing; if it stays, the next try is full too. */
    (void)mdb_reader_check(table->env, NULL);
}

enum raft_error raft_table_view_open(struct raft_table *table, struct raft_table_view **view)
{
    struct raft_table_view *made = calloc(1, sizeof(*made));
    *view = NULL;
    if (made == NULL) {
        return RAFT_MEMORY;
    }
    made->table = table;
    int code = mdb_txn_begin(table->env, NULL, MDB_RDONLY, &made->txn);
    code = code == 0 ? mdb_cursor_open(made->txn, table->numbered, &made->cursor) : code;
    *view = made;
    if (code != 0) {
        raft_table_view_close(view);
    }
    return translate_code(code);
}

void raft_table_view_close(struct raft_table_view **view)
{
    if (*view == NULL) {
        return;
    }
    if ((*view)->cursor != NULL) {
        mdb_cursor_close((*view)->cursor);
    }
    if ((*view)->txn != NULL) {
        mdb_txn_abort((*view)->txn);
    }
    free(*view);
    *view = NULL;
}

enum raft_error raft_table_view_get(struct raft_table_view *view, uint64_t index,
                                    struct raft_span *record)
{
    size_t number = index;
    MDB_val key = make_key(&number);
    MDB_val value = {.mv_size = 0};
    bool follows = view->index != 0 && index == view->index + 1;
    int code = mdb_cursor_get(view->cursor, &key, &value, follows ? MDB_NEXT : MDB_SET_KEY);
    view->index = index;
    if (code != 0) {
        return translate_code(code);
    }
    *record = make_span(&value);
    bool is_right = key.mv_size == sizeof(number) && memcmp(key.mv_data, &index, key.mv_size) == 0;
    return is_right ? RAFT_OK : RAFT_CORRUPT;
}

enum raft_error raft_table_view_named(struct raft_table_view *view, const char *name,
                                      struct raft_span *record)
{
    MDB_val key = make_name(name);
    MDB_val value = {.mv_size = 0};
    enum raft_error error = translate_code(mdb_get(view->txn, view->table->named, &key, &value));
    *record = make_span(&value);
    return error;
}

enum raft_error raft_table_view_measure(struct raft_table_view *view, uint64_t *count,
                                        uint64_t *last)
{
    MDB_stat stat;
    MDB_val key = {.mv_size = 0};
    MDB_val value;
    *count = 0;
    *last = 0;
    int code = mdb_stat(view->txn, view->table->numbered, &stat);
    if (code != 0 || stat.ms_entries == 0) {
        return translate_code(code);
    }
    *count = stat.ms_entries;
    code = mdb_cursor_get(view->cursor, &key, &value, MDB_LAST);
    view->index = 0;
    if (code == 0 && key.mv_size == sizeof(*last)) {
        memcpy(last, key.mv_data, sizeof(*last));
    }
    return translate_code(code);
}

/* Begins the transaction that makes both databases; a file with others is somebody else's. */
static enum raft_error create_databases(struct raft_table *table)
{
    MDB_stat stat;
    int code = mdb_env_stat(table->env, &stat);
    if (code != 0 || stat.ms_entries > 0) {
        return code != 0 ? translate_code(code) : RAFT_FOREIGN;
    }
    table->is_new = true;
    enum raft_error error = raft_table_begin(table);
    if (error != RAFT_OK) {
        return error;
    }
    code = mdb_dbi_open(table->txn, "named", MDB_CREATE, &table->named);
    if (code == 0) {
        code = mdb_dbi_open(table->txn, "numbered", MDB_CREATE | MDB_INTEGERKEY, &table->numbered);
    }
    return translate_change(code);
}

static enum raft_error open_databases(struct raft_table *table,
                                      const struct raft_table_options *options)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(table->env, NULL, MDB_RDONLY, &txn);
    if (code != 0) {
        return translate_code(code);
    }
    code = mdb_dbi_open(txn, "named", 0, &table->named);
    if (code == 0) {
        code = mdb_dbi_open(txn, "numbered", MDB_INTEGERKEY, &table->numbered);
    }
    if (code == 0) {
        return translate_code(mdb_txn_commit(txn)); /* of a read: keeps the handles open */
    }
    mdb_txn_abort(txn);
    if (code != MDB_NOTFOUND) {
        return translate_code(code);
    }
    return options->read_only ? RAFT_NOT_FOUND : create_databases(table);
}

/* A truncated file would be a SIGBUS as soon as a page behind its end is looked at. */
static enum raft_error check_file(struct raft_table *table)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct stat file;
    if (mdb_env_get_fd(table->env, &table->file_fd) != 0 || mdb_env_info(table->env, &info) != 0 ||
        mdb_env_stat(table->env, &stat) != 0 || fstat(table->file_fd, &file) != 0 ||
        fcntl(table->file_fd, F_SETFD, FD_CLOEXEC) != 0) { /* LMDB leaves that out */
        return RAFT_IO;
    }
    table->page_bytes = stat.ms_psize;
    table->space.bytes_max = info.me_mapsize;
    uint64_t used = (info.me_last_pgno + 1) * stat.ms_psize;
    return used > (uint64_t)file.st_size ? RAFT_CORRUPT : RAFT_OK;
}

/* 0 or a code; the environment is gone unless 0. */
static int open_environment(struct raft_table *table, const struct raft_table_options *options,
                            size_t map_bytes)
{
    unsigned flags = MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0U);
    int code = mdb_env_create(&table->env);
    if (code != 0) {
        return code;
    }
    code = mdb_env_set_maxdbs(table->env, 2);
    code = code == 0 ? mdb_env_set_mapsize(table->env, map_bytes) : code;
    code = code == 0 ? mdb_env_open(table->env, options->directory, flags, 0600) : code;
    if (code != 0) {
        mdb_env_close(table->env);
        table->env = NULL;
    }
    return code;
}

/* The wished map, or under a limit on address space (RLIMIT_AS) one that it allows. */
static int open_largest(struct raft_table *table, const struct raft_table_options *options)
{
    struct rlimit limit;
    size_t map_bytes = options->map_bytes != 0 ? options->map_bytes : (size_t)MAP_BYTES_DEFAULT;
    bool is_limited = options->map_bytes == 0 && getrlimit(RLIMIT_AS, &limit) == 0 &&
                      limit.rlim_cur != RLIM_INFINITY;
    while (is_limited && map_bytes > limit.rlim_cur / 4 && map_bytes > MAP_BYTES_LEAST) {
        map_bytes /= 2;
    }
    int code = open_environment(table, options, map_bytes);
    bool is_free = options->map_bytes == 0;
    /* EINVAL is what a size beyond the address space gives, as under valgrind. */
    while ((code == ENOMEM || code == EINVAL) && is_free && map_bytes > MAP_BYTES_LEAST) {
        map_bytes /= 4;
        code = open_environment(table, options, map_bytes);
    }
    return code;
}

enum raft_error raft_table_open(const struct raft_table_options *options, struct raft_table **table,
                                char *message, size_t message_bytes)
{
    *table = calloc(1, sizeof(**table));
    if (*table == NULL) {
        snprintf(message, message_bytes, "log: cannot open %s: out of memory", options->directory);
        return RAFT_MEMORY;
    }
    int code = open_largest(*table, options);
    enum raft_error error = translate_code(code);
    if (error != RAFT_OK) {
        snprintf(message, message_bytes, "log: cannot open %s: %s", options->directory,
                 mdb_strerror(code));
    } else {
        error = check_file(*table);
        error = error == RAFT_OK ? open_databases(*table, options) : error;
        snprintf(message, message_bytes, "log: cannot use %s/data.mdb: %s", options->directory,
                 raft_error_text(error));
    }
    if (error != RAFT_OK) {
        raft_table_close(table);
    }
    return error;
}

void raft_table_close(struct raft_table **table)
{
    if (*table == NULL) {
        return;
    }
    if ((*table)->txn != NULL) {
        raft_table_abort(*table);
    }
    if ((*table)->env != NULL) {
        mdb_env_close((*table)->env);
    }
    free(*table);
    *table = NULL;
}
