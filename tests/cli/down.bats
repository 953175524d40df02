#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "down stops everything and keeps the data" {
  must_put key value
  run -0 raftctl down
  assert_output --regexp 'default is down  seq [0-9]+'
  assert_equal "$(cluster_processes)" ""
  run -3 raftctl status
  raftctl up -d
  assert_equal "$(raftctl get key)" value
}

@test "down of a stopped cluster is no error, of an unknown one it is" {
  raftctl down
  run -0 raftctl down
  assert_output --partial "is not running"
  run -0 --separate-stderr raftctl down --json
  assert_equal "$(json '["verb"], value["seq"]' <<< "$output")" "('down', None)"
  run -4 raftctl -c nosuch down
  assert_output --partial "no cluster nosuch"
  run -4 raftctl -c nosuch down --wipe --yes
}

@test "down --wipe needs --yes in scripts and removes the data" {
  run -5 raftctl down --wipe < /dev/null
  assert_output --partial "--yes"
  run -0 raftctl status
  run -0 raftctl down --wipe --yes
  run -4 raftctl status
  refute [ -e "$RAFTCTL_HOME/data/default" ]
}

@test "down --all ends every cluster" {
  raftctl -c other up 1 -d
  run -0 raftctl down --all
  run -3 raftctl status
  run -3 raftctl -c other status
}

@test "down finds the nodes of a dead supervisor" {
  kill -9 "$(supervisor_pid)"
  run -0 raftctl down
  assert_equal "$(cluster_processes)" ""
}

@test "down stops paused nodes too" {
  raftctl pause n2
  run -0 raftctl down
  assert_equal "$(cluster_processes)" ""
}

@test "down takes no arguments" {
  run -2 raftctl down n1
  run -2 raftctl down --timeout soon
}
