/* SPDX-License-Identifier: MIT */
#include "app/app.h"

void raft_app_destroy(struct raft_app **app)
{
    if (*app != NULL) {
        (*app)->ops->destroy(*app);
        *app = NULL;
    }
}
