#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 5; }
teardown() { cluster_down; }

@test "partition halves: the majority serves, the minority says why it does not" {
  must_put key old
  run -0 raftctl partition halves
  assert_output --regexp '^f[0-9]+ halves: n1 n2 \| n3 n4 n5  seq [0-9]+$'
  seq=${output##* }
  run -0 raftctl wait 'leader=n3 | leader=n4 | leader=n5' --after "$seq"
  run -0 raftctl put key new
  run raftctl put key lost --at n1 --timeout 2
  [[ $status -eq 6 || $status -eq 7 ]]
  assert_output --partial "n1 reaches no majority"
  raftctl heal
  wait_for healed converged
  assert_equal "$(raftctl get key)" new
}

@test "partition: every kind makes the links it says" {
  cut() { raftctl status --json | json '["links"].__len__()'; }
  check() { # links KIND ARGUMENT..
    local links=$1
    shift
    raftctl partition "$@" > /dev/null
    assert_equal "$* $(cut)" "$* $links"
  }
  check 12 halves
  check 12 random --seed 7
  check 8 isolate n1
  check 14 isolate n1,n2
  check 12 groups 1,2 3,4,5
  check 16 groups 1,2 3,4
  check 2 cut n1-n2
  check 4 cut n1-n2,n3
  check 2 cut n1 n2
  check 8 cut 1,2 3,4
  check 8 cut n1 '*'
  check 4 cut 1-2 3-4
  check 6 cut n1-n2 n2-n3 n5-n1
  check 1 one-way 'n1>n2'
  check 4 one-way 'n1>*'
  check 2 one-way 'n1>n2' 'n3>n4'
  check 4 one-way 1-2 3-4
  check 8 bridge
  check 8 bridge n3
  check 10 ring
  check 10 majority-ring
  check 12 star n3
  check 12 chain
}

@test "partition cut: arguments with a dash are links, else two are sides" {
  run -0 raftctl partition cut 1-2 n3-4,5
  assert_output --partial " cut: n1-n2 n3-n4,n5  seq "
  run -0 raftctl faults
  assert_output --partial "n1-n2 n3-n4,n5"
  run -0 raftctl partition cut n1-n2 n3-n4,n5 # What is told can be said again.
  assert_output --partial " cut: n1-n2 n3-n4,n5  seq "
  run -0 raftctl partition isolate 1-2
  assert_output --partial " isolate: n1,n2  seq "
  for mixed in "1-2 3" "1 2-3" "1-2 3-4 5"; do
    # shellcheck disable=SC2086
    run -2 raftctl partition cut $mixed
    assert_output "raftctl: partition: cut wants links (n1-n2 ..) or two sides (1,2 3,4), not both"
  done
  run -2 raftctl partition one-way 'n1>n2' n3
  assert_output "raftctl: partition: one-way wants links ('n1>n2' ..) or two sides (1,2 3,4), not both"
  run -2 raftctl partition cut 1 2 3
}

@test "partition complaints name things once" {
  run -2 raftctl partition groups 1,2 2,3
  assert_output "raftctl: partition: groups: a node is named in two groups"
  run -2 raftctl partition cut n1-n1
  assert_output "raftctl: partition: cut: a node stands on both sides"
  run -2 raftctl partition star n1,n2
  assert_output "raftctl: partition: star: name the one node that is the hub"
}

@test "partition replaces, --add stacks" {
  raftctl partition cut n1-n2
  raftctl partition cut n3-n4
  assert_equal "$(raftctl faults --json | json '["faults"].__len__()')" 1
  raftctl partition cut n1-n2 --add
  assert_equal "$(raftctl faults --json | json '["faults"].__len__()')" 2
}

@test "partition --for ends by itself, without a supervisor too" {
  seq=$(seq_of partition isolate n1 --for 300ms)
  run -0 raftctl wait "event fault .*ended by itself" --after "$seq"
  run -0 raftctl assert healed
  raftctl partition isolate n1 --for 500ms
  kill -9 "$(supervisor_pid)"
  run -0 raftctl wait healed
}

@test "partition --for refuses a fault that would have ended already" {
  for none in 0 0s 0.0 0.0001ms; do
    run -2 raftctl partition isolate n1 --for "$none"
    assert_output "raftctl: partition: --for: $none would end at once: give a time (500ms, 30s), or leave --for out and heal it"
  done
  for bad in -1 1e3 0X10 5d ''; do
    run -2 raftctl partition isolate n1 --for "$bad"
    assert_output --partial "\"$bad\" is not a duration"
  done
  run -0 raftctl assert healed
}

@test "partition isolate leader: another one leads, the old one steps down" {
  old=$(leader)
  run -0 raftctl partition isolate leader
  run -0 raftctl wait "leader!=$old"
  run -0 raftctl wait not "state $old=leader"
  raftctl heal
  wait_for converged
}

@test "partition -v shows the matrix" {
  run -0 raftctl partition cut n1-n2 -v
  assert_line '  from n1: \ X . . .'
  assert_line '  from n3: . . \ . .'
}

@test "partition survives a node's restart" {
  raftctl partition isolate n5
  raftctl restart n5
  run -1 raftctl assert healed
  assert_equal "$(raftctl status n5 --json | json '["nodes"][0]["faults"].__len__()')" 1
  run -1 raftctl assert "state n5=leader"
}

@test "partition refuses what fits no kind" {
  run -2 raftctl partition
  run -2 raftctl partition sideways
  assert_output --partial 'no kind "sideways" (there is: halves, random, isolate'
  run -2 raftctl partition halves n1
  run -2 raftctl partition isolate
  run -4 raftctl partition isolate n9
  run -2 raftctl partition groups
  run -2 raftctl partition groups 1,2 2,3
  run -2 raftctl partition cut n1
  run -2 raftctl partition cut n1-n1
  run -2 raftctl partition cut n1-n2-n3
  run -2 raftctl partition one-way n1-n2
  run -2 raftctl partition star n1,n2
  run -2 raftctl partition halves --for ever
  run -4 raftctl -c nosuch partition halves
  run -0 raftctl assert healed
}
