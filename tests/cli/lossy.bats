#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# clusters/lossy.yaml live: five nodes, a fifth of all messages lost, others late, doubled, overtaken.
load cli.bash

setup() {
  cluster_home
  file=$BATS_TEST_DIRNAME/../../clusters/lossy.yaml
  raftctl up -f "$file" --detach > /dev/null
}
teardown() { cluster_down; }

@test "faults of a file: there at each start, healed until the next" {
  run -0 raftctl events
  assert_line --partial "f1 made: link * loss=20% dup=10% reorder=10% delay=10ms jitter=5ms"
  assert_line --partial "f2 made: link n5 corrupt=5%"
  raftctl heal f2
  run -0 raftctl up -f "$file" --detach
  run -0 raftctl faults
  assert_equal "${#lines[@]}" 2
  kill -9 "$(supervisor_pid)"
  raftctl restart n1
  run -0 raftctl faults
  assert_equal "${#lines[@]}" 2
  raftctl down
  raftctl up --detach
  run -0 raftctl faults
  assert_equal "${#lines[@]}" 3
  sed 's/20%/30%/' "$file" > "$RAFTCTL_HOME/other.yaml"
  run -2 raftctl up -f "$RAFTCTL_HOME/other.yaml" --detach
  assert_output --partial "other faults"
  run -0 raftctl config -f "$file"
  assert_line 'from the start: link n5 corrupt=5%'
  assert_equal "$(raftctl config -f "$file" --json | json '["faults"][1]["link"]')" "{'corrupt_percent': 5.0}"
}

# What all nodes have counted together: total shaped.delayed
total() {
  local node
  for node in n1 n2 n3 n4 n5; do raftctl inspect "$node"; done |
    awk -v name="$1" '$1 == name { sum += $2 } END { print sum }'
}

@test "E3 20 % loss, doubles, reordering and delay: it goes on, and what was acknowledged is there" {
  run -0 raftctl put counter 0 --timeout 60
  for turn in {1..15}; do # run has an i of its own
    run -0 raftctl put "key$turn" "$turn" --timeout 60
    run -0 raftctl cas counter $((turn - 1)) "$turn" --timeout 60
  done
  raftctl kill leader
  for turn in {16..30}; do
    run -0 raftctl put "key$turn" "$turn" --timeout 60
  done
  raftctl start down
  for turn in {1..30}; do
    assert_equal "key$turn $(raftctl get "key$turn" --timeout 60)" "key$turn $turn"
  done
  assert_equal "$(raftctl get counter --timeout 60)" 15
  for what in dropped.lost shaped.delayed shaped.duplicated shaped.reordered; do
    [[ $(total $what) -gt 0 ]] || fail "nothing was counted as $what"
  done
  raftctl heal
  wait_for healed converged
  for turn in {1..30}; do
    assert_equal "key$turn $(raftctl get "key$turn")" "key$turn $turn"
  done
}
