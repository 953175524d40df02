#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# config: a cluster file is read, checked and told, and nothing is made.
load cli.bash

setup() {
  cluster_home
  CLUSTERS=$BATS_TEST_DIRNAME/../../clusters
}
teardown() { cluster_down; }

@test "config: every committed cluster file is fine" {
  files=("$CLUSTERS"/*.yaml "$CLUSTERS"/course/*.json)
  assert [ ${#files[@]} -ge 11 ]
  for path in "${files[@]}"; do
    run -0 --separate-stderr raftctl config -f "$path"
    assert_equal "$stderr" ""
    assert_line --index 0 --partial "$path: cluster "
    refute [ -e "$RAFTCTL_HOME/data" ]
  done
}

@test "config says what a file means, in words and in JSON" {
  run -0 raftctl config -f "$CLUSTERS/figure7.yaml"
  assert_line --index 0 --partial "cluster figure7, 7 nodes, app kv, timing lan (500/50 ms)"
  assert_line --index 2 --partial "leader of term 8, voted for n1, log of 10 entries (terms 1 1 1 4 4 5 5 6 6 6)"
  run -0 --separate-stderr raftctl config -f "$CLUSTERS/course/stale_candidate_get_no_vote.json" --json
  assert_equal "$(json '["schema"], value["cluster"], value["app"], value["pre_vote"]' <<< "$output")" \
    "('raftctl.config/1', None, 'queue', False)"
  assert_equal "$(json '["nodes"][1]["start"]' <<< "$output")" \
    "{'role': 'follower', 'term': 5, 'voted_for': None, 'log': [1]}"
  assert_equal "$(json '["nodes"][1]["http"]' <<< "$output")" 127.0.0.1:8351
}

@test "config reads ./raftctl.yaml, and says so when there is none" {
  cd "$RAFTCTL_HOME"
  run -2 raftctl config
  assert_output "raftctl: config: no file: say -f FILE (there is no ./raftctl.yaml)"
  echo 'nodes: 4' > raftctl.yaml
  run -0 raftctl config
  assert_line --index 0 "raftctl.yaml: cluster of any name, 4 nodes, app kv, timing lan (500/50 ms)"
}
