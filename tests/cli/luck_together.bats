#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Several people at one cluster at once.

load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

@test "several first ups of one cluster at once make one cluster" {
  local pids=() pid
  for i in 1 2 3 4; do
    raftctl up 3 -d --timing fast > "$BATS_TEST_TMPDIR/up$i" 2>&1 3>&- &
    pids+=("$!")
  done
  for pid in "${pids[@]}"; do
    wait "$pid" || { cat "$BATS_TEST_TMPDIR"/up*; return 1; }
  done
  raftctl wait 'up all' converged
  raftctl put a 1
  run raftctl get a
  assert_output 1
  run pgrep -c -f "raftnode .*$RAFTCTL_HOME/"
  assert_output 3
}

@test "nobody starts a cluster whose first up still holds its ports" {
  data=$RAFTCTL_HOME/data/default
  mkdir -p "$data" && chmod 700 "$RAFTCTL_HOME/data" "$data"
  mkfifo "$data/supervisor.log" # the first up stands still when it starts its supervisor
  raftctl up 3 -d > "$RAFTCTL_HOME/first" 2>&1 3>&- &
  first=$!
  until [[ -e $data/cluster.json ]]; do kill -0 "$first"; done
  run -3 raftctl start n1
  run -3 raftctl put key value
  raftctl up -d > "$RAFTCTL_HOME/second" 2>&1 3>&- &
  second=$!
  cat "$data/supervisor.log" > "$RAFTCTL_HOME/log" 3>&- &
  wait "$first"
  wait "$second"
  rm "$data/supervisor.log"
  run -0 raftctl status -o restarts
  assert_output "0
0
0"
  run -0 raftctl events --type process
  refute_output --partial "exit 75"
}

@test "puts of many clients at once are all there" {
  raftctl up 3 -d --timing fast
  local pids=() pid
  for i in $(seq 1 20); do
    raftctl -q put "key$i" "$i" 3>&- &
    pids+=("$!")
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
  for i in $(seq 1 20); do
    run raftctl get "key$i"
    assert_output "$i"
  done
}
