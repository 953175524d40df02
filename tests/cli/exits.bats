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

@test "7: an unknown outcome says so once, with its cause" {
  cluster_up 3 --timing wan
  raftctl pause followers
  run -7 raftctl put key value --at leader --timeout 0.3
  assert_line --index 0 "raftctl: put: outcome unknown, it may or may not have been applied: no answer in time"
  run -7 raftctl put key value --at leader --timeout 20
  assert_line --index 0 "raftctl: put: outcome unknown, it may or may not have been applied: the leader lost its office before the command was committed"
}
