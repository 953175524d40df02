/* SPDX-License-Identifier: MIT */
#include "clusters.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"

static int compare_names(const void *left, const void *right)
{
    return strcmp(left, right);
}

int clusters_call(const struct call *from, const char *name, struct call *call)
{
    char message[256] = "";
    *call = *from;
    call->shm = NULL;
    call->view = NULL;
    enum raft_error error = raft_paths_for(name, &call->paths, message, sizeof message);
    return error == RAFT_OK ? EXIT_DONE : complain(from, exit_of(error), "%s", message);
}

static void add_name(struct clusters *clusters, const char *name)
{
    clusters->names = realloc(clusters->names, (clusters->count + 1) * sizeof clusters->names[0]);
    ASSERT(clusters->names != NULL);
    snprintf(clusters->names[clusters->count], sizeof clusters->names[0], "%.*s",
             RAFT_CLUSTER_NAME_MAX, name);
    clusters->count++;
}

int clusters_list(const struct call *call, struct clusters *clusters)
{
    struct call one;
    memset(clusters, 0, sizeof *clusters);
    int code = clusters_call(call, "default", &one); /* any name tells the folders */
    if (code != EXIT_DONE) {
        return code;
    }
    DIR *dir = opendir(one.paths.datas);
    if (dir == NULL && exit_of_errno(errno) == EXIT_NOT_PERMITTED) {
        return complain(call, EXIT_NOT_PERMITTED, "cannot look into %s: %s", one.paths.datas,
                        strerror(errno));
    }
    if (dir == NULL) {
        return EXIT_DONE; /* nothing was ever made here */
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (raft_paths_is_name(entry->d_name) &&
            clusters_call(call, entry->d_name, &one) == EXIT_DONE && call_exists(&one)) {
            add_name(clusters, entry->d_name);
        }
    }
    closedir(dir);
    if (clusters->count > 0) {
        qsort(clusters->names, clusters->count, sizeof clusters->names[0], compare_names);
    }
    return EXIT_DONE;
}

void clusters_free(struct clusters *clusters)
{
    free(clusters->names);
    memset(clusters, 0, sizeof *clusters);
}

int clusters_use(const struct call *call)
{
    char fresh[PATH_MAX + 8];
    snprintf(fresh, sizeof fresh, "%s.new", call->paths.current);
    FILE *file = fopen(fresh, "we");
    bool ok = file != NULL && fprintf(file, "%s\n", call->paths.name) > 0;
    ok = file != NULL && fclose(file) == 0 && ok;
    ok = ok && rename(fresh, call->paths.current) == 0;
    return ok ? EXIT_DONE
              : complain(call, exit_of_errno(errno), "cannot write %s: %s", call->paths.current,
                         strerror(errno));
}

void clusters_forget(const struct call *call)
{
    char text[RAFT_CLUSTER_NAME_MAX + 2] = "";
    FILE *file = fopen(call->paths.current, "re");
    if (file == NULL) {
        return;
    }
    bool is_read = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    text[strcspn(text, "\n")] = 0;
    if (is_read && strcmp(text, call->paths.name) == 0) {
        (void)unlink(call->paths.current); /* A name of nothing left behind is no harm. */
    }
}
