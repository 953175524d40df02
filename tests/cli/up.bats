#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

@test "up makes three nodes by default, waits for a leader and prints the table" {
  run -0 raftctl up -d
  assert_line --regexp '^default: (healthy|degraded), leader n[1-3], term [0-9]+, commit [0-9]+, 3/3 up, quorum 2$'
  assert_line --regexp '^n3 +up '
  assert_line --regexp '^up  seq [0-9]+$'
}

@test "up 1 and up 2 work" {
  run -0 raftctl -c one up 1 -d
  run -0 raftctl -c two up 2 -d
  run -0 raftctl -c one put key 1
  run -0 raftctl -c two put key 2
  assert_equal "$(raftctl -c one get key)$(raftctl -c two get key)" 12
}

@test "up of a running cluster says so and changes nothing" {
  cluster_up 3
  pid=$(node_pid n1)
  run -0 raftctl up -d
  assert_output --partial "runs already"
  run -0 raftctl up 3 -d --timing lan --app kv
  assert_equal "$(node_pid n1)" "$pid"
}

@test "up of a running cluster starts the nodes that are down" {
  cluster_up 3
  raftctl kill n2
  run -0 raftctl up -d
  assert_output --partial "starting n2"
  run -0 raftctl assert up all
}

@test "up resumes a stopped cluster with its data and its ports" {
  cluster_up 3
  must_put key value
  udp=$(raftctl status -o udp)
  raftctl down
  run -0 raftctl up -d
  assert_equal "$(raftctl get key)" value
  assert_equal "$(raftctl status -o udp)" "$udp"
}

@test "kill -9 of everything at once loses no acknowledged value" {
  cluster_up 3
  for i in 1 2 3 4 5; do must_put "key$i" "value$i"; done
  pids=$(cluster_processes)
  # shellcheck disable=SC2086
  kill -9 $pids
  for pid in $pids; do await_exit "$pid"; done
  run -0 raftctl up -d
  for i in 1 2 3 4 5; do assert_equal "$(raftctl get "key$i")" "value$i"; done
}

@test "up with another N, app or timing than stored is refused with the ways out" {
  cluster_up 3
  run -2 raftctl up 5 -d
  assert_output --partial "has 3 nodes, not 5"
  assert_output --partial "--fresh"
  run -2 raftctl up --timing fast -d
  assert_output --partial "timing lan, not fast"
  run -2 raftctl up --restart crash -d
  assert_output --partial "--restart never, not crash"
  raftctl down
  run -2 raftctl up 5 -d
  assert_output --partial "has 3 nodes, not 5"
}

@test "up --snapshot-every and --lease-reads are for good, and refused afterwards" {
  cluster_up 3 --snapshot-every 8 --lease-reads --timing fast
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do must_put key "$i"; done
  run -0 raftctl wait "commit>=20"
  run -0 raftctl wait converged
  run -0 raftctl inspect leader --json
  assert_equal "$(json '["snapshot"]["index"] >= 8, value["log"]["first"] > 1' <<< "$output")" "(True, True)"
  assert_equal "$(json '["self"]["reads"]["by_lease"]' <<< "$output")" True
  assert_equal "$(raftctl get key)" 20
  run -0 raftctl up -d --snapshot-every 8 --lease-reads
  run -2 raftctl up -d --snapshot-every 9
  assert_output --partial "has --snapshot-every 8, not 9"
  raftctl down
  run -0 raftctl up -d
  run -0 raftctl inspect n1 --json
  assert_equal "$(json '["self"]["reads"]["by_lease"]' <<< "$output")" True
  run -0 raftctl -c plain up 1 -d --timing fast
  run -2 raftctl -c plain up -d --lease-reads
  assert_output --partial "has no --lease-reads"
  run -2 raftctl -c plain up -d --snapshot-every 9
  assert_output --partial "has --snapshot-every 8192, not 9"
  run -0 raftctl -c plain up -d --snapshot-every 8192
  run -2 raftctl -c other up -d --snapshot-every 0
  assert_output --partial '"0" is not a number from 1 to 1000000000'
}

@test "up --app chooses the app for good, and the commands of another one say so" {
  for app in bank queue; do
    run -0 raftctl -c "$app" up 1 -d --timing fast --app "$app"
    assert_equal "$(raftctl -c "$app" ls --json | json '["clusters"][-1]["app"]')" "$app"
    for words in "put key value" "get key" "get key --stale" "del key" "cas key old new"; do
      # shellcheck disable=SC2086
      run -2 --separate-stderr raftctl -c "$app" $words
      [[ $stderr == "raftctl: ${words%% *}: cluster $app runs the app $app, this is for kv ("*")" ]]
    done
    run -2 raftctl -c "$app" up -d --app kv
    assert_output --partial "app $app, not kv"
    run -0 raftctl -c "$app" snapshot n1
    raftctl -c "$app" down
    run -0 raftctl -c "$app" up -d # its own image is taken back
    run -0 raftctl -c "$app" assert leader
    raftctl -c "$app" down
  done
}

@test "up refuses what is no number of nodes, naming the limit" {
  for n in 0 -3 five 64 3.5 99999999999999999999 ''; do
    run -2 raftctl up "$n" -d
    assert_output --partial "\"$n\" is not a number of nodes from 1 to 63"
  done
  run -2 raftctl up 3 5
  assert_output --partial 'too many, "5"'
  run -2 raftctl up --app chess
  assert_output --partial "there is: kv, bank, queue"
  run -2 raftctl up --timing slow
  assert_output --partial "fast|lan|wan"
  run -2 raftctl up --base-port 70000
  run -4 raftctl status
}

@test "up says which node did not start, though the others lead" {
  cluster_up 3
  must_put key value
  raftctl down
  rm -r "$RAFTCTL_HOME/data/default/n3"
  run -1 --separate-stderr raftctl up -d
  assert_line --partial "2/3 up"
  [[ $stderr == "raftctl: up: n3 did not start, it is down: exit 65, damaged or foreign data (raftctl events and logs n3 say more)" ]]
  run -0 raftctl events
  assert_output --partial "its store is gone"
  run -1 raftctl start n3
  assert_output --partial "n3 did not start: its store is gone: put $RAFTCTL_HOME/data/default/n3 back"
  assert_equal "$(raftctl get key)" value
  run -1 --separate-stderr raftctl up -d # nor does it now
  [[ $stderr == *"n3 did not start"* ]]
  raftctl down
  run -1 --separate-stderr raftctl --json up
  assert_equal "$(json '["up"]' <<< "$output")" 2
}

@test "up --fresh begins anew, but not while it runs and not unasked" {
  cluster_up 3
  must_put key value
  run -5 raftctl up --fresh --yes -d
  assert_output --partial "runs"
  raftctl down
  run -5 raftctl up --fresh -d < /dev/null
  assert_output --partial "--yes"
  run -0 raftctl up 5 --fresh --yes -d
  run -1 raftctl get key
  run -0 raftctl status n5
}

@test "up --json prints the status object and nothing else" {
  run -0 --separate-stderr raftctl --json up 3 -d
  assert_equal "$(json '["schema"]' <<< "$output")" raftctl.status/1
  assert_equal "$(json '["up"]' <<< "$output")" 3
}

@test "up --restart crash brings a killed process back, without it it stays down" {
  raftctl -c back up 3 -d --restart crash
  pid=$(raftctl -c back status n1 -o pid)
  kill -9 "$pid"
  run -0 raftctl -c back wait "event n1 process .*signal 9" --after 0
  run -0 raftctl -c back wait up n1
  refute [ "$(raftctl -c back status n1 -o pid)" = "$pid" ]
  raftctl -c stay up 3 -d
  kill -9 "$(raftctl -c stay status n1 -o pid)"
  run -0 raftctl -c stay wait down n1
}

@test "up --base-port uses it, a taken one is named" {
  run -0 raftctl up 1 -d --base-port 21111
  assert_equal "$(raftctl status -o udp)" 127.0.0.1:21111
  run raftctl -c other up 1 -d --base-port 21111
  refute [ "$status" -eq 0 ]
  assert_output --partial 21111
}

@test "up with a port that was taken meanwhile fails at once and says which" {
  cluster_up 1
  port=$(raftctl status -o udp)
  raftctl down
  mkfifo "$RAFTCTL_HOME/ready" "$RAFTCTL_HOME/hold"
  python3 -c '
import socket, sys
taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taken.bind(("127.0.0.1", int(sys.argv[1])))
open(sys.argv[2], "w").close()
open(sys.argv[3]).read()' "${port#*:}" "$RAFTCTL_HOME/ready" "$RAFTCTL_HOME/hold" 3>&- &
  cat "$RAFTCTL_HOME/ready"
  run -1 raftctl up -d
  assert_output --partial "${port#*:}"
  echo > "$RAFTCTL_HOME/hold"
  run -0 raftctl up -d
}

@test "a bad cluster name is usage" {
  run -2 raftctl -c ../x up -d
  run -2 raftctl -c .hidden up -d
  run -2 raftctl -c "$(printf 'a%.0s' {1..40})" up -d
}

@test "two clusters run side by side" {
  raftctl -c a up 3 -d
  raftctl -c b up 3 -d
  raftctl -c a put key a
  raftctl -c b put key b
  assert_equal "$(raftctl -c a get key)$(raftctl -c b get key)" ab
}

@test "the daemon holds none of our descriptors" {
  exec 9> "$RAFTCTL_HOME/held"
  cluster_up 3
  exec 9>&-
  for pid in $(cluster_processes); do
    run ls -l "/proc/$pid/fd"
    refute_output --partial "$RAFTCTL_HOME/held"
  done
}
