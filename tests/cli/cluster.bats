#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A cluster of processes in the hands of a test: what RaftFrame's clusters of servers were for.

load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

# What a node says of itself.
look() { raftctl inspect "$1" --json | json '["state"], value["term"], value["leader"]'; }

# What the shared table says of a node, whether the process can speak or not.
read_table() {
  raftctl status "$1" --json | python3 -c '
import json, sys
node = json.load(sys.stdin)["nodes"][0]
print(*(node[name] for name in ("state", "substate", "term", "leader", "commit")))'
}

@test "B27 any node, whatever its role, says its state, term and leader" {
  cluster_up 3
  led=$(leader)
  raftctl wait converged
  term=$(raftctl status "$led" -o term)
  assert_equal "$(look "$led")" "('leader', $term, '$led')"
  for node in $(followers); do assert_equal "$(look "$node")" "('follower', $term, '$led')"; done
  lone=$(followers | head -n 1)
  raftctl kill "$led"
  raftctl kill "$(followers | grep -vx "$lone")"
  wait_for state "$lone=candidate" '&' no-leader
  assert_regex "$(look "$lone")" "^\('candidate', [1-9][0-9]*, None\)\$"
}

@test "F22 nodes start, stop and come back by name, are waited for, and leave nothing behind" {
  cluster_up 3
  led=$(leader)
  seq=$(seq_of stop "$led")
  wait_for leader "leader!=$led" --after "$seq"
  assert_equal "$(raftctl status "$led" -o process)" down
  raftctl start "$led"
  wait_for state "$led=follower"
  pid=$(node_pid "$led")
  raftctl restart "$led"
  wait_for state "$led=follower" converged
  refute [ "$(node_pid "$led")" = "$pid" ]
  run -124 raftctl wait state "$led=leader" --timeout 10ms
  ports=$(raftctl status -o udp)
  raftctl down
  assert_equal "$(cluster_processes)" ""
  python3 - "$ports" << 'END'
import socket, sys
for port in sys.argv[1].split():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", int(port.split(":")[-1])))
END
}

@test "F23 role, substate, term, leader and commit of processes that answer nobody are read" {
  cluster_up 3
  must_put key value
  raftctl wait converged
  led=$(leader)
  for node in n1 n2 n3; do pids+=" $(node_pid "$node")"; done
  kill -9 "$(supervisor_pid)"
  # shellcheck disable=SC2086
  kill -STOP $pids
  for node in n1 n2 n3; do
    run read_table "$node"
    if [[ $node == "$led" ]]; then
      assert_output --regexp "^leader (became_leader|sent_[a-z]+) [1-9][0-9]* $led 2\$"
    else
      assert_output --regexp "^follower (synced|committed) [1-9][0-9]* $led 2\$"
    fi
  done
  # shellcheck disable=SC2086
  kill -CONT $pids
}

@test "F24 a node of a cluster has its log, no terminal, no input and nothing of ours" {
  cluster_up 1
  pid=$(node_pid n1)
  assert_equal "$(readlink "/proc/$pid/fd/0")" /dev/null
  log=$(readlink "/proc/$pid/fd/1")
  assert_equal "$log" "$(readlink "/proc/$pid/fd/2")"
  assert_regex "$log" "^$RAFTCTL_HOME/.*/n1\.log\$"
  assert [ -s "$log" ]
  assert_equal "$(readlink "/proc/$pid/cwd")" /
  assert_equal "$(ps -o sid= -p "$pid" | tr -d ' ')" "$pid"
  raftctl restart n1
  assert_equal "$(readlink "/proc/$(node_pid n1)/fd/1")" "$log"
}

@test "F28 a stopped node comes back with its store, and without it a new one takes its place" {
  cluster_up 3
  must_put key value
  raftctl stop n2
  must_put key newer
  raftctl start n2
  wait_for converged
  assert_equal "$(raftctl get key --at n2 --stale)" newer
  raftctl stop n2
  rm -r "$RAFTCTL_HOME/data/default/n2"
  run -1 raftctl start n2 # It may have promised what it no longer knows.
  raftctl member replace n2
  wait_for converged
  assert_equal "$(raftctl get key --at n4 --stale)" newer
}

@test "G1 F21 a balance outlives its leader, and who comes back has it" {
  cluster_up 3 --app bank
  raftctl bank credit 10
  first=$(kill_leader)
  assert_equal "$(raftctl -q bank query)" 10
  raftctl bank credit 5
  raftctl start "$first"
  wait_for converged
  assert_equal "$(raftctl -q bank query --at "$first" --stale)" 15
  follower=$(followers | head -n 1)
  raftctl stop "$follower"
  raftctl bank debit 1
  raftctl start "$follower"
  wait_for converged
  assert_equal "$(raftctl -q bank query --at "$follower" --stale)" 14
  run -0 raftctl bank credit 1 --via "$follower"
  assert_equal "$(raftctl -q bank query)" 15
}

@test "G11 commands at the leader and by way of a follower, late, too late and refused" {
  cluster_up 3 --app bank
  led=$(leader)
  others=$(followers | paste -sd ,)
  follower=${others%%,*}
  run -0 raftctl bank credit 1 --at "$led"
  run -0 raftctl bank credit 1 --via "$led"
  run -0 raftctl bank credit 1 --via "$follower"
  # Late: nobody commits it until the followers go on.
  raftctl pause "$others"
  raftctl bank credit 1 3>&- &
  late=$!
  run raftctl bank credit 1 --timeout 200ms
  [[ $status -eq 6 || $status -eq 7 ]]
  raftctl resume "$others"
  wait "$late"
  wait_for converged
  balance=$(raftctl -q bank query)
  # Refused, here and from afar, and the next one works.
  run -1 raftctl bank debit 100 --at "$(leader)"
  assert_output --partial "Insufficient account balance"
  run -1 raftctl bank debit 100 --via "$(followers | head -n 1)"
  run -0 raftctl bank debit 1
  assert_equal "$(raftctl -q bank query)" $((balance - 1))
}

@test "G12 nodes paused before the election is decided elect exactly one when they go on" {
  cluster_up 3
  led=$(leader)
  read -r one other <<< "$(followers | tr '\n' ' ')"
  raftctl pause "$other"
  seq=$(seq_of kill "$led")
  wait_for state "$one=candidate" --after "$seq"
  raftctl pause "$one"
  assert_equal "$(raftctl status "$one" -o state)" candidate
  assert_equal "$(raftctl status "$other" -o state)" follower
  raftctl resume "$one"
  raftctl resume "$other"
  wait_for leader --after "$seq"
  assert_equal "$(raftctl events --type role --since "$seq" | grep -c ' candidate -> leader ')" 1
}
