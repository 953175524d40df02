#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "top draws one frame without a terminal" {
  run -0 raftctl top -n 1
  assert_output --partial default
  run -0 raftctl attach -n 1 -U
}

@test "top of a stopped cluster, and nonsense" {
  raftctl down
  run -3 raftctl top -n 1
  run -4 raftctl -c nosuch top
  run -2 raftctl top -n many
  run -2 raftctl top n1
}
