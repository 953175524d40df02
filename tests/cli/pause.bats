#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "pause stops a node without killing it" {
  pid=$(node_pid n2)
  run -0 raftctl pause n2
  assert_output --regexp '^paused n2  seq [0-9]+$'
  run -0 raftctl assert paused n2
  assert_equal "$(node_pid n2)" "$pid"
}

@test "pause leader: another one leads" {
  old=$(leader)
  seq=$(seq_of pause leader)
  run -0 raftctl wait "leader!=$old" --after "$seq"
  must_put key value
}

@test "pause of a dead node or nobody" {
  raftctl kill n2
  run -1 raftctl pause n2
  assert_output --partial "n2 is down"
  run -4 raftctl pause n9
  run -2 raftctl pause
}
