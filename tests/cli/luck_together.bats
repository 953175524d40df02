#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Several people at one cluster at once.

load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

@test "several first ups of one cluster at once make one cluster" {
  local pids=() pid
  for i in 1 2 3 4; do
    raftctl up 3 -d --timing fast > "$BATS_TEST_TMPDIR/up$i" 2>&1 3>&- &
    pids+=("$!")
  done
  for pid in "${pids[@]}"; do
    wait "$pid" || { cat "$BATS_TEST_TMPDIR"/up*; return 1; }
  done
  raftctl wait 'up all' converged
  raftctl put a 1
  run raftctl get a
  assert_output 1
  run pgrep -c -f "raftnode .*$RAFTCTL_HOME/"
  assert_output 3
}

@test "nobody starts a cluster whose first up still holds its ports" {
  data=$RAFTCTL_HOME/data/default
  mkdir -p "$data" && chmod 700 "$RAFTCTL_HOME/data" "$data"
  mkfifo "$data/supervisor.log" # the first up stands still when it starts its supervisor
  raftctl up 3 -d > "$RAFTCTL_HOME/first" 2>&1 3>&- &
  first=$!
  until [[ -e $data/cluster.json ]]; do kill -0 "$first"; done
  run -3 raftctl start n1
  run -3 raftctl put key value
  raftctl up -d > "$RAFTCTL_HOME/second" 2>&1 3>&- &
  second=$!
  cat "$data/supervisor.log" > "$RAFTCTL_HOME/log" 3>&- &
  wait "$first"
  wait "$second"
  rm "$data/supervisor.log"
  run -0 raftctl status -o restarts
  assert_output "0
0
0"
  run -0 raftctl events --type process
  refute_output --partial "exit 75"
}

@test "puts of many clients at once are all there" {
  raftctl up 3 -d --timing fast
  local pids=() pid
  for i in $(seq 1 20); do
    raftctl -q put "key$i" "$i" 3>&- &
    pids+=("$!")
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
  for i in $(seq 1 20); do
    run raftctl get "key$i"
    assert_output "$i"
  done
}

# crowd SOCKET PID: thirty clients come while the process may not have one more descriptor. It goes
# on with whom it knows, sleeps, and serves all thirty once it may.
crowd() {
  python3 - "$1" "$2" << 'PYTHON'
import json, os, resource, socket, sys
path, pid = sys.argv[1], int(sys.argv[2])
NOFILE = resource.RLIMIT_NOFILE

def connect():
    one = socket.socket(socket.AF_UNIX)
    one.connect(path)
    return one, one.makefile()

def ask(one, verb):
    one[0].sendall(b'{"verb": "%s"}\n' % verb)
    answer = json.loads(one[1].readline())
    assert answer["ok"]
    return answer

def slept(): # who tries again and again never gives its processor away
    with open("/proc/%d/status" % pid) as status:
        return int(status.read().split("\nvoluntary_ctxt_switches:")[1].split()[0])

old = connect()
ask(old, b"ping")
limits = resource.prlimit(pid, NOFILE)
used = len(os.listdir("/proc/%d/fd" % pid)) # there are no gaps, or the newcomers fill them
resource.prlimit(pid, NOFILE, (used, limits[1]))
newcomers = [connect() for i in range(30)]
ask(old, b"ping") # by then it has looked at them
before = slept()
assert any(ask(old, b"ping") and slept() >= before + 100 for i in range(10000))
resource.prlimit(pid, NOFILE, limits)
for one in newcomers:
    ask(one, b"ping")
ask(old, b"ping")
PYTHON
}

@test "A20 without a descriptor left a node's socket rests, and serves again" {
  raftctl up 1 -d --timing fast
  crowd "$RAFTCTL_HOME/run/default/n1.sock" "$(node_pid n1)"
}

@test "A20 without a descriptor left the supervisor rests, and serves again" {
  raftctl up 1 -d --timing fast
  crowd "$RAFTCTL_HOME/run/default/ctl" "$(supervisor_pid)"
  raftctl restart n1
}
