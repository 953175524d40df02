#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

@test "help lists every command, help COMMAND explains it" {
  run -0 raftctl help
  assert_line --regexp '^  up \[N\] +start or resume'
  refute_output --partial supervise
  run -0 raftctl help partition
  assert_line --index 0 "usage: raftctl [-c NAME] partition [options] KIND [ARGUMENT...]"
  assert_line --partial -- "--for T"
  run -0 raftctl partition --help
  assert_line --partial -- "--for T"
  run -0 raftctl help ps
  assert_line --index 0 --partial "status"
  run -0 raftctl --help
}

@test "help: one empty line parts the pieces of each page, and none ends it" {
  commands=$(raftctl help | awk '/^[^ ]/ { inside = $1 == "commands:" } inside && /^  [a-z]/ { print $1 }')
  assert [ "$(wc -l <<< "$commands")" -ge 30 ]
  for command in $commands; do
    raftctl help "$command" > "$BATS_TEST_TMPDIR/page"
    run -0 awk 'NF == 0 && was == 0 { print FNR } { was = NF } END { if (NF == 0) print "end" }' was=1 "$BATS_TEST_TMPDIR/page"
    assert_equal "$command:$output" "$command:"
  done
}

@test "help exit-codes is the table" {
  run -0 raftctl help exit-codes
  assert_line --regexp '^ +0  done'
  assert_line --regexp '^ +124  time-out'
}

@test "--json is refused where there is no JSON to give" {
  for command in help "help up" "up --help" "completion bash" top "top -n 1"; do
    # shellcheck disable=SC2086
    run -2 --separate-stderr raftctl $command --json
    assert_equal "$output" ""
    [[ $stderr == "raftctl: "*": "*" has no answer in JSON: leave --json out" ]]
  done
  run -2 raftctl --json --help
  assert_output "raftctl: help: --help has no answer in JSON: leave --json out"
}

@test "without a command, with an unknown one, with an unknown option" {
  run -2 raftctl
  assert_output --partial "usage: raftctl"
  run -2 raftctl stauts
  assert_output "raftctl: no command stauts; did you mean status?"
  run -2 raftctl xyzzy
  assert_output --partial "raftctl help lists them"
  run -2 raftctl --bogus status
  run -2 raftctl status --bogus
  assert_output --partial "--bogus"
  run -2 raftctl help xyzzy
  run -2 raftctl help supervise
}
