#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# clusters/figure7.yaml live: a start state with a leader that nobody elected and all followers of the
# Raft paper's figure 7.
load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

# The terms of a node's log, in one line.
terms() { raftctl log "$1" | awk 'NR > 1 { printf "%s%s", between, $2; between = " " }'; }

@test "I11 to I14, H19: figure 7 is repaired by the leader's first own entry, and not before" {
  raftctl up -f "$BATS_TEST_DIRNAME/../../clusters/figure7.yaml" --detach > /dev/null 2>&1
  wait_for leader=n1
  wait_for substate n5=synced
  run -0 raftctl status
  assert_line --index 0 --partial "leader n1, term 8, commit 0"
  assert_equal "$(terms n1)" "1 1 1 4 4 5 5 6 6 6"
  assert_equal "$(terms n5)" "1 1 1 4 4 5 5 6 6 6 7 7"
  run -0 raftctl logs n1
  assert_output --partial "start state: leader of term 8, voted for n1, log of 10 entries"
  assert_output --partial "forced by the start state: leader of term 8"
  refute_output --partial "election"
  must_put anything 1
  wait_for converged
  for node in n1 n2 n3 n4 n5 n6 n7; do
    assert_equal "$(terms "$node")" "1 1 1 4 4 5 5 6 6 6 8"
  done
  # Its nodes are called as they are in the paper.
  assert_equal "$(raftctl status b,f -o id,name)" $'n3\tb\nn7\tf'
  assert_equal "$(terms f)" "1 1 1 4 4 5 5 6 6 6 8"
  # A start state is where a store begins: the second life begins where the first one ended.
  raftctl kill n1 > /dev/null
  wait_for leader
  raftctl start n1 > /dev/null
  wait_for converged
  run -0 raftctl get anything
  assert_output 1
  run -0 raftctl logs n1
  assert_equal "$(grep -c "forced by the start state" <<< "$output")" 1
}
