#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The exit codes that no single command owns; help exit-codes has the table.
load cli.bash

setup() { cluster_home; }
teardown() {
  chmod -R u+rwX "$RAFTCTL_HOME"
  cluster_down
}

# Runs raftctl as somebody for whom file modes count, root or not.
raftctl_unprivileged() {
  if [[ $EUID -eq 0 ]]; then
    setpriv --bounding-set -dac_override,-dac_read_search,-fowner "$RAFTCTL_BIN" "$@"
  else
    raftctl "$@"
  fi
}

@test "126: a home that cannot be made, whatever is in the way" {
  touch "$RAFTCTL_HOME/file"
  for home in /proc/raftctl /dev/null/home "$RAFTCTL_HOME/file"; do
    RAFTCTL_HOME=$home run -126 raftctl up -d
    assert_output --partial "raftctl: up: cannot make the directory $home"
    assert_output --partial "RAFTCTL_HOME"
  done
}

@test "126: folders that may not be written" {
  cluster_up 1
  chmod 500 "$RAFTCTL_HOME"
  run -126 raftctl_unprivileged use default
  assert_output --partial "cannot write $RAFTCTL_HOME/current"
  chmod 500 "$RAFTCTL_HOME/data"
  run -126 raftctl_unprivileged -c other up 1 -d
  assert_output --partial "cannot make the directory $RAFTCTL_HOME/data/other"
  raftctl down
  chmod 500 "$RAFTCTL_HOME/data/default"
  run -126 raftctl_unprivileged down --wipe --yes
  assert_output --partial "cannot remove $RAFTCTL_HOME/data/default"
}

@test "126: folders that may not be read are not the same as none" {
  cluster_up 1
  chmod 000 "$RAFTCTL_HOME/data"
  for command in status "put key value" "log n1" "wait leader" up; do
    # shellcheck disable=SC2086
    run -126 raftctl_unprivileged $command
    assert_output --partial "$RAFTCTL_HOME/data"
    assert_output --partial "Permission denied"
  done
  run -126 raftctl_unprivileged ls
  assert_output --partial "Permission denied"
  run -126 raftctl_unprivileged down --all
}

# Every command that looks at a cluster.
every_command() {
  cat << 'EOF'
status
ps n1
status -w
top
events
events -f
logs leader
log leader
inspect n1
wait leader
assert leader
start all
stop all
restart n1
kill n1
pause all
resume all
partition halves
heal
faults
transfer
campaign n1
put a 1
get a
del a
cas a 1 2
EOF
}

@test "3: a cluster that is not running, whatever is asked" {
  cluster_up 1
  raftctl down
  while read -r command; do
    # shellcheck disable=SC2086
    run -3 --separate-stderr raftctl $command < /dev/null
    assert_equal "$command: $output" "$command: "
    [[ $stderr == "raftctl: "*"cluster default is not running"* ]]
  done < <(every_command)
  for command in "log n9" "logs n9" "log n1 --diff n9"; do
    # shellcheck disable=SC2086
    run -4 raftctl $command
    assert_output --partial "no node n9 in cluster default"
  done
}

@test "4: a cluster that does not exist, whatever is asked" {
  while read -r command; do
    # shellcheck disable=SC2086
    run -4 --separate-stderr raftctl -c nosuch $command < /dev/null
    assert_equal "$command: $output" "$command: "
    [[ $stderr == "raftctl: "*"no cluster nosuch (there is none yet; raftctl -c nosuch up makes it)" ]]
  done < <(every_command)
  run -4 raftctl use nosuch
  run -4 raftctl -c nosuch down
}

@test "5: what would lose data is refused and leaves everything as it is" {
  cluster_up 1
  must_put key value
  run -5 raftctl up --fresh --yes -d
  run -5 raftctl down --wipe < /dev/null
  run -5 raftctl down --all --wipe < /dev/null
  assert_equal "$(raftctl get key)" value
}

@test "20: a node that died while somebody waited" {
  cluster_up 3
  seq=$(raftctl status --json | json '["seq"]')
  kill -9 "$(node_pid n2)"
  run -20 --separate-stderr raftctl wait "term>=99999" --after "$seq" --json
  assert_equal "$(json '["holds"]' <<< "$output")" False
  [[ $stderr == *"n2 died unexpectedly"* ]]
}

@test "7: an unknown outcome says so once, with its cause" {
  cluster_up 3 --timing wan
  raftctl pause followers
  run -7 raftctl put key value --at leader --timeout 0.3
  assert_line --index 0 "raftctl: put: outcome unknown, it may or may not have been applied: no answer in time"
}

@test "125: a supervisor lost in the middle of a command" {
  cluster_up 3
  supervisor=$(supervisor_pid)
  raftctl stop n1
  # A node that finds a pipe in place of its cluster's file waits there for ever.
  mv "$RAFTCTL_HOME/data/default/cluster.json" "$RAFTCTL_HOME/cluster.json"
  mkfifo "$RAFTCTL_HOME/data/default/cluster.json"
  seq=$(raftctl status --json | json '["seq"]')
  raftctl start n1 > "$RAFTCTL_HOME/out" 2>&1 3>&- &
  raftctl wait "event n1 process starting" --after "$seq"
  slay "$supervisor"
  status=0; wait $! || status=$?
  assert_equal "$status" 125
  run cat "$RAFTCTL_HOME/out"
  assert_output --partial "raftctl: start: lost the supervisor of cluster default: "
  assert_output --partial "(try again: the next command starts another one)"
  mv "$RAFTCTL_HOME/cluster.json" "$RAFTCTL_HOME/data/default/cluster.json"
  run -0 raftctl restart n1
  run -0 raftctl wait converged
}

# Starts a command that goes on for ever and waits until its first line is there.
start_following() { # COMMAND..
  mkfifo "$RAFTCTL_HOME/fifo"
  # A shell without job control lets what it starts in the background ignore SIGINT.
  env --default-signal=INT "$RAFTCTL_BIN" "$@" > "$RAFTCTL_HOME/fifo" 3>&- &
  follower=$!
  exec 8< "$RAFTCTL_HOME/fifo"
  read -r line <&8
  rm "$RAFTCTL_HOME/fifo"
}

@test "128 + n: what follows ends by a signal, and only it" {
  cluster_up 3
  echo "a line" >> "$RAFTCTL_HOME/data/default/n1.log"
  declare -A numbers=([INT]=2 [TERM]=15)
  while read -r command; do
    for signal in INT TERM; do
      # shellcheck disable=SC2086
      start_following $command
      kill -s "$signal" "$follower"
      status=0; wait "$follower" || status=$?
      assert_equal "$command: $status" "$command: $((128 + numbers[$signal]))"
      exec 8<&-
    done
  done << 'EOF'
events -f
events -f --json
logs -f
logs n1 -f --json
status -w
EOF
  run -0 raftctl assert "up all"
}

@test "a reader that goes away ends what follows" {
  cluster_up 3
  for command in "events -f" "status -w"; do
    # shellcheck disable=SC2086
    start_following $command
    exec 8<&-
    raftctl campaign follower > /dev/null
    status=0; wait "$follower" || status=$?
    assert [ "$status" -lt 2 ]
  done
}
