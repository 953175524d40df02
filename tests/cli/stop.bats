#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "stop ends a node cleanly and it stays down" {
  run -0 raftctl stop n2
  assert_output --regexp '^stopped n2  seq [0-9]+$'
  run -0 raftctl assert down n2
  assert_equal "$(raftctl status n2 -o json | json '["nodes"][0]["exit"]["asked"]')" True
}

@test "stop ends a paused node too" {
  raftctl pause n2
  run -0 raftctl stop n2 -t 1
  run -0 raftctl assert down n2
}

@test "stop of nobody" {
  run -4 raftctl stop n9
  run -2 raftctl stop
  run -2 raftctl stop n1 n2
  run -2 raftctl stop n1 -t soon
}
