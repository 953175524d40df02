#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

# A command is sent until its outcome is known, and runs once, whatever dies meanwhile.

setup() { cluster_up 3 --timing fast; }
teardown() { cluster_down; }

# Kills leaders, and brings them back, until the file given is gone.
harass_leaders() {
  local node
  while [[ -e $1 ]]; do
    node=$(leader)
    slay "$(node_pid "$node")"
    raftctl wait "down $node"
    raftctl wait leader
    raftctl start "$node"
  done
}

@test "exactly once: of increments under dying leaders none is lost and none is done twice" {
  storm=$RAFTCTL_HOME/storm
  must_put counter 0
  : > "$storm"
  harass_leaders "$storm" > "$RAFTCTL_HOME/harass.out" 2>&1 3>&- &
  harasser=$!
  kills_seen() { raftctl events | grep -c 'signal 9' || true; }
  count=0
  while [[ $(kills_seen) -lt 4 ]]; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      run raftctl cas counter "$count" "$((count + 1))"
      [[ $status -eq 0 ]] || { echo "increment $count: $status: $output" >&2; rm "$storm"; wait "$harasser" || true; return 1; }
      count=$((count + 1))
    done
  done
  rm "$storm"
  wait "$harasser"
  raftctl wait converged
  assert_equal "$(raftctl get counter)" "$count"
}

@test "exactly once: a command that waits in a paused leader is taken by the next one" {
  must_put counter 0
  old=$(leader)
  raftctl pause "$old"
  run -0 raftctl cas counter 0 1
  refute_output --partial "ok  $old "
  raftctl resume "$old"
  raftctl wait converged
  run -0 raftctl cas counter 1 2
  assert_equal "$(raftctl get counter)" 2
}

@test "exactly once: several commands of one user at once do not disturb each other" {
  pids=()
  for i in {1..20}; do raftctl put "key$i" "$i" > /dev/null 3>&- & pids+=("$!"); done
  for pid in "${pids[@]}"; do wait "$pid"; done
  for i in {1..20}; do assert_equal "$(raftctl get "key$i")" "$i"; done
}

@test "exactly once: a command whose outcome is unknown does not harm the next one" {
  must_put key 0
  raftctl pause followers
  run -7 raftctl cas key 0 1 --timeout 1
  assert_output --partial "it may or may not have been applied"
  raftctl resume all
  raftctl wait converged
  run -0 raftctl put key 2
  assert_equal "$(raftctl get key)" 2
}

@test "exactly once: a raftctl that was killed leaves the next one free" {
  raftctl pause followers
  "$RAFTCTL_BIN" put key 1 > /dev/null 2>&1 3>&- &
  pid=$!
  raftctl wait no-leader
  slay "$pid"
  raftctl resume all
  run -0 raftctl put key 2
  raftctl wait converged
  assert_equal "$(raftctl get key)" 2
}

@test "exactly once: a damaged file of clients is said, and costs nothing" {
  must_put key 1
  file=$(find "$RAFTCTL_HOME" -name clients)
  printf 'garbage' | dd of="$file" conv=notrunc 2> /dev/null
  run -0 --separate-stderr raftctl put key 2
  [[ $stderr == *"clients is damaged at place 0: going on as a new client"* ]]
  run -0 --separate-stderr raftctl put key 3
  [[ -z $stderr ]]
  printf 'short' > "$file"
  run -0 --separate-stderr raftctl put key 4
  [[ $stderr == *"is damaged"* ]]
  assert_equal "$(raftctl get key)" 4
}

@test "exactly once: where no client can be kept, each command is one of its own" {
  file=$(find "$RAFTCTL_HOME" -name cluster.json)
  file=${file%/*}/clients
  mkdir "$file"
  run -0 --separate-stderr raftctl put key 1
  [[ $stderr == *"cannot keep a client id in"* ]]
  assert_equal "$(raftctl get key 2> /dev/null)" 1
}
