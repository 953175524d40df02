#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "del removes a key, once" {
  must_put key value
  run -0 raftctl del key
  assert_output --regexp '^ok  '
  run -1 raftctl get key
  run -1 raftctl del key
  assert_output --partial 'no key "key"'
}

@test "del of nonsense" {
  run -2 raftctl del
  run -2 raftctl del a b
  run -2 raftctl del ''
}
