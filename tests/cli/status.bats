#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "status shows one line per node, ps is the same" {
  run -0 raftctl status
  assert_equal "${#lines[@]}" 5
  assert_line --regexp '^n[1-3] +up +LEADER '
  run -0 raftctl ps n1
  assert_equal "${#lines[@]}" 3
}

@test "status --json has the published shape" {
  run -0 --separate-stderr raftctl status --json
  assert_equal "$(json '["schema"]' <<< "$output")" raftctl.status/1
  assert_equal "$(json '["cluster"]' <<< "$output")" default
  assert_equal "$(json '["health"] in ("healthy","degraded")' <<< "$output")" True
  assert_equal "$(json '["voters"], value["up"], value["quorum"]' <<< "$output")" "(3, 3, 2)"
  assert_equal "$(json '["leader"] in [n["id"] for n in value["nodes"]]' <<< "$output")" True
  assert_equal "$(json '["nodes"][0]["process"]' <<< "$output")" up
  assert_equal "$(json '["nodes"][0]["exit"]' <<< "$output")" None
  assert_equal "$(json '["faults"] + value["links"]' <<< "$output")" "[]"
  assert_equal "$(raftctl status -o json n2 | json '["nodes"][0]["id"]')" n2
}

@test "status prints named fields bare" {
  run -0 raftctl status -o id,process
  assert_line --index 0 "n1	up"
  run -2 raftctl status -o id,shoe
  assert_output --partial 'no field "shoe"'
  run -2 raftctl status -o ''
  run -0 raftctl status -o wide
  assert_line --partial DIGEST
}

@test "status tells the truth about what others did to a process" {
  kill -9 "$(node_pid n2)"
  raftctl wait down n2
  run raftctl status n2
  assert_line --regexp '^n2 +down: signal 9'
  kill -STOP "$(node_pid n3)"
  run raftctl status n3 -o process
  assert_output paused
  kill -CONT "$(node_pid n3)"
}

@test "status of a cluster without a leader says so once" {
  raftctl partition isolate all
  raftctl wait no-leader
  run -1 raftctl status
  assert_line --index 0 --partial "default: no leader, term"
}

@test "status exits 1 without a leader, 3 when stopped, 4 when unknown" {
  raftctl kill n1,n2
  raftctl wait no-leader
  run -1 raftctl status
  assert_line --partial "default: no quorum, no leader, term"
  raftctl down
  run -3 raftctl status
  run -4 raftctl -c nosuch status
  run -4 raftctl status --json -c nosuch
}

@test "status without a supervisor still reads the table" {
  pid=$(supervisor_pid)
  kill -9 "$pid"
  await_exit "$pid" # until the kernel has taken it away, it lives
  run raftctl status
  assert_line --partial "no supervisor"
  assert_line --regexp '^n1 +up'
}

@test "status of nobody" {
  run -4 raftctl status n9
  assert_output --partial "no node n9 in cluster default (it has n1..n3)"
  run -2 raftctl status bogus
}

@test "status never colours a pipe, but does when told" {
  run -0 raftctl status
  refute_output --partial $'\033'
  run -0 raftctl status --color=always
  assert_output --partial $'\033'
  CLICOLOR_FORCE=1 run -0 raftctl status
  assert_output --partial $'\033'
  CLICOLOR_FORCE=1 NO_COLOR=1 run -0 raftctl status
  refute_output --partial $'\033'
  run -2 raftctl status --color=blue
}

@test "status -w prints again at a change and ends with the cluster" {
  raftctl status -w -o id,process > "$RAFTCTL_HOME/watch" 3>&- &
  raftctl kill n3
  raftctl down
  wait $! || [ $? -le 3 ]
  run cat "$RAFTCTL_HOME/watch"
  assert_line --partial "n3	down"
}

# on_terminal COLUMNS COMMAND..: what the command writes on a terminal of that width.
on_terminal() {
  python3 -c '
import fcntl, os, pty, struct, sys, termios
columns, command = int(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execv(command[0], command)
written = b""
while True:
    try:
        got = os.read(fd, 4096)
    except OSError:
        break
    if not got:
        break
    written += got
os.waitpid(pid, 0)
print(written.decode().replace("\r", ""), end="")' "$@" 3>&-
}

@test "on a terminal that is too narrow status leaves columns out, elsewhere none" {
  cluster_up 3
  run -0 on_terminal 200 "$RAFTCTL_BIN" --color never status
  assert_line --regexp '^ID +PROCESS .* VOTE +COMMIT +LAG +LOG +HEARTBEAT +PID +FAULTS$'
  run -0 on_terminal 80 "$RAFTCTL_BIN" --color never status
  assert_line --regexp '^ID +PROCESS .* VOTE +COMMIT .* LOG .* FAULTS$'
  refute_output --partial PID
  for line in "${lines[@]}"; do [[ ${#line} -le 80 ]]; done
  run -0 on_terminal 20 "$RAFTCTL_BIN" --color never status
  assert_line --regexp '^ID +PROCESS +STATE +SUBSTATE +TERM +COMMIT +LOG +FAULTS$'
  run -0 raftctl status
  assert_line --regexp '^ID +PROCESS .* VOTE +COMMIT +LAG +LOG +HEARTBEAT +PID +FAULTS$'
}
