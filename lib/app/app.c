/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include "base/bytes.h"

void raft_app_destroy(struct raft_app **app)
{
    if (*app != NULL) {
        (*app)->ops->destroy(*app);
        *app = NULL;
    }
}

void raft_app_put_number(struct raft_app_sink *sink, uint64_t value, unsigned bytes)
{
    uint8_t at[8];
    (void)raft_bytes_put(at, value, bytes);
    raft_app_put_span(sink, (struct raft_span){at, bytes});
}

void raft_app_put_span(struct raft_app_sink *sink, struct raft_span span)
{
    if (span.bytes > 0)
        sink->write(sink, span);
}
