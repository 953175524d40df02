#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# sim needs no cluster; what a seed brings is fixed, so these say numbers.
load cli.bash

setup() {
  cluster_home
  cd "$BATS_TEST_TMPDIR" || return 1
}
teardown() { cluster_down; }

@test "I17 sim runs a seed, the same every time" {
  run -0 raftctl sim --seed 1 --time 10
  assert_line --index 0 --regexp '^seed 1: held  5 nodes, .* hash [0-9a-f]{16}$'
  first=${output##* }
  run -0 raftctl sim --seed 1 --time 10
  assert_equal "${output##* }" "$first"
  run -0 raftctl sim --seed 2 --time 10
  assert [ "${output##* }" != "$first" ]
  assert [ ! -e sim-1.choices ]
}

@test "sim --json is one object" {
  run -0 raftctl sim --seed 3 --nodes 3 --time 10 --json
  assert_equal "$(json '["schema"]' <<< "$output")" raftctl.sim/1
  assert_equal "$(json '["verdict"]' <<< "$output")" held
  assert_equal "$(json '["checker"]' <<< "$output")" None
  assert_equal "$(json '["nodes"]' <<< "$output")" 3
}

@test "sim --seeds sums up" {
  run -0 raftctl sim --seeds 1..4 --nodes 3 --time 10
  assert_line --index 0 --partial "seeds 1..4: 4 held, 0 unsafe, 0 not live"
  run -0 raftctl sim --seeds 1..4 --nodes 3 --time 10 --json
  assert_equal "$(json '["held"]' <<< "$output")" 4
  assert_equal "$(json '["failures"]' <<< "$output")" "[]"
}

@test "I17 sim --choices and --replay give the same run without its seed" {
  run -0 raftctl sim --seed 5 --nodes 4 --time 10 --faults loss,crash,partition --choices five
  hash=${output##* }
  assert_equal "$(head -n 1 five)" "raft-choices 1"
  assert_equal "$(sed -n 3p five)" "note nodes=4 time=10000ms churn=0 faults=loss,partition,crash"
  run -0 raftctl sim --replay five
  assert_line --index 0 --partial "4 nodes"
  assert_equal "${output##* }" "$hash"
}

@test "sim --faults none is a quiet world, --trace tells it" {
  run -0 raftctl sim --seed 1 --nodes 3 --time 6 --faults none --trace
  assert_output --regexp "n[1-3] candidate -> leader"
  refute_output --partial "crashes ("
  refute_output --partial "dies between"
}

@test "sim --without leaves checkers out, and its choice log says so" {
  help=$(raftctl help sim)
  names=$(sed -n '/^checkers/,$p' <<<"$help" | grep -E '^  ([a-z-]+ ?)+$')
  assert_equal "$(wc -w <<<"$names")" 16
  all=$(tr -s ' \n' ',,' <<<"$names" | sed 's/^,//; s/,$//')
  run -0 raftctl sim --seed 5 --nodes 3 --time 10 --without "$all"
  hash=${output##* }
  run -0 raftctl sim --seed 5 --nodes 3 --time 10 --choices five --without configuration-safety
  assert_equal "${output##* }" "$hash"
  assert_equal "$(sed -n 3p five)" "note nodes=3 time=10000ms churn=0 faults=all without=configuration-safety"
  run -0 raftctl sim --replay five
  assert_equal "${output##* }" "$hash"
  run -2 raftctl sim --without configuration
  assert_output --partial "no checker is called configuration"
}

@test "sim --story plays a story" {
  run -0 raftctl sim --story "$BATS_TEST_DIRNAME/../stories/election.story"
  assert_output --partial "-> leader"
  printf 'nodes 3\nexpect leader\n' >wrong.story
  run -1 raftctl sim --story wrong.story
  assert_output --partial "raftctl: sim: wrong.story:2"
}

@test "sim refuses nonsense" {
  run -2 raftctl sim --faults nosuch
  assert_output --partial "no fault is called nosuch"
  run -2 raftctl sim --nodes 0
  run -2 raftctl sim --time 0
  run -2 raftctl sim --seeds 5
  run -2 raftctl sim --seeds 9..1
  run -2 raftctl sim --seed 1 --replay five
  run -1 raftctl sim --replay nosuch.choices
  assert_output --partial "cannot read nosuch.choices"
  echo hello >wrong
  run -1 raftctl sim --replay wrong
  assert_output --partial "wrong:1: this is no raft-choices 1 file"
  printf 'raft-choices 1\nnote nodes=99 time=1ms faults=all\n' >wrong
  run -1 raftctl sim --replay wrong
}
