#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "kill prints its line after the exit was seen" {
  pid=$(node_pid n2)
  run -0 raftctl kill n2
  assert_output --regexp '^killed n2  seq [0-9]+$'
  refute [ -e "/proc/$pid" ]
  run -0 raftctl assert down n2
}

@test "kill leader: another one is elected and acknowledged values are there" {
  must_put key value
  killed=$(kill_leader)
  refute [ "$(leader)" = "$killed" ]
  assert_equal "$(raftctl get key)" value
}

@test "kill -q prints the bare seq, --json an object" {
  run -0 raftctl -q kill n1
  assert_output --regexp '^[0-9]+$'
  run -0 raftctl kill n2 --json
  assert_equal "$(json '["nodes"]' <<< "$output")" "['n2']"
}

@test "kill of a dead node says how it died" {
  raftctl kill n2
  run -1 raftctl kill n2
  assert_output --partial "down already"
}

@test "kill -s sends another signal" {
  run -0 raftctl kill n1 -s TERM
  run -0 raftctl wait down n1
  run -0 raftctl kill n2 -s sigstop
  run -0 raftctl assert paused n2
  run -0 raftctl kill n2 -s 18
  run -0 raftctl wait up n2
  run -2 raftctl kill n2 -s SHOE
  run -2 raftctl kill n2 -s 0
  run -2 raftctl kill n2 -s 99
}

@test "kill -9 and kill -TERM are understood as kill(1) has them" {
  run -0 raftctl kill -9 n1
  assert_output --regexp '^killed n1  seq [0-9]+$'
  run -0 raftctl kill -SIGTERM n2
  run -0 raftctl wait down n2
  run -0 raftctl kill n3 -STOP
  run -0 raftctl assert paused n3
  run -2 raftctl kill -SHOE n3
  assert_output --partial 'no signal "SHOE"'
  run -2 raftctl kill -99 n3
  assert_output --partial 'no signal "99"'
}

@test "kill is told in the events without the options before it" {
  raftctl -q -c default kill -9 n2
  run -0 raftctl events --type command
  assert_output --regexp '  kill -9 n2$'
  refute_output --partial '-c default'
}

@test "an empty cluster name never reaches the default cluster" {
  run -2 raftctl -c '' kill n1
  assert_output --partial 'name is empty'
  run -2 raftctl down --wipe --yes --cluster=
  run -0 raftctl assert up all
}

@test "kill follower picks one and says which" {
  run -0 raftctl kill follower
  assert_output --regexp 'picked n[1-3]'
}

@test "kill of nobody names who is there" {
  run -4 raftctl kill n9
  assert_output "raftctl: kill: no node n9 in cluster default (it has n1..n3)"
  run -2 raftctl kill
  run -2 raftctl kill ''
  raftctl kill n1,n2
  raftctl wait no-leader
  run -6 raftctl kill leader
  assert_output --partial "nobody leads"
}
