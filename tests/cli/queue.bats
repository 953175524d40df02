#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3 --app queue; }
teardown() { cluster_down; }

@test "queue: first in, first out, each message once" {
  run -0 raftctl queue topics
  assert_output ""
  run -0 raftctl queue create orders
  assert_output --regexp '^ok  n[1-3] index [0-9]+ term [0-9]+  seq [0-9]+$'
  raftctl queue create other
  for message in one two ''; do raftctl queue put orders "$message"; done
  assert_equal "$(raftctl queue topics)" "orders
other"
  assert_equal "$(raftctl queue view)" 'orders
  "one"
  "two"
  ""
other'
  assert_equal "$(raftctl queue get orders)" one
  assert_equal "$(raftctl queue get orders)" two
  run -0 raftctl queue get orders
  assert_output ""
  run -1 raftctl queue get orders
  assert_output 'raftctl: queue: no message in topic "orders"'
  raftctl wait converged
  for node in n1 n2 n3; do
    assert_equal "$(raftctl queue view --at "$node" --stale)" "orders
other"
  done
}

@test "queue: what cannot be done is 1 and says why" {
  raftctl queue create orders
  run -1 raftctl queue create orders
  assert_output 'raftctl: queue: topic "orders" is there already'
  run -1 raftctl queue put $'no\x1bsuch' message
  assert_output 'raftctl: queue: no topic "no\x1bsuch" (raftctl queue create makes one)'
  run -1 raftctl queue get nosuch
  assert_output --partial 'no topic "nosuch"'
}

@test "queue --json" {
  fields='["verb"], value["topic"], value["status"], value["message"]'
  assert_equal "$(raftctl queue create a --json | json "$fields")" "('create', 'a', 'ok', None)"
  raftctl queue put a 'x "y"'
  raftctl queue put a ''
  assert_equal "$(raftctl queue view --json | json '["topics"]')" "[{'topic': 'a', 'messages': ['x \"y\"', '']}]"
  assert_equal "$(raftctl queue topics --json | json '["topics"]')" "['a']"
  assert_equal "$(raftctl queue get a --json | json "$fields")" "('get', 'a', 'ok', 'x \"y\"')"
  assert_equal "$(raftctl queue get a --json | json "$fields")" "('get', 'a', 'ok', '')"
  run -1 raftctl queue get a --json
  assert_equal "$(json "$fields" <<< "$output")" "('get', 'a', 'empty', None)"
}

@test "queue takes any bytes and gives them back" {
  raftctl queue create raw
  printf 'a\0b\xff\n\x1b[31m' > "$RAFTCTL_HOME/message"
  raftctl queue put raw - < "$RAFTCTL_HOME/message"
  raftctl queue put raw - < "$RAFTCTL_HOME/message"
  raftctl queue put raw -- -x
  assert_equal "$(raftctl queue view)" 'raw
  "a\x00b\xff\n\x1b[31m"
  "a\x00b\xff\n\x1b[31m"
  "-x"'
  raftctl queue get raw > "$RAFTCTL_HOME/taken"
  echo >> "$RAFTCTL_HOME/message"
  cmp "$RAFTCTL_HOME/taken" "$RAFTCTL_HOME/message"
  assert_equal "$(raftctl queue get raw --json | json '["message"].encode()')" \
    "b'a\\x00b\\xef\\xbf\\xbd\\n\\x1b[31m'"
  assert_equal "$(raftctl queue get raw)" -x
}

@test "queue: a view of many pages is whole" {
  head -c 30000 /dev/zero | tr '\0' x > "$RAFTCTL_HOME/big"
  for topic in a b; do
    raftctl queue create "$topic"
    for _ in 1 2 3; do raftctl queue put "$topic" - < "$RAFTCTL_HOME/big"; done
  done
  run -0 raftctl queue view
  assert_equal "${#lines[@]}" 8
  assert_equal "${lines[0]} ${lines[4]}" "a b"
  for i in 1 2 3 5 6 7; do assert_equal "${#lines[$i]}" 30004; done
  assert_equal "$(raftctl queue view --json | json '["topics"]' | tr -d x)" \
    "[{'topic': 'a', 'messages': ['', '', '']}, {'topic': 'b', 'messages': ['', '', '']}]"
}

@test "queue beyond the bounds and of nonsense is usage" {
  run -2 raftctl queue
  for words in "create" "create a b" "put a" "put a b c" "get" "topics a" "view a" "pop a" "get a --stale"; do
    # shellcheck disable=SC2086
    run -2 raftctl queue $words
  done
  run -2 raftctl queue create ''
  run -2 raftctl queue create "$(printf 'k%.0s' {1..513})"
  assert_output --partial "too many bytes"
  head -c 32769 /dev/zero | tr '\0' x > "$RAFTCTL_HOME/big"
  run -2 raftctl queue put a - < "$RAFTCTL_HOME/big"
  assert_equal "$(raftctl queue topics)" ""
}

@test "queue: what was acknowledged outlives its leader" {
  raftctl queue create a
  raftctl queue put a 1
  kill_leader
  raftctl queue put a 2
  assert_equal "$(raftctl queue get a)" 1
  assert_equal "$(raftctl queue get a)" 2
}

@test "queue on a cluster of another app is 2" {
  raftctl -c kv up 1 -d
  run -2 raftctl -c kv queue topics
  assert_output --partial "runs the app kv, this is for queue"
}
