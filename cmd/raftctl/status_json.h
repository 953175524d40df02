/* SPDX-License-Identifier: MIT
 *
 * The view as JSON, in the shape "raftctl.status/1" of the manual: lower-case names, integers for
 * indexes, null for what is not known. Keys are added with time, never changed.
 */
#ifndef RAFTCTL_STATUS_JSON_H
#define RAFTCTL_STATUS_JSON_H

#include "cluster/target.h"
#include "json/json.h"

/* only: the nodes to tell about; NULL = all. */
struct raft_json *status_json(const struct raft_view *view, const struct raft_target *only);

struct raft_json *status_json_node(const struct raft_view *view, const struct raft_view_node *node);
struct raft_json *status_json_faults(const struct raft_view *view);
struct raft_json *status_json_config(const struct raft_view *view);
struct raft_json *status_json_links(const struct raft_view *view);

/* "n3"; none (null) for 0. */
void status_json_id(struct raft_json *to, const char *key, raft_id id);

/* "127.0.0.1:9101", or "-" if the port is 0; host need not be terminated. */
void status_endpoint(const char host[46], uint16_t port, char *text, size_t bytes);

/* How bad a link is: a share in percent, a time in milliseconds; what is 0 is left out. */
void status_json_add_link(struct raft_json *to, const struct raft_link *shape);

/* Is this node an end of a link that the fault cuts? */
bool status_fault_touches(const struct raft_fault *fault, uint32_t slot);

#endif
