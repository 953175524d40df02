#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Members come and go while the cluster works.
load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

# What a node is, by the nodes' own word: voter, learner, joining, leaving or none.
member_of() { raftctl status "$1" -o member; }

# Nobody can change the members until one of them goes on.
pause_majority() {
  follower=$(raftctl status followers -o id | head -n 1)
  raftctl pause "leader,$follower"
}

# The new node is up, and its command has been told: the supervisor answers one after the other.
await_n4() {
  wait_for up n4
  raftctl start n4
}

@test "member add makes a voter of the next id, and cluster.json follows" {
  cluster_up 3 --timing fast
  must_put colour blue
  run -0 raftctl member add
  assert_output --regexp '^n4 added as a voter  seq [0-9]+$'
  run -0 raftctl member ls
  assert_line --index 0 --regexp '^default: 4 voters, quorum 3, committed by entry [0-9]+$'
  assert_line --regexp '^n4  voter +up +3  127.0.0.1:[0-9]+$'
  wait_for converged
  [[ $(raftctl get colour) == blue ]]
  run -0 raftctl --json member ls
  [[ $(json "['members'][3]['member']" <<< "$output") == voter ]]
  [[ $(json "['config']['voters']" <<< "$output") == "['n1', 'n2', 'n3', 'n4']" ]]
  raftctl down
  run -0 raftctl member ls
  assert_line --index 0 --regexp '^default: not running, members as of entry [0-9]+$'
  assert_line --regexp '^n4  voter +down '
  run -0 raftctl up -d
  wait_for converged
  [[ $(raftctl get colour) == blue ]]
}

@test "a client outlives all the nodes that it was told of" {
  cluster_up 3 --timing fast
  coproc steady { exec "${RAFTCTL_BIN%/*}/steady" "$RAFTCTL_HOME/data/default/cluster.json" 3>&-; }
  say() { echo "$1" >&"${steady[1]}" && read -r took <&"${steady[0]}"; }
  say "colour red"
  assert_regex "$took" '^n[1-3]$'
  for i in 1 2 3; do raftctl member add; done
  # First the one that it talks to goes, so that it has to look for others.
  for node in "$took" $(printf 'n%s\n' 1 2 3 | grep -vx "$took"); do
    raftctl member remove "$node"
    say "colour blue$node"
    assert_regex "$took" '^n[1-6]$'
  done
  assert_regex "$took" '^n[4-6]$'
  [[ $(raftctl get colour) == "blue$node" ]]
}

@test "member add goes on while clients write" {
  cluster_up 3 --timing fast
  (for i in {1..60}; do raftctl put "k$i" "v$i" || echo "$i $?" >> "$CLUSTER_HOME/failed"; done) 3>&- > /dev/null &
  writer=$!
  run -0 raftctl member add
  run -0 raftctl member add
  run -0 raftctl member remove n1
  wait "$writer"
  [[ ! -e $CLUSTER_HOME/failed ]]
  wait_for converged
  [[ $(raftctl get k60) == v60 ]]
  run -0 raftctl status -o id
  assert_output "n2
n3
n4
n5"
}

@test "a learner gets the log, never votes and can be made a voter and back" {
  cluster_up 1 --timing fast
  run -0 raftctl member add --learner
  assert_output --partial "n2 added as a learner"
  must_put a 1
  wait_for commit+0 '&' state n2=follower
  run -0 raftctl status learners -o id
  assert_output n2
  # Its leader is gone, and it must not take over: it never votes, nor campaigns.
  seq=$(seq_of kill n1)
  run -124 raftctl wait leader --timeout 1.5
  run raftctl events --since "$seq" --type role
  refute_output --partial "n2"
  raftctl start n1
  wait_for leader=n1
  run -0 raftctl member promote n2
  assert_output --partial "n2 is a voter"
  run -0 raftctl member promote n2
  [[ $(raftctl --json status | json "['quorum']") == 2 ]]
  run -0 raftctl member demote n2
  assert_output --partial "n2 is a learner"
  [[ $(member_of n2) == learner ]]
}

@test "the leader removes itself, another one leads, and its id never comes back" {
  cluster_up 3 --timing fast
  old=$(leader)
  must_put a 1
  run -0 raftctl member remove leader
  assert_output --regexp "^$old removed  seq [0-9]+$"
  wait_for leader "leader!=$old"
  run -4 raftctl start "$old"
  run -4 raftctl status "$old"
  run -0 raftctl member add
  assert_output --partial "n4 added"
  [[ $(raftctl get a) == 1 ]]
  raftctl member ls | grep -q "^n4  voter"
}

@test "a node that is down is removed and stays away, also over a restart of all" {
  cluster_up 3 --timing fast
  raftctl kill n3
  wait_for leader
  run -0 raftctl member remove n3
  run -4 raftctl start n3
  raftctl down
  run -0 raftctl up -d
  run -0 raftctl status -o id
  assert_output "n1
n2"
}

@test "a removed node that lives on cannot disrupt the others" {
  cluster_up 3 --timing fast
  cp "$CLUSTER_HOME/data/default/cluster.json" "$CLUSTER_HOME/old.json"
  wait_for converged
  gone=$(raftctl status followers -o id | head -n 1)
  # It is cut off, so it does not hear of its removal.
  raftctl partition isolate "$gone"
  run -0 raftctl member remove "$gone"
  wait_for stable
  term=$(raftctl --json status | json "['term']")
  # The same store, as a process that nobody supervises, with the members it remembers.
  "${RAFTCTL_BIN%raftctl}raftnode" --spec "$CLUSTER_HOME/old.json" --id "${gone#n}" \
    --data "$CLUSTER_HOME/data/default/$gone" --socket "$CLUSTER_HOME/stray.sock" \
    3>&- > "$CLUSTER_HOME/stray.log" 2>&1 &
  stray=$!
  run -124 raftctl wait "term>$term" --timeout 2
  must_put a 1
  kill "$stray"
  wait "$stray"
  [[ $(raftctl --json status | json "['term']") == "$term" ]]
}

@test "member replace gives a lost disk's vote to a new node" {
  cluster_up 3 --timing fast
  must_put a 1
  raftctl kill n2
  rm -r "$CLUSTER_HOME/data/default/n2"
  run -1 raftctl start n2
  assert_output --partial "member replace n2"
  run -0 raftctl member replace n2
  assert_output --regexp '^n4 replaces n2  seq [0-9]+$'
  wait_for converged
  run -0 raftctl status voters -o id
  assert_output "n1
n3
n4"
  [[ $(raftctl get a) == 1 ]]
}

@test "a node whose store was emptied never votes again" {
  cluster_up 3 --timing fast
  must_put a 1
  raftctl down
  rm "$CLUSTER_HOME/data/default/n2"/*
  run -1 raftctl up -d
  assert_output --partial "n2 did not start, it is down: exit 65"
  run raftctl logs n2 -n 1
  assert_output --partial "its store is gone"
  run -0 raftctl member replace n2 --wipe --yes
  wait_for converged
  [[ ! -e $CLUSTER_HOME/data/default/n2 && $(raftctl get a) == 1 ]]
}

@test "a new node begins with a snapshot when the log no longer reaches back" {
  cluster_up 3 --timing fast
  for i in {1..20}; do must_put "k$i" "v$i"; done
  wait_for converged
  for n in n1 n2 n3; do raftctl snapshot "$n" --keep 0; done
  run -0 raftctl member add
  wait_for converged
  [[ $(raftctl --json status n4 | json "['nodes'][0]['log']['first']") -gt 1 ]]
  [[ $(raftctl get k7) == v7 ]]
}

@test "the change outlives the death of its leader and of the supervisor" {
  cluster_up 3 --timing fast
  must_put a 1
  pause_majority
  raftctl member add 3>&- > "$CLUSTER_HOME/added" 2>&1 &
  adding=$!
  await_n4
  slay "$(supervisor_pid)"
  raftctl resume "$follower"
  wait "$adding"
  run -0 cat "$CLUSTER_HOME/added"
  assert_output --partial "n4 added as a voter"
  raftctl resume paused
  wait_for converged
  [[ $(raftctl get a) == 1 ]]
}

@test "two changes at once: one after the other" {
  cluster_up 3 --timing fast
  raftctl member add 3>&- > "$CLUSTER_HOME/one" 2>&1 &
  one=$!
  raftctl member add 3>&- > "$CLUSTER_HOME/two" 2>&1 &
  two=$!
  wait "$one"
  wait "$two"
  wait_for converged
  [[ $(raftctl --json status | json "['voters']") == 5 ]]
}

@test "what would lose the quorum or the last voter is refused" {
  cluster_up 3 --timing fast
  raftctl kill follower
  up=$(raftctl status followers -o id)
  run -5 raftctl member remove "$up"
  assert_output --partial "too few of the 2 voters left would be up for a quorum of 2"
  run -5 raftctl member demote "$up"
  raftctl start down
  wait_for converged
  raftctl member remove n2
  raftctl member remove n3
  run -5 raftctl member remove n1
  assert_output --partial "n1 is the last voter"
  run -5 raftctl member demote n1
  run -5 raftctl member remove n1 --force
}

@test "without a leader nothing changes, and what was made goes again" {
  cluster_up 2 --timing fast
  raftctl kill follower
  raftctl wait no-leader
  run -6 raftctl member add --timeout 1
  run -1 raftctl status -o id
  assert_output "n1
n2"
}

@test "member add waits for who was paused or down: they know the new node when they come back" {
  cluster_up 3 --timing fast
  wait_for converged
  paused=$(raftctl status followers -o id | head -n 1)
  raftctl pause "$paused"
  run -0 raftctl member add
  raftctl kill leader
  raftctl resume "$paused"
  wait_for leader
  must_put a 1
  wait_for converged
  raftctl start down
  wait_for converged
}

@test "a cut does not pass to the next node in the same place" {
  cluster_up 3 --timing fast
  raftctl partition isolate n3
  wait_for leader
  run -0 raftctl member remove n3
  run -0 raftctl faults
  refute_output --partial isolate
  run -0 raftctl member add
  wait_for converged
  [[ $(raftctl status -o id | tr '\n' ' ') == "n1 n2 n4 " ]]
}

@test "member: wrong words" {
  cluster_up 1 --timing fast
  run -2 raftctl member frobnicate
  run -2 raftctl member
  run -2 raftctl member remove
  run -2 raftctl member add n7
  run -2 raftctl member promote n1 --learner
  run -4 raftctl member remove n9
  run -5 raftctl member remove n1 --wipe
  raftctl down
  run -3 raftctl member add
}

@test "a new node whose command died is promoted, or taken back" {
  cluster_up 3 --timing fast
  # The command is killed after the node was made, before there is a leader to ask.
  pause_majority
  "$RAFTCTL_BIN" member add 3>&- > /dev/null 2>&1 &
  adding=$!
  await_n4
  slay "$adding"
  wait "$adding" || true
  raftctl resume paused
  wait_for converged
  [[ $(member_of n4) == none ]]
  run -0 raftctl member promote n4
  assert_output --partial "n4 is a voter"
  run -0 raftctl member remove n4 --wipe --yes
  [[ ! -e $CLUSTER_HOME/data/default/n4 ]]
}
