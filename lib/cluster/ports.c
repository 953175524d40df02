/* SPDX-License-Identifier: MIT
 *
 * The nodes' sockets (hold.h). We bind them and keep them as long as we live; a node gets a
 * duplicate of the one for UDP. So its ports stay its own while it is down, and a cluster that is
 * being made never shares one: whoever draws the ports hands over the sockets, not the numbers.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cluster/hold.h"
#include "cluster/spawn.h"
#include "cluster/supervisor_state.h"

_Static_assert((int)RAFT_SPAWN_SOCKETS_MAX >= (int)RAFT_SPEC_SOCKETS_MAX,
               "all sockets of a new cluster can be handed on");

void raft_child_hold_ports(struct raft_supervisor *supervisor, struct raft_child *child)
{
    const struct raft_spec_node *node = raft_spec_find(&supervisor->spec, child->id);
    char message[256];

    if (child->process.pidfd >= 0 || supervisor->leaving || node == NULL) {
        return;
    }
    for (int i = 0; i < RAFT_HOLDS; i++) {
        const struct raft_endpoint *endpoint = raft_hold_endpoint((enum raft_hold)i, node);

        if (child->held[i] < 0 && endpoint != NULL &&
            raft_hold_port((enum raft_hold)i, endpoint, &child->held[i], message, sizeof message) !=
                RAFT_OK) {
            child->held[i] = -1;
        }
    }
}

void raft_child_release_ports(struct raft_child *child)
{
    for (int i = 0; i < RAFT_HOLDS; i++) {
        if (child->held[i] >= 0) {
            close(child->held[i]);
            child->held[i] = -1;
        }
    }
}

/* Takes a socket that holds a port of this node; false if it holds none that it lacks. */
static bool take_socket(struct raft_supervisor *supervisor, struct raft_child *child, int fd)
{
    const struct raft_spec_node *node = raft_spec_find(&supervisor->spec, child->id);

    for (int i = 0; i < RAFT_HOLDS; i++) {
        const struct raft_endpoint *endpoint = raft_hold_endpoint((enum raft_hold)i, node);

        if (child->held[i] < 0 && endpoint != NULL &&
            raft_hold_is((enum raft_hold)i, fd, endpoint)) {
            child->held[i] = fd;
            return true;
        }
    }
    return false;
}

void raft_child_take_sockets(struct raft_supervisor *supervisor, struct raft_child *child,
                             struct raft_spec_sockets *sockets)
{
    for (uint32_t i = 0; i < sockets->count; i++) {
        if (!take_socket(supervisor, child, sockets->fds[i])) {
            close(sockets->fds[i]);
        }
    }
    sockets->count = 0;
}

void raft_ports_inherit(struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < supervisor->options->sockets_count; i++) {
        int fd = RAFT_SPAWN_READY_FD + 1 + (int)i;
        bool is_taken = false;

        for (uint32_t j = 0; !is_taken && j < supervisor->children_count; j++) {
            is_taken = take_socket(supervisor, &supervisor->children[j], fd);
        }
        if (!is_taken) {
            close(fd);
        } else if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
            fprintf(stderr, "supervisor: descriptor %d stays open in nodes\n", fd);
        }
    }
}
