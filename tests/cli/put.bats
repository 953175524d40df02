#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "put writes a value and says where" {
  run -0 raftctl put colour blue
  assert_output --regexp '^ok  n[1-3] index [0-9]+ term [0-9]+  seq [0-9]+$'
  assert_equal "$(raftctl get colour)" blue
  run -0 raftctl put colour red --json
  assert_equal "$(json '["status"]' <<< "$output")" ok
}

@test "put - reads the value from stdin, any bytes up to the bound" {
  printf 'two\nlines' | raftctl put text -
  assert_equal "$(raftctl get text)" "two
lines"
  head -c 32768 /dev/zero | tr '\0' x > "$RAFTCTL_HOME/big"
  raftctl put big - < "$RAFTCTL_HOME/big"
  assert_equal "$(raftctl get big | wc -c)" 32769
}

@test "put takes an empty value and awkward words" {
  run -0 raftctl put empty ''
  assert_equal "$(raftctl get empty)" ""
  run -0 raftctl put -- -key -value
  assert_equal "$(raftctl get -- -key)" -value
  run -0 raftctl put number -5
  assert_equal "$(raftctl get number)" -5
}

@test "put beyond the bounds is usage, and nothing is sent" {
  run -2 raftctl put '' value
  run -2 raftctl put "$(printf 'k%.0s' {1..513})" value
  assert_output --partial "too many bytes"
  head -c 32769 /dev/zero | tr '\0' x > "$RAFTCTL_HOME/big"
  run -2 raftctl put key - < "$RAFTCTL_HOME/big"
  run -2 raftctl put key
  run -2 raftctl put key two words
  run -2 raftctl put key value --timeout soon
}

@test "put without a quorum: 6 or 7, never 0" {
  raftctl kill followers
  run raftctl put key value --timeout 2
  [[ $status -eq 6 || $status -eq 7 ]]
  assert_output --partial "a quorum is 2"
}

@test "put --at a follower is refused there" {
  node=$(raftctl status followers -o id | head -n 1)
  run -6 raftctl put key value --at "$node" --timeout 2
  run -4 raftctl put key value --at n9
}

@test "put follows a leader that moved" {
  must_put a 1
  kill_leader
  run -0 raftctl put a 2
  assert_equal "$(raftctl get a)" 2
}

@test "put into a stopped or unknown cluster" {
  run -4 raftctl -c nosuch put key value
  raftctl down
  run -3 raftctl put key value
}
