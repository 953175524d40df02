#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Deaths of every kind of process: what was acknowledged is there again, and nothing is left.

load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

@test "kill -9 of everything at once: up again finds every acknowledged write (B14, C8)" {
  raftctl up 3 -d --timing fast
  for i in 1 2 3 4 5 6 7 8; do raftctl put "key$i" "value$i"; done
  # shellcheck disable=SC2046 # one word for each process
  slay $(cluster_processes)
  run raftctl status
  assert_failure 3
  assert_output --partial "down"
  raftctl up -d
  for i in 1 2 3 4 5 6 7 8; do
    run raftctl get "key$i"
    assert_success
    assert_output "value$i"
  done
}

@test "kill -9 of the supervisor: nodes serve on, the next command adopts them" {
  raftctl up 3 -d --timing fast
  before=$(raftctl status -o id,pid)
  slay "$(supervisor_pid)"
  raftctl put a 1
  run raftctl get a
  assert_output 1
  raftctl pause n1
  raftctl resume n1
  assert_equal "$(raftctl status -o id,pid)" "$before"
  assert_not_equal "$(supervisor_pid)" ""
  raftctl kill n1
  run raftctl status n1 -o process
  assert_output --partial down
}

@test "kill -9 of supervisor and some nodes: up starts the dead, leaves the living" {
  raftctl up 5 -d --timing fast
  raftctl put a 1
  alive=$(node_pid n4)
  slay "$(supervisor_pid)" "$(node_pid n1)" "$(node_pid n2)"
  raftctl up -d
  raftctl wait 'up all' converged
  assert_equal "$(node_pid n4)" "$alive"
  run raftctl get a
  assert_output 1
}

@test "a node that dies unasked stays down until start" {
  raftctl up 3 -d --timing fast
  seq=$(raftctl -q kill -s CONT n2)
  kill -9 "$(node_pid n2)"
  raftctl wait --after "$seq" 'event nobody asked for it'
  run raftctl events
  assert_output --partial "nobody asked for it"
  raftctl start n2
  raftctl wait 'up n2' converged
}

@test "up --restart crash brings a dead node back" {
  raftctl up 3 -d --timing fast --restart crash
  pid=$(node_pid n2)
  seq=$(raftctl -q kill -s CONT n2)
  kill -9 "$pid"
  raftctl wait --after "$seq" 'event starts again' 'up n2' converged
  assert_not_equal "$(node_pid n2)" "$pid"
}

@test "SIGTERM to the supervisor stops everything; SIGHUP changes nothing" {
  raftctl up 3 -d --timing fast
  pid=$(supervisor_pid)
  kill -HUP "$pid"
  raftctl put a 1
  kill -TERM "$pid"
  await_exit "$pid"
  assert_equal "$(cluster_processes)" ""
  [ ! -e "$RAFTCTL_HOME/run" ]
  raftctl up -d
  run raftctl get a
  assert_output 1
}

@test "SIGINT to the supervisor stops everything" {
  raftctl up 1 -d --timing fast
  pid=$(supervisor_pid)
  kill -INT "$pid"
  await_exit "$pid"
  assert_equal "$(cluster_processes)" ""
}

@test "SIGTERM, SIGINT and SIGHUP to nodes: each ends cleanly and comes back" {
  raftctl up 3 -d --timing fast
  raftctl put a 1
  for signal in TERM INT HUP; do
    pid=$(node_pid n3)
    seq=$(raftctl -q kill -s CONT n3)
    kill -"$signal" "$pid"
    raftctl wait --after "$seq" 'down n3'
    run raftctl events --since "$seq"
    assert_output --partial "exit 0"
    raftctl start n3
    raftctl wait 'up n3' converged
  done
  run raftctl get a
  assert_output 1
}

@test "SIGTERM, SIGINT and SIGHUP end a waiting command, and nothing else" {
  raftctl up 1 -d --timing fast
  for signal in TERM INT HUP; do
    mkfifo "$BATS_TEST_TMPDIR/$signal"
    env --default-signal=INT "$RAFTCTL_BIN" events -f > "$BATS_TEST_TMPDIR/$signal" 3>&- &
    pid=$!
    exec 7< "$BATS_TEST_TMPDIR/$signal"
    read -r _ <&7 # It runs: it has spoken.
    kill -"$signal" "$pid"
    status=0
    wait "$pid" || status=$?
    exec 7<&-
    [ "$status" -gt 128 ]
  done
  raftctl put a 1
}

@test "the run directory removed under a cluster: its processes end" {
  raftctl up 3 -d --timing fast
  pids=$(cluster_processes)
  rm -rf "$RAFTCTL_HOME/run"
  for pid in $pids; do await_exit "$pid"; done
  raftctl up -d
}

@test "stale sockets, lock and table of a crashed run are no obstacle" {
  raftctl up 3 -d --timing fast
  raftctl put a 1
  # shellcheck disable=SC2046 # one word for each process
  slay $(cluster_processes)
  [ -S "$RAFTCTL_HOME/run/default/ctl" ]
  [ -e "$RAFTCTL_HOME/run/default/lock" ]
  raftctl up -d
  run raftctl get a
  assert_output 1
}
