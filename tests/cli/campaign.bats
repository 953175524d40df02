#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "campaign lets a follower ask for votes now" {
  node=$(raftctl status followers -o id | head -n 1)
  seq=$(seq_of campaign "$node")
  run -0 raftctl wait "event $node (role|substate|trace)" --after "$seq"
  wait_for leader
}

@test "campaign of the leader, of a paused node, of nobody" {
  run -1 raftctl campaign leader
  assert_output --partial "leads already"
  node=$(raftctl status followers -o id | head -n 1)
  raftctl pause "$node"
  run -1 raftctl campaign "$node"
  assert_output --partial "is paused"
  run -4 raftctl campaign n9
  run -2 raftctl campaign
  run -2 raftctl campaign n1,n2
}
