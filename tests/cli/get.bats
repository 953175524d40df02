#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "get prints the value raw" {
  must_put key 'a  b'
  run -0 --separate-stderr raftctl get key
  assert_output 'a  b'
  assert_equal "$(raftctl get key --json | json '["value"]')" 'a  b'
}

@test "get of a missing key is 1" {
  run -1 --separate-stderr raftctl get nokey
  assert_output ""
  [[ $stderr == *'no key "nokey"'* ]]
  run -1 raftctl get nokey --json
  assert_equal "$(json '["status"], value["value"]' <<< "$output")" "('not_found', None)"
}

@test "get of nonsense" {
  run -2 raftctl get
  run -2 raftctl get ''
  run -2 raftctl get a b
  run -4 raftctl -c nosuch get a
}
