#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "logs shows the lines of each process with its name in front" {
  echo "a line of n2" >> "$RAFTCTL_HOME/data/default/n2.log"
  echo "a line of n3" >> "$RAFTCTL_HOME/data/default/n3.log"
  run -0 raftctl logs
  assert_line "n2  | a line of n2"
  assert_line "n3  | a line of n3"
  run -0 raftctl logs n2
  refute_line --regexp "^n3 "
}

@test "a node writes down what becomes of it, and why" {
  raftctl kill leader
  raftctl wait leader
  run -0 raftctl logs leader
  assert_output --regexp 'n[123]  \| [0-9-]+T[0-9:.]+Z n[123]: election won with [23] of 3 votes'
  assert_output --regexp 'candidate -> leader in term [0-9]+'
  refute_output --partial sent_heartbeat
}

@test "logs -n limits each process" {
  raftctl kill n1 # it shall write no line of its own now
  printf '%s\n' 1 2 3 >> "$RAFTCTL_HOME/data/default/n1.log"
  run -0 raftctl logs n1 -n 2
  assert_output "n1  | 2
n1  | 3"
  run -0 raftctl logs n1 -n 0
  assert_output ""
  run -2 raftctl logs -n few
}

@test "logs -f goes on as lines are written" {
  mkfifo "$RAFTCTL_HOME/fifo"
  "$RAFTCTL_BIN" logs n1 -f > "$RAFTCTL_HOME/fifo" 3>&- &
  follower=$!
  exec 8< "$RAFTCTL_HOME/fifo"
  echo "the first" >> "$RAFTCTL_HOME/data/default/n1.log"
  until [[ ${line:-} == *"the first" ]]; do read -r line <&8; done
  echo "the second" >> "$RAFTCTL_HOME/data/default/n1.log"
  until [[ $line == "n1  | the second" ]]; do read -r line <&8; done
  kill "$follower"
  wait "$follower" || true
  exec 8<&-
}

@test "logs works on a stopped cluster" {
  echo "last words" >> "$RAFTCTL_HOME/data/default/n2.log"
  raftctl down
  run -0 raftctl logs n2
  assert_output --partial "last words"
  run -3 raftctl logs leader
}

@test "logs --json" {
  raftctl kill n1 # it shall write no line of its own now
  echo 'a "line"' >> "$RAFTCTL_HOME/data/default/n1.log"
  assert_equal "$(raftctl logs n1 -n 1 --json | json '["line"]')" 'a "line"'
}

@test "logs of nobody" {
  run -4 raftctl logs n9
  run -4 raftctl -c nosuch logs
  run -2 raftctl logs n1 n2
}
