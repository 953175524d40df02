#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "assert is true or false now" {
  run -0 raftctl assert leader "up all"
  run -1 raftctl assert "term>=99999"
  assert_output --partial "not true"
  assert_output --partial "term>=99999: "
  run -1 raftctl assert not leader
}

@test "assert --json" {
  assert_equal "$(raftctl assert leader --json | json '["holds"]')" True
  run -1 --separate-stderr raftctl assert no-leader --json
  assert_equal "$(json '["holds"]' <<< "$output")" False
}

@test "assert looks at events after a seq" {
  seq=$(seq_of pause n1)
  run -0 raftctl assert "event n1 process" --after "$seq"
  run -1 raftctl assert "event n2 process" --after "$seq"
}

@test "assert refuses nonsense" {
  run -2 raftctl assert
  run -2 raftctl assert "state n1=boss"
  run -4 raftctl -c nosuch assert leader
}
