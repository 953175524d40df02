#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "faults lists id, kind, target, age and end" {
  run -0 --separate-stderr raftctl faults
  assert_output ""
  raftctl partition cut n1-n2 --for 10m
  run -0 raftctl faults
  assert_line --index 0 --regexp '^ID +KIND +TARGET +AGE +ENDS$'
  assert_line --index 1 --regexp '^f[0-9]+ +cut +n1-n2 +[0-9.]+ s +in [0-9.]+ s$'
  run -0 raftctl faults --json
  assert_equal "$(json '["faults"][0]["kind"]' <<< "$output")" cut
}

@test "faults of nothing" {
  run -2 raftctl faults f1
  assert_output 'raftctl: faults: one argument too many, "f1": raftctl faults'
  run -4 raftctl -c nosuch faults
  raftctl down
  run -3 raftctl faults
}
