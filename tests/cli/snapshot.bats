#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

log_of() { raftctl status --json | json "[\"nodes\"][int(\"${1#n}\") - 1]$2"; }

@test "snapshot takes the place of the oldest entries" {
  for i in 1 2 3 4; do must_put "k$i" "v$i"; done
  wait_for converged
  node=$(leader)
  run -0 raftctl snapshot "$node" --keep 2
  assert_output --regexp "^$node has a snapshot of entry [0-9]+  seq [0-9]+$"
  index=$(log_of "$node" '["snapshot"]["index"]')
  assert_equal "$(log_of "$node" '["log"]["first"]')" $((index - 1))
  assert_equal "$(log_of "$node" '["log"]["last"]')" "$index"
  run -0 raftctl snapshot "$node"
  assert_output --partial "has a snapshot of entry $index already"
  run -0 raftctl log "$node" 1..3 --json
  assert_output ""
  run -0 raftctl restart "$node"
  wait_for converged
  assert_equal "$(raftctl get k1)" v1
}

# The way of a node that was away for long: what it needs is gone from the leader's log.
@test "snapshot brings a node back that was away for long" {
  wait_for converged
  away=$(raftctl status followers -o id | head -n 1)
  raftctl kill "$away"
  for i in 1 2 3 4 5; do must_put "k$i" "v$i"; done
  for node in n1 n2 n3; do
    [[ $node = "$away" ]] || raftctl snapshot "$node" --keep 0 > /dev/null
  done
  must_put k6 v6
  seq=$(seq_of start "$away")
  wait_for converged
  run -0 raftctl wait "event $away .*snapshot installed" --after "$seq"
  assert_equal "$(log_of "$away" '["snapshot"]["index"]')" "$(log_of "$(leader)" '["snapshot"]["index"]')"
  # It can go on from there, also after another end.
  raftctl kill "$away"
  must_put k7 v7
  raftctl start "$away"
  wait_for converged
  seq=$(seq_of transfer "$away")
  wait_for "leader=$away" --after "$seq"
  for i in 1 6 7; do assert_equal "$(raftctl get "k$i")" "v$i"; done
}

@test "snapshot of a large state goes in many pieces, past lost ones" {
  wait_for converged
  away=$(raftctl status followers -o id | head -n 1)
  raftctl kill "$away"
  head -c 30000 /dev/zero | tr '\0' x > "$BATS_TEST_TMPDIR/value"
  for i in $(seq 40); do raftctl put "large$i" - < "$BATS_TEST_TMPDIR/value" > /dev/null; done
  for node in n1 n2 n3; do
    [[ $node = "$away" ]] || raftctl snapshot "$node" --keep 0 > /dev/null
  done
  raftctl partition isolate "$away"
  seq=$(seq_of start "$away")
  raftctl heal > /dev/null
  wait_for converged
  run -0 raftctl wait "event $away .*snapshot installed" --after "$seq"
  run -0 raftctl inspect "$away" --json
  assert [ "$(json '["self"]["snapshot"]["bytes"]' <<< "$output")" -gt 1000000 ]
}

@test "snapshot of a node that is paused, down, or not there" {
  raftctl pause n1
  run -1 raftctl snapshot n1
  assert_output --partial "is paused"
  raftctl kill n2
  run -1 raftctl snapshot n2
  run -4 raftctl snapshot n9
  run -2 raftctl snapshot
  run -2 raftctl snapshot n3 --keep many
}
