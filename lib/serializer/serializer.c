/* SPDX-License-Identifier: MIT */
#include "serializer/serializer.h"

#include "base/port.h"

const char *raft_reply_status_name(enum raft_reply_status status)
{
    switch (status) {
#define X(name, value, text)                                                                       \
    case RAFT_REPLY_##name:                                                                        \
        return text;
        RAFT_REPLIES(X)
#undef X
    }
    return "unknown status";
}

enum raft_error raft_serializer_check(const struct raft_serializer *serializer, char *message,
                                      size_t message_bytes)
{
#define X(op) {#op, offsetof(struct raft_serializer_ops, op)},
    static const struct raft_port_op ops[] = {
        X(name) X(encode) X(decode) X(entry_bytes) X(encode_record) X(decode_record) X(encode_dict)
            X(decode_dict)
    };
#undef X
    static const struct raft_port port = {"serializer", RAFT_SERIALIZER_VERSION,
                                          sizeof ops / sizeof ops[0], ops};
    return raft_port_check(&port, serializer->ops, message, message_bytes);
}
