#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

# The scenarios of the testing report, each a script that anybody can play by hand from the top of
# the tree: raftctl -c I2 run tests/scripts/I2_one_leader.raft

setup() {
  cluster_home
  cd "$BATS_TEST_DIRNAME/../.."
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

@test "I8 no commit without a majority" { play I8_; }

@test "I9 logs are replicated to five nodes" { play I9_; }

@test "I10 from five nodes to three nothing is lost" { play I10_; }
