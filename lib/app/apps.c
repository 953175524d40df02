/* SPDX-License-Identifier: MIT */
#include "app/apps.h"

#include <string.h>

static const struct {
    const char *name;
    struct raft_app *(*create)(void);
    bool (*describe)(struct raft_span command, struct raft_app_words *words);
} apps[] = {
#define X(name, create, describe) {name, create, describe},
    RAFT_APPS(X)
#undef X
};

enum { APPS = sizeof apps / sizeof apps[0] };

struct raft_app *raft_app_make(const char *name)
{
    for (size_t i = 0; i < APPS; i++) {
        if (strcmp(apps[i].name, name) == 0)
            return apps[i].create();
    }
    return NULL;
}

bool raft_app_exists(const char *name)
{
    for (size_t i = 0; i < APPS; i++) {
        if (strcmp(apps[i].name, name) == 0)
            return true;
    }
    return false;
}

const char *raft_app_name(size_t n)
{
    return n < APPS ? apps[n].name : NULL;
}

bool raft_app_describe(struct raft_span command, struct raft_app_words *words)
{
    for (size_t i = 0; i < APPS; i++) {
        if (apps[i].describe(command, words))
            return true;
    }
    return false;
}
