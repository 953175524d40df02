/* SPDX-License-Identifier: MIT */
#include "cluster/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TAIL_BYTES_MAX = 64, /* room kept behind a directory for any name of ours */
    MAKE_TRIES = 16      /* a supervisor that ends removes empty directories at the same time */
};

static bool join_path(char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *read_variable(const char *name);
static bool find_home(struct raft_paths *paths, const char *home);
static bool find_xdg(struct raft_paths *paths);
static bool find_state(char *state);
static bool is_own_directory(const char *path);
static enum raft_error make_parents(const char *path, char *message, size_t bytes);
static enum raft_error secure_directory(const char *path, char *message, size_t bytes);
static enum raft_error read_current(const char *path, char *chosen, size_t bytes, char *message,
                                    size_t message_bytes);

bool raft_paths_is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-";
    size_t bytes = strlen(name);
    return bytes >= 1 && bytes <= RAFT_CLUSTER_NAME_MAX && name[0] != '.' && name[0] != '-' &&
           strspn(name, letters) == bytes;
}

enum raft_error raft_paths_for(const char *name, struct raft_paths *paths, char *message,
                               size_t message_bytes)
{
    memset(paths, 0, sizeof *paths);
    if (!raft_paths_is_name(name)) {
        snprintf(message, message_bytes,
                 "'%.64s' is no cluster name: 1 to %d of a-z A-Z 0-9 . _ -, not starting with . "
                 "or -",
                 name, RAFT_CLUSTER_NAME_MAX);
        return RAFT_INVALID;
    }
    snprintf(paths->name, sizeof paths->name, "%s", name);
    const char *home = read_variable("RAFTCTL_HOME");
    bool is_found = home != NULL ? find_home(paths, home) : find_xdg(paths);
    if (!is_found || !join_path(paths->run, "%s/%s", paths->runs, name) ||
        !join_path(paths->data, "%s/%s", paths->datas, name)) {
        snprintf(message, message_bytes,
                 "the path of cluster %s is longer than %d bytes: set a "
                 "shorter RAFTCTL_HOME",
                 name, PATH_MAX - TAIL_BYTES_MAX);
        return RAFT_TOO_LARGE;
    }
    return RAFT_OK;
}

enum raft_error raft_paths_make(const struct raft_paths *paths, char *message, size_t message_bytes)
{
    const char *const wanted[] = {paths->runs, paths->run, paths->datas, paths->data};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        enum raft_error error = RAFT_NOT_FOUND;
        for (int tries = 0; tries < MAKE_TRIES && error == RAFT_NOT_FOUND; tries++) {
            error = make_parents(wanted[i], message, message_bytes);
        }
        if (error == RAFT_NOT_FOUND) { /* Its parent is there, but nothing can be made in it. */
            error = RAFT_PERMISSION;
        }
        if (error == RAFT_OK) {
            error = secure_directory(wanted[i], message, message_bytes);
        }
        if (error != RAFT_OK) {
            return error;
        }
    }
    return RAFT_OK;
}

void raft_paths_table(const struct raft_paths *paths, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/table", paths->run);
}

void raft_paths_lock(const struct raft_paths *paths, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/lock", paths->run);
}

void raft_paths_control(const struct raft_paths *paths, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/ctl", paths->run);
}

void raft_paths_node_socket(const struct raft_paths *paths, raft_id id, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/n%u.sock", paths->run, id);
}

void raft_paths_spec(const struct raft_paths *paths, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/cluster.json", paths->data);
}

void raft_paths_node_data(const struct raft_paths *paths, raft_id id, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/n%u", paths->data, id);
}

void raft_paths_node_log(const struct raft_paths *paths, raft_id id, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/n%u.log", paths->data, id);
}

void raft_paths_node_new(const struct raft_paths *paths, raft_id id, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/n%u.new", paths->data, id);
}

void raft_paths_start(const struct raft_paths *paths, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/start.json", paths->data);
}

void raft_paths_supervisor_log(const struct raft_paths *paths, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/supervisor.log", paths->data);
}

enum raft_error raft_paths_choose(const char *name, char *chosen, size_t bytes, char *message,
                                  size_t message_bytes)
{
    const char *from = name;
    if (from == NULL || from[0] == 0) {
        from = read_variable("RAFTCTL_CLUSTER");
    }
    struct raft_paths paths;
    enum raft_error error =
        raft_paths_for(from == NULL ? "default" : from, &paths, message, message_bytes);
    if (error != RAFT_OK || from != NULL) {
        snprintf(chosen, bytes, "%s", paths.name);
        return error;
    }
    return read_current(paths.current, chosen, bytes, message, message_bytes);
}

static enum raft_error read_current(const char *path, char *chosen, size_t bytes, char *message,
                                    size_t message_bytes)
{
    snprintf(chosen, bytes, "default");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return RAFT_OK;
    }
    char text[RAFT_CLUSTER_NAME_MAX + 2] = "";
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    int cause = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (got < 0) {
        snprintf(message, message_bytes, "cannot read %s: %s", path, strerror(cause));
        return raft_error_of_errno(cause);
    }
    text[strcspn(text, "\n")] = 0;
    if (!raft_paths_is_name(text)) {
        snprintf(message, message_bytes,
                 "%s holds no cluster name: choose one by `raftctl use "
                 "NAME` or -c",
                 path);
        return RAFT_INVALID;
    }
    snprintf(chosen, bytes, "%s", text);
    return RAFT_OK;
}

/* False: the path leaves no room for the names below it. */
static bool join_path(char *path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int bytes = vsnprintf(path, PATH_MAX, format, arguments);
    va_end(arguments);
    return bytes > 0 && bytes < PATH_MAX - TAIL_BYTES_MAX;
}

/* An empty variable counts as unset. */
static const char *read_variable(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == 0 ? NULL : value;
}

/* Everything below one folder; a relative one counts from the working directory. */
static bool find_home(struct raft_paths *paths, const char *home)
{
    char here[PATH_MAX] = "";
    if (home[0] != '/' && getcwd(here, sizeof here) == NULL) {
        return false;
    }
    const char *slash = home[0] == '/' ? "" : "/";
    return join_path(paths->runs, "%s%s%s/run", here, slash, home) &&
           join_path(paths->datas, "%s%s%s/data", here, slash, home) &&
           join_path(paths->current, "%s%s%s/current", here, slash, home);
}

/* A relative or foreign $XDG_RUNTIME_DIR is ignored, as its specification asks. */
static bool find_xdg(struct raft_paths *paths)
{
    char state[PATH_MAX];
    if (!find_state(state) || !join_path(paths->datas, "%s/raftctl", state) ||
        !join_path(paths->current, "%s/raftctl/.current", state)) {
        return false;
    }
    const char *runtime = read_variable("XDG_RUNTIME_DIR");
    if (runtime != NULL && runtime[0] == '/' && is_own_directory(runtime)) {
        return join_path(paths->runs, "%s/raftctl", runtime);
    }
    return join_path(paths->runs, "/tmp/raftctl-%u", geteuid());
}

static bool find_state(char *state)
{
    const char *set = read_variable("XDG_STATE_HOME");
    if (set != NULL && set[0] == '/') {
        return join_path(state, "%s", set);
    }
    const char *home = read_variable("HOME");
    if (home != NULL && home[0] == '/') {
        return join_path(state, "%s/.local/state", home);
    }
    return join_path(state, "/tmp/raftctl-%u/state", geteuid());
}

static bool is_own_directory(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == geteuid() &&
           access(path, W_OK | X_OK) == 0;
}

/* mkdir -p, 0700. */
static enum raft_error make_parents(const char *path, char *message, size_t bytes)
{
    char part[PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *at = part + 1;; at++) {
        if (*at != '/' && *at != 0) {
            continue;
        }
        bool is_last = *at == 0;
        *at = 0;
        int cause = mkdir(part, 0700) != 0 ? errno : 0;
        if (cause != 0 && cause != EEXIST && access(part, F_OK) != 0) {
            snprintf(message, bytes,
                     "cannot make the directory %s: %s (RAFTCTL_HOME names another place)", part,
                     strerror(cause));
            return raft_error_of_errno(cause);
        }
        if (is_last) {
            return RAFT_OK;
        }
        *at = '/';
    }
}

/* In /tmp anybody may have been there first: a symbolic link or a stranger's directory is refused,
 * and what is ours is closed to others. */
static enum raft_error secure_directory(const char *path, char *message, size_t bytes)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat about;
    enum raft_error error = RAFT_OK;
    if (fd < 0 || fstat(fd, &about) != 0) {
        int cause = errno;
        snprintf(message, bytes, "%s is no directory of ours: %s", path,
                 cause == ELOOP || cause == ENOTDIR ? "it is a symbolic link or a file"
                                                    : strerror(cause));
        error = cause == ELOOP || cause == ENOTDIR ? RAFT_PERMISSION : raft_error_of_errno(cause);
    } else if (about.st_uid != geteuid()) {
        snprintf(message, bytes, "%s belongs to user %u: remove it or set RAFTCTL_HOME", path,
                 about.st_uid);
        error = RAFT_PERMISSION;
    } else if ((about.st_mode & 077) != 0 && fchmod(fd, 0700) != 0) {
        snprintf(message, bytes, "cannot close %s to others: %s", path, strerror(errno));
        error = RAFT_PERMISSION;
    }
    if (fd >= 0) {
        close(fd);
    }
    return error;
}
