/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include "base/bytes.h"
#include "base/port.h"

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

enum raft_error raft_app_check(const struct raft_app *app, char *message, size_t message_bytes)
{
#define X(op) {#op, offsetof(struct raft_app_ops, op)},
    static const struct raft_port_op ops[] = {
        X(apply) X(query) X(digest) X(snapshot) X(restore) X(destroy)
    };
#undef X
    static const struct raft_port port = {"app", RAFT_APP_VERSION, sizeof ops / sizeof ops[0], ops};
    return raft_port_check(&port, app->ops, message, message_bytes);
}
