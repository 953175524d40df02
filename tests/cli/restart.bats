#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "restart gives a node a new process and keeps its data" {
  must_put key value
  pid=$(node_pid n1)
  run -0 raftctl restart n1
  assert_output --regexp '^restarted n1  seq [0-9]+$'
  refute [ "$(node_pid n1)" = "$pid" ]
  wait_for converged
}

@test "restart all comes back with every value" {
  must_put key value
  run -0 raftctl restart all
  wait_for leader
  assert_equal "$(raftctl get key)" value
}

@test "restart starts a dead node" {
  raftctl kill n1
  run -0 raftctl restart n1
  run -0 raftctl assert up n1
}

@test "restart of nobody" {
  run -4 raftctl restart n9
  run -2 raftctl restart
}
