#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "start brings nodes back" {
  raftctl kill n1,n2
  run -0 raftctl start n1,n2
  assert_output --regexp '^started n1, n2  seq [0-9]+$'
  run -0 raftctl assert up all
}

@test "start of a node that is up is no error" {
  pid=$(node_pid n1)
  run -0 raftctl start n1
  assert_equal "$(node_pid n1)" "$pid"
}

@test "start adopts the nodes of a dead supervisor first" {
  pid=$(node_pid n1)
  raftctl kill n2
  kill -9 "$(supervisor_pid)"
  run -0 raftctl start n2
  assert_output --partial "adopts"
  assert_equal "$(node_pid n1)" "$pid"
  run -0 raftctl assert up all
}

@test "start of nobody, and of a stopped cluster" {
  run -4 raftctl start n9
  run -4 raftctl start down
  assert_output --partial "no node is down"
  run -2 raftctl start
  run -2 raftctl start bogus
  raftctl down
  run -3 raftctl start n1
  run -4 raftctl -c nosuch start n1
}
