#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "wait returns at once when it is true already" {
  run -0 raftctl wait leader quorum "up all" healed
  run -0 raftctl wait not no-leader
  run -0 raftctl wait no-leader '|' leader
}

@test "wait --after sees what followed a command: no race" {
  old=$(leader)
  seq=$(seq_of kill leader)
  run -0 raftctl wait "leader!=$old" --after "$seq"
  run -0 raftctl wait "event became leader|leader" --after "$seq"
}

@test "wait gives up with 124 and the last value of every term" {
  run -124 raftctl wait --timeout 0.2 "term>=99999" "down n1"
  assert_output --partial "not true within 0.2 s"
  assert_line --regexp '^term>=99999: [0-9]+$'
  assert_line "down n1: n1 up"
  RAFTCTL_TIMEOUT=100ms run -124 raftctl wait no-leader
}

@test "wait --or-fail ends it with 1" {
  run -1 raftctl wait "down all" --or-fail leader
}

@test "wait ends with 20 when a node dies unexpectedly, unless that is spoken of" {
  seq=$(raftctl status --json | json '["seq"]')
  pid=$(node_pid n3)
  kill -9 "$pid"
  run -20 raftctl wait "term>=99999" --after "$seq"
  assert_output --partial "n3 died unexpectedly"
  run -0 raftctl wait down n3 --after "$seq"
  run -0 raftctl start n3
  kill -9 "$(node_pid n2)"
  run -0 raftctl wait down n2
}

@test "wait: a death that was asked for is none of its business" {
  raftctl kill n3
  run -124 raftctl wait "term>=99999" --timeout 0.2
}

@test "wait sees a death even without a supervisor" {
  kill -9 "$(supervisor_pid)"
  raftctl wait down n3 3>&- &
  kill -9 "$(node_pid n3)"
  wait $!
}

@test "wait stable and --hold" {
  run -0 raftctl wait stable
  run -0 raftctl wait leader --hold 50ms
  run -0 raftctl assert stable --hold 10ms
}

@test "wait commit+N counts from its beginning" {
  raftctl wait commit+2 3>&- &
  must_put a 1
  must_put b 2
  must_put c 3
  wait $!
}

@test "wait converged after a restart" {
  raftctl kill n1
  must_put key value
  raftctl start n1
  wait_for converged
  assert_equal "$(raftctl status -o digest | sort -u | wc -l)" 1
}

@test "wait refuses nonsense" {
  run -2 raftctl wait
  run -2 raftctl wait bogus
  assert_output --partial 'no such condition: "bogus"'
  run -2 raftctl wait up minority
  run -2 raftctl wait leader '&'
  run -2 raftctl wait leader --after soon
  run -4 raftctl -c nosuch wait leader
  raftctl down
  run -3 raftctl wait leader
}

@test "wait ends with 3 when the cluster goes down" {
  raftctl wait "term>=99999" 2> /dev/null 3>&- &
  raftctl down
  status=0; wait $! || status=$?
  assert_equal "$status" 3
}
