#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "inspect shows every field, and the leader's peers" {
  run -0 raftctl inspect leader --json
  assert_equal "$(json '["schema"]' <<< "$output")" raftctl.inspect/1
  assert_equal "$(json '["state"]' <<< "$output")" leader
  assert_equal "$(json '["self"]["timers"]["election_timeout_ms"]' <<< "$output")" 500.0
  assert_equal "$(json '["peers"].__len__() >= 2' <<< "$output")" True
  assert_equal "$(json '["self"]["errors"].__class__' <<< "$output")" "<class 'list'>"
  run -0 raftctl inspect n1
  assert_line --regexp '^promised_term +[0-9]+$'
  assert_line --regexp '^log\.last +[0-9]+$'
  refute_output --partial '{'
  run -0 raftctl inspect leader
  assert_line --regexp '^peers\.n[1-3]\.match +[0-9]+$'
}

@test "inspect says everything once" {
  run -0 raftctl inspect leader --json
  assert_equal "$(json '["self"].keys() & value.keys() == {"log", "snapshot"}' <<< "$output")" True
  assert_equal "$(json '["self"]["log"].keys() & value["log"].keys()' <<< "$output")" "set()"
  assert_equal "$(json '["self"]["snapshot"].keys() & (value["snapshot"] or {}).keys()' <<< "$output")" "set()"
  assert_equal "$(grep -o rtt <<< "$output" | wc -l)" 2
  assert_equal "$(json '["peers"][0]["state"]' <<< "$output")" replicate
  assert_equal "$(json '["votes_granted"] in (2, 3)' <<< "$output")" True
  run -0 raftctl inspect leader
  assert_equal "$(awk '{ print $1 }' <<< "$output" | sort | uniq -d)" ""
}

@test "inspect of a paused or dead node comes from the table" {
  raftctl pause n2
  run -0 raftctl inspect n2 --json
  assert_equal "$(json '["process"], value["self"]' <<< "$output")" "('paused', None)"
  raftctl kill n2
  run -0 raftctl inspect n2 --json
  assert_equal "$(json '["exit"]["signal"]' <<< "$output")" 9
}

@test "inspect of nobody" {
  run -4 raftctl inspect n9
  run -2 raftctl inspect
  run -2 raftctl inspect all
  raftctl down
  run -3 raftctl inspect n1
}
