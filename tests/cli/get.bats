#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "get prints the value raw" {
  must_put key 'a  b'
  run -0 --separate-stderr raftctl get key
  assert_output 'a  b'
  assert_equal "$(raftctl get key --json | json '["value"]')" 'a  b'
}

@test "get of a missing key is 1" {
  run -1 --separate-stderr raftctl get nokey
  assert_output ""
  [[ $stderr == *'no key "nokey"'* ]]
  run -1 raftctl get nokey --json
  assert_equal "$(json '["status"], value["value"]' <<< "$output")" "('not_found', None)"
}

@test "get of nonsense" {
  run -2 raftctl get
  run -2 raftctl get ''
  run -2 raftctl get a b
  run -4 raftctl -c nosuch get a
}

@test "B30 get leaves no entry in the log" {
  log='["leader"], [(node["term"], node["log"]["last"]) for node in value["nodes"]]'
  must_put key one
  raftctl wait converged
  before=$(raftctl status --json | json "$log")
  for _ in 1 2 3; do assert_equal "$(raftctl get key)" one; done
  assert_equal "$(raftctl status --json | json "$log")" "$before"
}

@test "B30 get from each node sees what was just acknowledged" {
  for value in one two three; do
    must_put key "$value"
    for node in n1 n2 n3; do
      assert_equal "$(raftctl get key --at "$node")" "$value"
    done
  done
}

@test "B30 get of a node cut off is refused, --stale shows what it has" {
  must_put key old
  follower=$(raftctl status --json |
    json '["leader"] and [node["id"] for node in value["nodes"] if node["id"] != value["leader"]][0]')
  assert_equal "$(raftctl get key --at "$follower")" old
  raftctl partition isolate "$follower"
  must_put key new
  run -6 raftctl get key --at "$follower" -t 5
  assert_equal "$(raftctl get key --at "$follower" --stale)" old
  raftctl heal
  raftctl wait converged
  assert_equal "$(raftctl get key --at "$follower" --stale)" new
}
