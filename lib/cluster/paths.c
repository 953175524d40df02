/* SPDX-License-Identifier: MIT */
#include "cluster/paths.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM_FOR_FILES = 64 }; /* longest "/name" that is put behind a directory of ours */

bool raft_paths_is_name(const char *name)
{
    size_t length = strlen(name);

    if (length == 0 || length > RAFT_CLUSTER_NAME_MAX || name[0] == '.' || name[0] == '-') {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)name[i]) && strchr("._-", name[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* The value of a variable that is set, not empty and absolute, else NULL (XDG: others are ignored).
 */
static const char *absolute_variable(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && value[0] == '/' ? value : NULL;
}

/* All clusters' folders, before any name is known. */
static enum raft_error fill_roots(struct raft_paths *paths, char *message, size_t message_bytes)
{
    const char *home = getenv("RAFTCTL_HOME");
    const char *state = absolute_variable("XDG_STATE_HOME");
    const char *runtime = absolute_variable("XDG_RUNTIME_DIR");
    char folder[PATH_MAX - 128];
    char resolved[PATH_MAX];
    int length;

    if (home != NULL && home[0] != 0) {
        if (home[0] != '/' && getcwd(resolved, sizeof resolved) != NULL) {
            length = snprintf(folder, sizeof folder, "%s/%s", resolved, home);
        } else {
            length = snprintf(folder, sizeof folder, "%s", home);
        }
        if (length < 0 || (size_t)length >= sizeof folder) {
            snprintf(message, message_bytes, "RAFTCTL_HOME is too long a path");
            return RAFT_TOO_LARGE;
        }
        snprintf(paths->runs, sizeof paths->runs, "%s/run", folder);
        snprintf(paths->datas, sizeof paths->datas, "%s/data", folder);
        snprintf(paths->current, sizeof paths->current, "%s/current", folder);
        return RAFT_OK;
    }
    if (state != NULL) {
        length = snprintf(folder, sizeof folder, "%s", state);
    } else if (absolute_variable("HOME") != NULL) {
        length = snprintf(folder, sizeof folder, "%s/.local/state", getenv("HOME"));
    } else {
        snprintf(message, message_bytes,
                 "no place for data: set HOME, XDG_STATE_HOME or RAFTCTL_HOME");
        return RAFT_INVALID;
    }
    if (length < 0 || (size_t)length >= sizeof folder ||
        (runtime != NULL && strlen(runtime) >= sizeof folder)) {
        snprintf(message, message_bytes, "the home folder is too long a path");
        return RAFT_TOO_LARGE;
    }
    snprintf(paths->datas, sizeof paths->datas, "%s/raftctl", folder);
    snprintf(paths->current, sizeof paths->current, "%s/raftctl/.current", folder);
    if (runtime != NULL) {
        snprintf(paths->runs, sizeof paths->runs, "%.*s/raftctl", (int)sizeof folder, runtime);
    } else {
        snprintf(paths->runs, sizeof paths->runs, "/tmp/raftctl-%u", (unsigned)getuid());
    }
    return RAFT_OK;
}

enum raft_error raft_paths_for(const char *name, struct raft_paths *paths, char *message,
                               size_t message_bytes)
{
    enum raft_error error;

    memset(paths, 0, sizeof *paths);
    if (!raft_paths_is_name(name)) {
        snprintf(message, message_bytes,
                 "\"%.40s\" is no cluster name: 1 to %d letters, digits, '.', '_' or '-', not "
                 "starting with '.' or '-'",
                 name, RAFT_CLUSTER_NAME_MAX);
        return RAFT_INVALID;
    }
    error = fill_roots(paths, message, message_bytes);
    if (error != RAFT_OK) {
        return error;
    }
    if (strlen(paths->runs) + RAFT_CLUSTER_NAME_MAX + ROOM_FOR_FILES > PATH_MAX ||
        strlen(paths->datas) + RAFT_CLUSTER_NAME_MAX + ROOM_FOR_FILES > PATH_MAX) {
        snprintf(message, message_bytes, "the home folder is too long a path");
        return RAFT_TOO_LARGE;
    }
    snprintf(paths->name, sizeof paths->name, "%.*s", RAFT_CLUSTER_NAME_MAX, name);
    snprintf(paths->run, sizeof paths->run, "%.*s/%s", PATH_MAX - 64, paths->runs, paths->name);
    snprintf(paths->data, sizeof paths->data, "%.*s/%s", PATH_MAX - 64, paths->datas, paths->name);
    return RAFT_OK;
}

/* Makes a folder and those above it, the new ones 0700. */
static int make_folders(const char *path)
{
    char partial[PATH_MAX];
    size_t length = strlen(path);

    memcpy(partial, path, length + 1);
    for (size_t i = 1; i < length; i++) {
        if (partial[i] == '/') {
            partial[i] = 0;
            if (mkdir(partial, 0700) != 0 && errno != EEXIST) {
                return -1;
            }
            partial[i] = '/';
        }
    }
    return mkdir(partial, 0700) != 0 && errno != EEXIST ? -1 : 0;
}

/* A folder that others could have planted (in /tmp) must be a real one and ours alone. */
static enum raft_error check_folder(const char *path, char *message, size_t message_bytes)
{
    struct stat facts;

    if (lstat(path, &facts) != 0 || !S_ISDIR(facts.st_mode)) {
        snprintf(message, message_bytes, "%s is no folder", path);
        return RAFT_INVALID;
    }
    if (facts.st_uid != getuid()) {
        snprintf(message, message_bytes,
                 "%s belongs to user %u: set XDG_RUNTIME_DIR or RAFTCTL_HOME to a folder of yours",
                 path, (unsigned)facts.st_uid);
        return RAFT_PERMISSION;
    }
    if ((facts.st_mode & 077) != 0 && chmod(path, 0700) != 0) {
        snprintf(message, message_bytes, "%s is open to others: %s", path, strerror(errno));
        return RAFT_PERMISSION;
    }
    return RAFT_OK;
}

static enum raft_error make_folder(const char *path, char *message, size_t message_bytes)
{
    int reason;

    if (make_folders(path) == 0) {
        if (access(path, W_OK | X_OK) == 0) {
            return RAFT_OK;
        }
    }
    reason = errno;
    snprintf(message, message_bytes, "cannot make or write %s: %s", path, strerror(reason));
    return reason == ENOSPC || reason == EDQUOT ? RAFT_FULL : RAFT_PERMISSION;
}

enum raft_error raft_paths_make(const struct raft_paths *paths, char *message, size_t message_bytes)
{
    enum raft_error error = make_folder(paths->data, message, message_bytes);

    if (error == RAFT_OK) {
        error = make_folder(paths->run, message, message_bytes);
    }
    if (error == RAFT_OK) {
        error = check_folder(paths->runs, message, message_bytes);
    }
    if (error == RAFT_OK) {
        error = check_folder(paths->run, message, message_bytes);
    }
    return error;
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

void raft_paths_supervisor_log(const struct raft_paths *paths, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/supervisor.log", paths->data);
}

/* Reads the name that `use` wrote; false if there is none. */
static bool read_current(const char *path, char *name, size_t bytes)
{
    FILE *file = fopen(path, "re");
    bool found = file != NULL && fgets(name, (int)bytes, file) != NULL;

    if (file != NULL) {
        fclose(file);
    }
    if (found) {
        name[strcspn(name, "\n")] = 0;
    }
    return found && name[0] != 0;
}

enum raft_error raft_paths_choose(const char *name, char *chosen, size_t bytes, char *message,
                                  size_t message_bytes)
{
    struct raft_paths paths;
    const char *variable = getenv("RAFTCTL_CLUSTER");
    char current[RAFT_CLUSTER_NAME_MAX + 2];
    enum raft_error error = raft_paths_for("default", &paths, message, message_bytes);

    if (error != RAFT_OK) {
        return error;
    }
    if (name == NULL && variable != NULL && variable[0] != 0) {
        name = variable;
    }
    if (name == NULL && read_current(paths.current, current, sizeof current)) {
        name = current;
    }
    if (name == NULL) {
        name = "default";
    }
    error = raft_paths_for(name, &paths, message, message_bytes);
    if (error == RAFT_OK) {
        snprintf(chosen, bytes, "%s", paths.name);
    }
    return error;
}
