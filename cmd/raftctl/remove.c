/* SPDX-License-Identifier: MIT */
#include "remove.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <unistd.h>

/* Walks depth first without following links or leaving the file system. */
static int remove_tree(const struct call *call, const char *path)
{
    char root[PATH_MAX];
    snprintf(root, sizeof root, "%s", path);
    char *roots[] = {root, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (walk == NULL) {
        return complain(call, EXIT_FALSE, "cannot remove %s: %s", path, strerror(errno));
    }
    int code = EXIT_DONE;
    for (FTSENT *entry = fts_read(walk); entry != NULL; entry = fts_read(walk)) {
        if (entry->fts_info == FTS_D) {
            continue;
        }
        if (entry->fts_level == 0 && entry->fts_info == FTS_NS) {
            continue; /* it was never there */
        }
        bool directory = entry->fts_info == FTS_DP;
        if ((directory ? rmdir(entry->fts_path) : unlink(entry->fts_path)) != 0 &&
            errno != ENOENT) {
            code = complain(call, exit_of_errno(errno), "cannot remove %s: %s", entry->fts_path,
                            strerror(errno));
        }
    }
    fts_close(walk);
    return code;
}

int remove_cluster(const struct call *call)
{
    int code = remove_tree(call, call->paths.run);
    int data = remove_tree(call, call->paths.data);
    return code == EXIT_DONE ? data : code;
}
