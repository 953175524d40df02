/* SPDX-License-Identifier: MIT */
#include "cluster_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"

const char *cluster_file_path(const struct call *call)
{
    const char *path = options_text(&call->options, "file", NULL);
    bool has_default = path == NULL && access(CLUSTER_FILE_DEFAULT, F_OK) == 0;
    return has_default ? CLUSTER_FILE_DEFAULT : path;
}

static int load(const struct call *call, const char *path, struct raft_spec_file *file)
{
    char message[1024] = "";
    enum raft_error error = raft_spec_load(path, file, message, sizeof message);
    return error == RAFT_OK
               ? EXIT_DONE
               : complain(call, error == RAFT_PERMISSION ? EXIT_NOT_PERMITTED : EXIT_USAGE, "%s",
                          message);
}

int cluster_file_read(const struct call *call, const char *path, struct raft_spec_file **file)
{
    *file = calloc(1, sizeof **file);
    ASSERT(*file != NULL);
    int code = load(call, path, *file);
    if (code == EXIT_DONE && (*file)->notices[0] != 0) {
        say(call, "%.*s", (int)strlen((*file)->notices) - 1, (*file)->notices);
    }
    if (code != EXIT_DONE) {
        cluster_file_free(file);
    }
    return code;
}

void cluster_file_free(struct raft_spec_file **file)
{
    if (*file != NULL) {
        raft_spec_file_finish(*file);
        free(*file);
        *file = NULL;
    }
}

int cluster_file_name(const struct call *call, char *name, size_t bytes)
{
    name[0] = 0;
    if (access(CLUSTER_FILE_DEFAULT, F_OK) != 0) {
        return EXIT_DONE;
    }
    struct raft_spec_file *file = calloc(1, sizeof *file);
    ASSERT(file != NULL);
    int code = load(call, CLUSTER_FILE_DEFAULT, file);
    if (code == EXIT_DONE && (file->given & RAFT_SPEC_GIVEN_NAME) != 0) {
        snprintf(name, bytes, "%s", file->spec.name);
    }
    cluster_file_free(&file);
    return code;
}
