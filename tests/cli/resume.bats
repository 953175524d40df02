#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "resume lets a node go on and catch up" {
  raftctl pause n2
  raftctl wait leader
  must_put key value
  run -0 raftctl resume paused
  assert_output --regexp '^resumed n2  seq [0-9]+$'
  wait_for converged
}

@test "resume of a node that runs is no error, of nobody it is" {
  run -0 raftctl resume n1
  run -4 raftctl resume paused
  assert_output --partial "no node is paused"
  run -4 raftctl resume n9
  run -2 raftctl resume
}
