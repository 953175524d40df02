/* SPDX-License-Identifier: MIT
 *
 * What went wrong with a server. Handled errors (it goes on) are kept in a list, the newest
 * RAFT_ERRORS_KEPT of them, that anybody may read and clear; unhandled ones (it cannot go on) are
 * appended to the error file, between lines that begin with START and END.
 */
#ifndef RAFT_SERVER_ERRORS_H
#define RAFT_SERVER_ERRORS_H

#include "server/embed.h"

struct raft_server_errors;

/* path of the error file; NULL = none. Copied. */
struct raft_server_errors *raft_errors_create(const char *path, raft_id self);

void raft_errors_handled(struct raft_server_errors *errors, enum raft_server_trouble trouble,
                         const char *text);
void raft_errors_unhandled(struct raft_server_errors *errors, enum raft_server_trouble trouble,
                           const char *text);
void raft_errors_free(struct raft_server_errors **errors);

#endif
