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

# calm N: eight clients at a cluster of N in which nobody dies.
calm() {
  cluster_up "$1" --app queue
  # shellcheck disable=SC2046 # a list of ports
  "$BIN/load_queue" -c 8 -t 8 -n 50 -o "$history" $(ports) > "$RAFTCTL_HOME/sums"
}

# storm SECONDS KILLS OPTION..: clients at work for so long and until there were so many kills, each well
# within the load: of the leader, and each fifth time of all nodes at once. Only the clients look at a clock.
storm() {
  local clients victim seconds=$1 least=$2
  KILLS=0
  : > "$storm"
  # shellcheck disable=SC2046 # a list of ports
  "$BIN/load_queue" -s "$seconds" -w "$storm" -o "$history" "${@:3}" $(ports) > "$RAFTCTL_HOME/sums" 3>&- &
  clients=$!
  until [[ -s $RAFTCTL_HOME/sums ]] && ((KILLS >= least)); do
    wait_for commit+50
    KILLS=$((KILLS + 1))
    if ((KILLS % 5 == 0)); then
      raftctl -q kill all
      raftctl -q start all
    else
      victim=$(leader)
      slay "$(node_pid "$victim")"
      raftctl wait "down $victim"
      wait_for leader
      wait_for commit+50
      raftctl start "$victim"
    fi
  done
  wait_for commit+50
  rm "$storm"
  wait "$clients"
}

# sum NAME: of the line that load_queue printed.
sum() { grep -oE "(^| )$1 [0-9]+" "$RAFTCTL_HOME/sums" | grep -oE '[0-9]+$'; }

# is_measured: the figures fit each other, whatever the machine is worth.
is_measured() {
  local p50 p90 p99 max requests
  requests=$(sum requests)
  p50=$(sum p50_us) p90=$(sum p90_us) p99=$(sum p99_us) max=$(sum max_us)
  ((requests > 0 && p50 > 0 && p50 <= p90 && p90 <= p99 && p99 <= max && max <= $(sum elapsed_us)))
  assert_equal "$(sum per_second)" $((requests * 1000000 / $(sum elapsed_us)))
}

# is_whole TOPICS: what the named clients saw is the work of queues, and all that was pushed came out.
is_whole() {
  run "$BIN/check_history" "$history"
  assert_success
  assert_line --regexp "^operations [0-9]+ unknown 0 topics $1 by_index $1 delivered_twice 0\$"
  assert_equal "$(sum unknown)" 0
  assert_equal "$(sum popped)" "$(sum pushed)"
}

@test "H18 3 nodes under load: requests a second and p99 are measured, nothing is lost or comes twice" {
  calm 3
  assert_equal "$(sum requests)" 400
  is_measured
  is_whole 8
}

@test "H18 5 nodes under load: requests a second and p99 are measured, nothing is lost or comes twice" {
  calm 5
  assert_equal "$(sum requests)" 400
  is_measured
  is_whole 8
}

@test "H18 A20 B28 a minute of load while leaders die: nothing is lost, nothing comes twice, all in order" {
  cluster_up 3 --app queue --timing fast
  storm "${LOAD_SECONDS:-60}" 5 -c 6 -t 8 -g 10
  is_measured
  is_whole 8
}

@test "H18 5 nodes, and all of them die: nothing is lost, nothing comes twice, all in order" {
  cluster_up 5 --app queue --timing fast
  storm 1 5 -c 6 -t 8
  is_measured
  is_whole 8
}

@test "B29 clients that do not name their commands: what is unknown stays so, the rest is in order" {
  cluster_up 3 --app queue --timing fast
  storm 1 4 -p -c 6 -t 60
  run "$BIN/check_history" "$history"
  assert_success
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
