#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

# The scenarios of the testing report, each a script that anybody can play by hand from the top of
# the tree: raftctl -c I2 run tests/scripts/I2_one_leader.raft

# They name files from the top of the tree, where some of these have ports of their own; here each
# test gets free ones.
setup() {
  cluster_home
  mkdir -p "$RAFTCTL_HOME/tree/clusters/course"
  cd "$RAFTCTL_HOME/tree" || return
  ln -s "$BATS_TEST_DIRNAME/.." tests
  python3 - tests/../clusters/course/*.json << 'EOF'
import json, os, socket, sys
held = []
def take(kind):
    held.append(socket.socket(socket.AF_INET, kind))
    held[-1].bind(("127.0.0.1", 0))
    return held[-1].getsockname()[1]
for path in sys.argv[1:]:
    with open(path) as file:
        config = json.load(file)
    for address in config["addresses"]:
        address["port"] = take(socket.SOCK_STREAM)
        address["internal_port"] = take(socket.SOCK_DGRAM)
    with open("clusters/course/" + os.path.basename(path), "w") as file:
        json.dump(config, file)
EOF
}
teardown() { cluster_down; }

# Plays the script whose name begins so.
play() {
  raftctl run --timeout 60 tests/scripts/"$1"*.raft
}

@test "I2 one leader and only one in five" { play I2_; }

@test "I3 leader crashes down to three of five, no leader with two" { play I3_; }

@test "I4 crash and recovery do not disturb" { play I4_; }

@test "I5 status shows leader, follower and candidate" { play I5_; }

@test "I6 a lone node holds elections as long as it is alone" { play I6_lone_node; }

@test "I6 with pre-vote a lone node only asks" { play I6_with_pre_vote; }

@test "I7 a candidate steps down for the leader of a higher term" { play I7_; }

@test "I8 no commit without a majority" { play I8_; }

@test "I9 logs are replicated to five nodes" { play I9_; }

@test "I10 from five nodes to three nothing is lost" { play I10_; }

@test "I11 a follower's missing entries" { play I11_; }

@test "I12 I13 a follower's extra entries, and old entries that wait for a new one" { play I12_; }

@test "I14 missing and extra entries" { play I14_; }

@test "I15 entries sent again" { play I15_; }

@test "I16 a stale candidate gets no vote" { play I16_; }

@test "I18 every scenario of the report is a script that a test here plays" {
  for n in {2..12} {14..16}; do # 13 is a part of 12
    compgen -G "tests/scripts/I${n}_*.raft"
  done
  for script in tests/scripts/*.raft; do
    name=$(basename "$script" .raft)
    run -0 grep -E "play (${name%%_*}_|$name);" tests/cli/scripts.bats
  done
}
