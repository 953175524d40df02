#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

@test "ls of nothing says so on stderr" {
  run -0 --separate-stderr raftctl ls
  assert_output ""
  [[ $stderr == *"no clusters yet"* ]]
}

@test "ls marks the current cluster and tells the stopped ones" {
  raftctl -c a up 1 -d
  raftctl -c b up 1 -d
  raftctl -c b down
  raftctl use a
  run -0 raftctl ls
  assert_line --regexp '^\* +a +(healthy|degraded) +1/1 +n1 +kv +lan$'
  assert_line --regexp '^ +b +stopped +0/1 +- +kv +lan$'
}

@test "ls --json" {
  raftctl -c a up 1 -d
  run -0 --separate-stderr raftctl ls --json
  assert_equal "$(json '["clusters"][0]["name"]' <<< "$output")" a
  assert_equal "$(json '["clusters"][0]["running"]' <<< "$output")" True
}

@test "ls takes no arguments" {
  run -2 raftctl ls a
}
