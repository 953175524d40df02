#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The queue under load while its nodes die, from REST: what the clients of tests/load saw is judged
# by the linearizability checker, whose queue loses nothing, gives nothing twice and keeps the order.
load cli.bash

teardown() { cluster_down; }

setup() {
  BIN=${RAFTCTL_BIN%/*}
  cluster_home
  history=$RAFTCTL_HOME/history
  storm=$RAFTCTL_HOME/storm
}

ports() { raftctl status --json | json "['nodes'] and ' '.join(node['http'].split(':')[1] for node in value['nodes'])"; }

# storm OPTION..: clients at work until there were four kills of a leader, each well within the load.
storm() {
  local clients victim
  : > "$storm"
  # shellcheck disable=SC2046 # a list of ports
  "$BIN/load_queue" -w "$storm" -o "$history" "$@" $(ports) > "$RAFTCTL_HOME/sums" 3>&- &
  clients=$!
  for _ in 1 2 3 4; do
    wait_for commit+50
    victim=$(leader)
    slay "$(node_pid "$victim")"
    raftctl wait "down $victim"
    wait_for leader
    wait_for commit+50
    raftctl start "$victim"
  done
  wait_for commit+50
  rm "$storm"
  wait "$clients"
}

# sum NAME: of the line that load_queue printed.
sum() { grep -oE "$1 [0-9]+" "$RAFTCTL_HOME/sums" | cut -d ' ' -f 2; }

@test "A20 B28 the queue under load: leaders die, nothing is lost, nothing comes twice, all in order" {
  cluster_up 3 --app queue --timing fast
  storm -c 6 -t 8
  run -0 "$BIN/check_history" "$history"
  assert_line --regexp '^operations [0-9]+ unknown 0 topics 8 by_index 8 delivered_twice 0$'
  assert_equal "$(sum popped)" "$(sum pushed)"
}

@test "B29 clients that do not name their commands: what is unknown stays so, the rest is in order" {
  cluster_up 3 --app queue --timing fast
  storm -p -c 6 -t 60
  run -0 "$BIN/check_history" "$history"
  assert_line --regexp '^operations [0-9]+ unknown [0-9]+ topics 60 by_index [0-9]+ delivered_twice 0$'
}

@test "the judge of the load finds what is lost, given twice or out of order" {
  judge() { printf '%s\n' "$@" > "$history"; run "$BIN/check_history" "$history"; }
  local -a pushes=("1 push 7 41" "2 push 7 42" "1 ok 0 10" "2 ok 0 11")
  judge "${pushes[@]}" "1 pop 7" "1 ok 41 12" "1 pop 7" "1 ok 42 13" "1 pop 7" "1 empty 14"
  assert_success
  judge "${pushes[@]}" "1 pop 7" "1 ok 42 12" "1 pop 7" "1 ok 41 13"
  assert_success # they were pushed at the same time
  judge "${pushes[@]}" "1 push 7 43" "1 ok 0 12" "1 pop 7" "1 ok 43 13"
  assert_failure 1
  judge "${pushes[@]}" "1 pop 7" "2 pop 7" "1 ok 41 12" "2 ok 41 13"
  assert_failure 1
  assert_output --partial "delivered_twice 1"
  judge "${pushes[@]}" "1 pop 7" "1 ok 41 12" "1 pop 7" "1 empty 13"
  assert_failure 1
  judge "1 push 7 41" "1 unknown" "1 pop 7" "1 empty 5" "1 pop 7" "1 ok 41 7"
  assert_success # it came late
  judge "1 push 7 41" "1 fail" "1 pop 7" "1 ok 41 5"
  assert_failure 1
  judge "1 push 7"
  assert_failure 2
  assert_output --partial "line 1: a number is missing"
}
