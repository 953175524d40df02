#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "cas writes if the value is as expected" {
  must_put key 1
  run -0 raftctl cas key 1 2
  assert_equal "$(raftctl get key)" 2
}

@test "cas shows the present value when it is another" {
  must_put key 1
  run -1 raftctl cas key 7 2
  assert_output --partial '"key" is "1", not "7"'
  assert_equal "$(raftctl get key)" 1
  run -1 raftctl cas key 7 2 --json
  assert_equal "$(json '["status"], value["value"]' <<< "$output")" "('mismatch', '1')"
}

@test "cas and get show no control characters of others on a terminal" {
  must_put key $'\x1b[31mred'
  run -1 raftctl cas key $'\x07' 2
  assert_output 'raftctl: cas: "key" is "\x1b[31mred", not "\x07"'
  run -1 raftctl get $'no\x1bkey'
  assert_output 'raftctl: get: no key "no\x1bkey"'
}

@test "of many cas at once exactly one wins" {
  must_put key 0
  pids=()
  for i in 1 2 3 4 5 6; do raftctl cas key 0 "$i" > "$RAFTCTL_HOME/cas$i" 2>&1 3>&- & pids+=("$!"); done
  for pid in "${pids[@]}"; do wait "$pid" || true; done
  run grep -l '^ok' "$RAFTCTL_HOME"/cas*
  assert_equal "${#lines[@]}" 1
  winner=${lines[0]##*cas}
  assert_equal "$(raftctl get key)" "$winner"
}

@test "cas of nonsense" {
  run -1 raftctl cas nokey 1 2
  run -2 raftctl cas key 1
  run -2 raftctl cas '' 1 2
}
