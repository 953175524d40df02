#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Bad links, one quality after the other: seen in what nodes count, and in what they do.
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

# What a node has counted: counter NODE dropped.lost
counter() { raftctl inspect "$1" | awk -v name="$2" '$1 == name { print $2 }'; }

@test "link says what it made, faults and events list it, heal ends it" {
  run -0 raftctl link n1-n2 loss=20% delay=80ms jitter=20
  assert_output --regexp '^f1 link: n1-n2 loss=20% delay=80ms jitter=20ms  seq [0-9]+$'
  run -0 raftctl link 'n3>*' dup=0.5% --for 10m -v
  assert_line --regexp '^f2 link: n3>\* dup=0\.5%  seq [0-9]+$'
  assert_line '  from n3: ~ ~ \'
  assert_line '  from n1: \ . .'
  run -0 raftctl faults
  assert_line --index 1 --regexp '^f1 +link +n1-n2 loss=20% delay=80ms jitter=20ms +[0-9.]+ s +when healed$'
  assert_line --index 2 --regexp '^f2 +link +n3>\* dup=0\.5% +[0-9.]+ s +in [0-9.]+ s$'
  run -0 raftctl faults --json
  assert_equal "$(json '["faults"][0]["link"]' <<< "$output")" "{'loss_percent': 20.0, 'delay_ms': 80.0, 'jitter_ms': 20.0}"
  assert_equal "$(json '["links"].__len__()' <<< "$output")" 4
  run -0 raftctl heal f1
  run -0 raftctl events
  assert_line --partial "f1 made: link n1-n2 loss=20% delay=80ms jitter=20ms"
  assert_line --partial "f1 healed: link n1-n2 loss=20% delay=80ms jitter=20ms"
  run -1 raftctl assert healed
  raftctl heal
  run -0 raftctl assert healed
}

@test "link: what is told can be said again" {
  local links
  run -0 raftctl link 1,2 'n3>n1' loss=1%
  assert_output --partial " link: n1,n2-* n3>n1 loss=1%  seq "
  read -ra links <<< "n1,n2-* n3>n1"
  run -0 raftctl link "${links[@]}" loss=1%
  assert_output --partial " link: n1,n2-* n3>n1 loss=1%  seq "
}

@test "link: every way to name links" {
  links() { # COUNT LINK..
    local count=$1
    shift
    raftctl link "$@" delay=1ms > /dev/null
    assert_equal "$* $(raftctl faults --json | json '["links"].__len__()')" "$* $count"
    raftctl heal > /dev/null
  }
  links 1 'n1>n2'
  links 2 n1-n2
  links 2 1-2
  links 4 n2
  links 4 'n2-*'
  links 2 'n2>*'
  links 2 '*>n2'
  links 2 'leader>*'
  links 2 'followers>leader'
  links 2 '1-2>3'
  links 6 '*'
  links 6 all
  links 3 'n1>n2' n2-n3
  run -0 raftctl link all loss=20%
  assert_output --partial ": * loss=20%"
}

@test "E3 loss: all of them lost is a cut that was counted as loss" {
  run -0 raftctl link n3 loss=100%
  run -0 raftctl wait "substate n3=leader_lost | state n3=candidate"
  must_put key value
  [[ $(counter n3 dropped.lost) -gt 0 ]]
  assert_equal "$(counter n3 dropped.cut)" 0
  raftctl heal
  wait_for converged
}

@test "E3 loss: a deaf leader is replaced" {
  old=$(leader)
  run -0 raftctl link "*>$old" loss=100%
  run -0 raftctl wait "leader!=$old"
  raftctl heal
  wait_for converged
}

@test "E3 dup: each message is there twice, each write once" {
  run -0 raftctl link '*' dup=100%
  must_put key 1
  run -0 raftctl cas key 1 2
  run -0 raftctl cas key 2 3
  assert_equal "$(raftctl get key)" 3
  [[ $(counter leader shaped.duplicated) -gt 0 ]]
  wait_for converged
}

@test "E3 reorder: every second one is overtaken, and nothing is lost" {
  run -0 raftctl link '*' reorder=50%
  for i in 1 2 3 4 5; do
    must_put "key$i" "$i"
  done
  run -0 raftctl wait converged
  [[ $(counter leader shaped.reordered) -gt 0 ]]
  assert_equal "$(counter leader dropped.lost)" 0
}

@test "E3 delay: the leader sees its followers' answers later by the way there and back" {
  run -0 raftctl link '*' delay=40ms jitter=5ms
  for ((i = 0; i < 30; i++)); do # What was timed last may have begun before.
    must_put key value
    run -0 raftctl inspect leader --json
    slowest=$(json '["peers"] and max(peer["rtt_ms"] or 0 for peer in value["peers"])' <<< "$output")
    [[ ${slowest%.*} -lt 70 ]] || break
  done
  assert [ "${slowest%.*}" -ge 70 ]
  [[ $(counter leader shaped.delayed) -gt 0 ]]
}

@test "E3 corrupt: what is damaged is found out and counted by the receiver" {
  lead=$(leader)
  run -0 raftctl link "$lead>*" corrupt=50%
  for i in 1 2 3 4 5 6 7 8; do
    must_put "key$i" "$i"
  done
  wait_for converged
  [[ $(counter "$lead" shaped.corrupted) -gt 0 ]]
  found=0
  for node in n1 n2 n3; do
    [[ $node != "$lead" ]] || continue
    for reason in magic version length type receiver cluster sender checksum; do
      found=$((found + $(counter "$node" dropped.$reason)))
    done
  done
  [[ $found -gt 0 ]]
  assert_equal "$(counter "$lead" dropped.checksum)" 0
}

@test "several bad links combine: losses multiply, delays add" {
  raftctl link n1-n2 loss=20% delay=30ms
  raftctl link '*' loss=20% delay=50ms dup=1%
  run -0 raftctl faults --json
  run -0 json '["links"][0]' <<< "$output"
  assert_output "{'from': 'n1', 'to': 'n2', 'cut': False, 'loss_percent': 36.0, 'dup_percent': 1.0, 'delay_ms': 80.0}"
}

@test "a partition replaces cuts and leaves bad links bad" {
  raftctl link n1-n2 delay=1ms
  raftctl partition isolate n3
  raftctl partition cut n1-n3
  run -0 raftctl faults
  assert_line --regexp '^f1 +link +n1-n2 delay=1ms '
  assert_line --regexp '^f3 +cut +n1-n3 '
  refute_line --regexp '^f2 '
}

@test "link --for ends by itself, and a restarted node finds its bad links" {
  seq=$(seq_of link n3 delay=1ms --for 300ms)
  run -0 raftctl wait "event fault .*ended by itself: link n3-\* delay=1ms" --after "$seq"
  run -0 raftctl assert healed
  raftctl link n3 loss=100%
  run -0 raftctl restart n3
  run -0 raftctl wait "state n3=candidate | substate n3=leader_lost | substate n3=starting"
  run -1 raftctl assert "state n3=leader"
  raftctl heal n3
  wait_for healed converged
}

@test "link: what is held when its link is healed leaves at once" {
  raftctl link n3 delay=60s
  must_put key value
  raftctl heal
  wait_for converged
}

@test "link refuses what makes no sense, and nothing changes" {
  refuse() { # CODE MESSAGE ARGUMENT..
    local code=$1 message=$2
    shift 2
    run "-$code" raftctl link "$@"
    assert_output "raftctl: link: $message"
  }
  refuse 2 "an argument is missing: raftctl link LINK... QUALITY=VALUE..." n1-n2
  refuse 2 "which links? 'n1>n2', n1-n2, n2, 'leader>*', or '*' for all" loss=1% delay=1ms
  refuse 2 'no quality "speed" (there is: loss, dup, reorder, corrupt, delay, jitter)' n1 speed=1
  refuse 2 'loss: expected a share 0%..100%, such as 20% or 0.5%, got "120%"' n1 loss=120%
  refuse 2 'loss: expected a share 0%..100%, such as 20% or 0.5%, got "-1%"' n1 loss=-1%
  refuse 2 'loss: expected a share 0%..100%, such as 20% or 0.5%, got "20ms"' n1 loss=20ms
  refuse 2 'loss: expected a share 0%..100%, such as 20% or 0.5%, got "0.2"' n1 loss=0.2
  refuse 2 'dup: expected a share 0%..100%, such as 20% or 0.5%, got ""' n1 dup=
  refuse 2 'delay: expected a time 0..60s, such as 80ms or 1.5s, got "61s"' n1 delay=61s
  refuse 2 'jitter: expected a time 0..60s, such as 80ms or 1.5s, got "20%"' n1 jitter=20%
  refuse 2 'loss is given twice' n1 loss=1% loss=2%
  refuse 2 'it would change nothing: say how bad, as in loss=20% or delay=80ms (heal makes links good again)' n1 loss=0
  refuse 2 'n1-n1: there is no link between two nodes in it' n1-n1 loss=1%
  refuse 2 "\"n1-n2-n3\" is no link: 'n1>n2' (one way), n1-n2 (both), n2 (all of its links), 'leader>*' or '*' (all there are)" n1-n2-n3 loss=1%
  refuse 4 "no node n9 in cluster default (it has n1..n3)" 'n1>n9' loss=1%
  refuse 2 '--for: 0s would end at once: give a time (500ms, 30s), or leave --for out and heal it' n1 loss=1% --for 0s
  run -4 raftctl -c nosuch link n1 loss=1%
  run -0 raftctl assert healed
  raftctl down
  run -3 raftctl link n1 loss=1%
}
