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
  run -0 raftctl sim --seed 1 --nodes 3 --time 10 --faults none --trace
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

@test "sim --story says what is no story" {
  run -1 raftctl sim --story .
  assert_output "raftctl: sim: cannot read .: Is a directory"
  printf '# A goal, and nothing else.\n\n[    0.000] n1 starts\n' >empty.story
  run -1 raftctl sim --story empty.story
  assert_line "raftctl: sim: empty.story:3: there is no command in it"
  yes 'nodes 3' | head -c 5M >large.story
  run -1 raftctl sim --story large.story
  assert_output "raftctl: sim: cannot read large.story: File too large"
  printf 'nodes 3\nstart all\nrun until leader within=1ms\n' >wrong.story
  run -1 raftctl sim --story wrong.story
  assert_line "raftctl: sim: wrong.story:3: in vain: it is not so: leader (leader: none)"
  run -2 raftctl sim --story wrong.story --json
  assert_output --partial "a story has no answer in JSON: leave --json out"
}

@test "the story of raftctl-story(7) plays, and the page has every command" {
  page=$BATS_TEST_DIRNAME/../../man/raftctl-story.7
  sed -n '/^\.SH EXAMPLES/,/^\.fi/p' "$page" | grep -v '^\.' >page.story
  run -0 raftctl sim --story page.story
  raftctl sim --story page.story | diff - <(raftctl sim --story <(raftctl sim --story page.story))
  manual=$(sed 's/\\f[BIR]//g; s/\\//g; s/^\.B[IR]* //' "$page")
  names=$(sed -nE 's/^    \{"([a-z]+)",( "\1.*|)$/\1/p' "$BATS_TEST_DIRNAME/../../lib/sim/story_commands.c")
  assert [ "$(wc -w <<<"$names")" -ge 30 ]
  for name in $names; do
    grep -qE "(^| )$name( |$)" <<<"$manual" || fail "raftctl-story(7) lacks $name"
  done
}

@test "sim --minimise of a run that holds says so" {
  run -0 raftctl sim --seed 1 --time 10 --faults none --minimise small
  assert_line "nothing to minimise: the run held"
  assert [ ! -e small ]
}

@test "sim refuses nonsense" {
  run -2 raftctl sim --faults nosuch
  assert_output --partial "no fault is called nosuch"
  run -2 raftctl sim --nodes 0
  run -2 raftctl sim --time 0
  run -2 raftctl sim --time 9.9
  assert_output --partial "--time: at least 10 s are needed"
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
