/* SPDX-License-Identifier: MIT
 *
 * The nodes' UDP sockets. We bind them and keep them as long as we live; a node gets a duplicate.
 * So its port stays its own while it is down, and a cluster that is being made never shares one:
 * whoever draws the ports hands over the sockets, not the numbers.
 */
#include <fcntl.h>
#include <unistd.h>

#include "cluster/spawn.h"
#include "cluster/supervisor_state.h"
#include "comms/udp_socket.h"

_Static_assert((int)RAFT_SPAWN_SOCKETS_MAX >= (int)RAFT_NODES_MAX,
               "a socket for each node can be handed on");

void raft_child_hold_port(struct raft_supervisor *supervisor, struct raft_child *child)
{
    const struct raft_spec_node *node = raft_spec_find(&supervisor->spec, child->id);
    char message[256];

    if (child->udp >= 0 || child->process.pidfd >= 0 || supervisor->leaving || node == NULL) {
        return;
    }
    if (raft_comms_socket_hold(&node->endpoint, &child->udp, message, sizeof message) != RAFT_OK) {
        child->udp = -1;
    }
}

void raft_child_release_port(struct raft_child *child)
{
    if (child->udp >= 0) {
        close(child->udp);
        child->udp = -1;
    }
}

/* Whose endpoint a socket is bound to; NULL if nobody's who has none yet. */
static struct raft_child *find_owner(struct raft_supervisor *supervisor, int fd)
{
    union raft_socket_address address;

    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        struct raft_child *child = &supervisor->children[i];
        const struct raft_spec_node *node = raft_spec_find(&supervisor->spec, child->id);

        if (child->udp < 0 && raft_endpoint_parse(&node->endpoint, &address) == RAFT_OK &&
            raft_comms_socket_is_bound(fd, &address)) {
            return child;
        }
    }
    return NULL;
}

void raft_ports_inherit(struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < supervisor->options->sockets_count; i++) {
        int fd = RAFT_SPAWN_READY_FD + 1 + (int)i;
        struct raft_child *owner = find_owner(supervisor, fd);

        if (owner != NULL && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) {
            owner->udp = fd;
        } else {
            close(fd);
        }
    }
}
