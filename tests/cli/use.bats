#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

@test "use makes a cluster the one that is meant" {
  raftctl -c a up 1 -d
  raftctl -c b up 1 -d
  run -0 raftctl use b
  run -0 raftctl status
  assert_line --partial 'b: '
  RAFTCTL_CLUSTER=a run -0 raftctl status
  assert_line --partial 'a: '
  RAFTCTL_CLUSTER=b run -0 raftctl -c a status
  assert_line --partial 'a: '
}

@test "use --json says which one" {
  raftctl -c a up 1 -d
  run -0 --separate-stderr raftctl use a --json
  assert_equal "$(json '["schema"], value["cluster"]' <<< "$output")" "('raftctl.use/1', 'a')"
  assert_equal "$stderr" ""
}

@test "use of an unknown or impossible name changes nothing" {
  raftctl -c a up 1 -d
  raftctl use a
  run -4 raftctl use nosuch
  assert_output --partial "no cluster nosuch (there is: a: -c NAME or raftctl use NAME means one; raftctl -c nosuch up makes it)"
  run -2 raftctl use ../a
  run -2 raftctl use
  run -0 raftctl status
  assert_line --partial 'a: '
}
