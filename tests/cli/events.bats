#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "events tell what happened, in the order of seq" {
  raftctl kill n2
  run -0 raftctl events
  assert_line --regexp '^ +[0-9]+  [0-9:.]+  n[1-3]  +role +candidate -> leader|leader'
  assert_line --regexp 'command  +kill n2'
  assert_line --regexp 'n2  +process '
  numbers=$(raftctl events | awk '{ print $1 }')
  assert_equal "$numbers" "$(sort -n <<< "$numbers")"
}

@test "events --since and --type choose" {
  seq=$(seq_of pause n2)
  run -0 raftctl events --since "$seq" --type command,process
  assert_line --index 0 --regexp "^ *$seq .*pause n2"
  run -0 raftctl events --type command --since $((seq + 1))
  assert_output ""
  run -2 raftctl events --type shoe
  assert_output --partial 'no event type "shoe"'
  for bad in '' ',' 'role,'; do
    run -2 raftctl events --type "$bad"
    assert_output --partial 'no event type ""'
  done
  run -2 raftctl events --since yesterday
}

@test "events --json is one object a line" {
  raftctl events --json | is_json_lines
  line=$(raftctl events --json --type role | head -n 1)
  assert_equal "$(json '["schema"]' <<< "$line")" raftctl.event/1
  assert_equal "$(json '["type"]' <<< "$line")" role
}

@test "events -f follows and ends with the cluster" {
  raftctl events -f --type command > "$RAFTCTL_HOME/events" 3>&- &
  raftctl put key value
  raftctl pause n1
  raftctl resume n1
  raftctl down
  wait $!
  run cat "$RAFTCTL_HOME/events"
  assert_line --partial "pause n1"
  assert_line --partial "resume n1"
  assert_line --partial "down"
}

@test "events of nothing" {
  run -4 raftctl -c nosuch events
  run -2 raftctl events n1
}
