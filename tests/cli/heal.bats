#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 5; }
teardown() { cluster_down; }

@test "heal ends all faults and is idempotent" {
  raftctl partition halves
  run -0 raftctl heal
  assert_output --regexp '^healed all  seq [0-9]+$'
  run -0 raftctl heal --all
  run -0 raftctl assert healed
}

@test "heal ends one fault by its id" {
  raftctl partition cut n1-n2
  raftctl partition cut n3-n4 --add
  id=$(raftctl faults --json | json '["faults"][0]["id"]')
  run -0 raftctl heal "$id"
  assert_equal "$(raftctl faults --json | json '["faults"].__len__()')" 1
  run -0 raftctl heal "$id"
}

@test "heal ends the faults of a node" {
  raftctl partition cut n1-n2
  raftctl partition cut n3-n4 --add
  run -0 raftctl heal n2
  run -0 raftctl faults
  assert_output --partial "n3-n4"
  refute_output --partial "n1-n2"
}

@test "heal of nothing that ever was" {
  run -4 raftctl heal f99
  assert_output --partial "no fault f99"
  run -4 raftctl heal n9
  run -2 raftctl heal bogus
  assert_output 'raftctl: heal: "bogus" is no fault (f1, ..) and no target (n1, all, leader, ..): raftctl faults lists the faults'
  run -2 raftctl heal f0
  assert_output --partial '"f0" is no fault'
  run -2 raftctl heal --all f1
  raftctl down
  run -3 raftctl heal
}
