#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "transfer hands leadership to the named node" {
  wait_for converged
  to=$(raftctl status followers -o id | head -n 1)
  run -0 raftctl transfer "$to"
  assert_output --regexp "^$to leads now, term [0-9]+  seq [0-9]+$"
  run -0 raftctl assert "leader=$to"
}

@test "transfer without a name moves it somewhere" {
  wait_for converged
  old=$(leader)
  run -0 raftctl transfer
  run -0 raftctl assert "leader!=$old"
}

@test "transfer to who leads already, is down, or is not there" {
  run -1 raftctl transfer leader
  assert_output --partial "leads already"
  down=$(raftctl status followers -o id | head -n 1)
  raftctl kill "$down"
  run -1 raftctl transfer "$down"
  assert_output --partial "is down and cannot lead"
  run -4 raftctl transfer n9
  raftctl kill followers
  raftctl wait no-leader
  run -6 raftctl transfer
}

@test "transfer to a node that cannot hear gives up and the leader stays" {
  wait_for converged
  to=$(raftctl status followers -o id | head -n 1)
  raftctl partition isolate "$to"
  run raftctl transfer "$to" --timeout 20
  [[ $status -ne 0 ]]
  raftctl heal
  wait_for converged
}
