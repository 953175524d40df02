#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Places and neighbours that are not as they should be.

load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

@test "up 1 and up 2 work (B5)" {
  raftctl up 1 -d --timing fast
  raftctl put a 1
  run raftctl get a
  assert_output 1
  raftctl -c two up 2 -d --timing fast
  raftctl -c two put a 2
  run raftctl -c two get a
  assert_output 2
}

@test "a base port that is taken: says which, and the way out" {
  raftctl up 1 -d --timing fast
  port=$(raftctl status --json | grep -o '"udp": *"127.0.0.1:[0-9]*' | grep -o '[0-9]*$')
  run raftctl -c other up 3 -d --base-port "$port"
  assert_failure
  assert_output --partial "$port"
  assert_output --partial "base-port"
  run raftctl -c other status
  assert_failure 4
}

@test "the port of a killed node stays its own" {
  raftctl up 3 -d --timing fast
  port=$(raftctl status n1 --json | grep -o '"udp": *"127.0.0.1:[0-9]*' | head -n 1 | grep -o '[0-9]*$')
  raftctl kill n1
  run raftctl -c thief up 1 -d --timing fast --base-port "$port"
  assert_failure
  assert_output --partial "$port"
  raftctl start n1
  raftctl wait converged
}

@test "a port taken while node and supervisor were dead: start says which and why" {
  raftctl up 3 -d --timing fast
  port=$(raftctl status n1 --json | grep -o '"udp": *"127.0.0.1:[0-9]*' | head -n 1 | grep -o '[0-9]*$')
  slay "$(supervisor_pid)" "$(node_pid n1)"
  raftctl -c thief up 1 -d --timing fast --base-port "$port"
  run raftctl start n1
  assert_failure
  assert_output --partial "$port"
  raftctl -c thief down
  raftctl start n1
  raftctl wait converged
}

@test "the data of another cluster is refused, and named (C11)" {
  raftctl up 3 -d --timing fast
  raftctl -c other up 3 -d --timing fast
  raftctl kill n1
  raftctl -c other down
  rm -rf "$RAFTCTL_HOME/data/default/n1"
  cp -r "$RAFTCTL_HOME/data/other/n1" "$RAFTCTL_HOME/data/default/n1"
  run raftctl start n1
  assert_failure
  assert_output --partial "belongs to node n1 of cluster"
  raftctl put a 1
}

@test "random, truncated and foreign datagrams at every port while it serves (E6)" {
  raftctl up 3 -d --timing fast
  raftctl -c other up 1 -d --timing fast
  ports=$(raftctl status --json | grep -o '"udp": *"127.0.0.1:[0-9]*' | grep -o '[0-9]*$')
  leader=$(raftctl status --json | grep -o '"leader": *"n[0-9]*"')
  for i in $(seq 1 60); do
    for port in $ports; do
      head -c $((i * 7)) /dev/urandom > "/dev/udp/127.0.0.1/$port"
      { printf 'RFT1\001\003\000\000'; head -c $((40 + i)) /dev/urandom; } > "/dev/udp/127.0.0.1/$port"
      printf 'RFT1' > "/dev/udp/127.0.0.1/$port"
    done
    raftctl put "key$i" "$i"
  done
  run raftctl get key60
  assert_output 60
  assert_equal "$(raftctl status --json | grep -o '"leader": *"n[0-9]*"')" "$leader"
  run raftctl inspect n1 --json
  assert_success
  assert_output --partial '"magic"'
}

@test "a read-only home: up says what it could not write" {
  run unshare -rm bash -c '
    mkdir -p "$RAFTCTL_HOME" && mount -t tmpfs -o ro tmpfs "$RAFTCTL_HOME" || exit 77
    exec "$0" up 3 -d' "$RAFTCTL_BIN"
  [ "$status" -ne 77 ] || skip "no user namespaces here"
  assert_failure
  assert_output --partial "Read-only file system"
}

@test "a full home: up says that no space is left" {
  run unshare -rm bash -c '
    mount -t tmpfs -o size=16k tmpfs "$RAFTCTL_HOME" || exit 77
    dd if=/dev/zero of="$RAFTCTL_HOME/ballast" bs=4k count=16 2> /dev/null
    exec "$0" up 3 -d --timeout 10' "$RAFTCTL_BIN"
  [ "$status" -ne 77 ] || skip "no user namespaces here"
  assert_failure
  assert_output --partial "No space left"
}

@test "a home that fills up while the cluster runs: writes are refused, then it goes on" {
  run unshare -rm bash -c '
    mount -t tmpfs -o size=40m tmpfs "$RAFTCTL_HOME" || exit 77
    set -e
    "$0" up 3 -d --timing fast
    "$0" put before 1
    dd if=/dev/zero of="$RAFTCTL_HOME/ballast" bs=4k 2> /dev/null || true
    for i in $(seq 1 400); do
      head -c 20000 /dev/zero | tr "\0" x | "$0" put "key$i" - 2> /dev/null || break
    done
    "$0" wait "substate all=disk_full | event .*disk_full" --timeout 10
    rm "$RAFTCTL_HOME/ballast"
    "$0" wait "converged" --timeout 20
    for try in 1 2 3 4 5 6 7 8; do
      "$0" put after 2 2> /dev/null && break
      "$0" wait "event .*" --timeout 1 || true
    done
    test "$("$0" get before)" = 1
    test "$("$0" get after)" = 2
    "$0" down' "$RAFTCTL_BIN"
  [ "$status" -ne 77 ] || skip "no user namespaces here"
  assert_success
}

@test "a home deeper than a socket path may be works" {
  long=$(printf 'x%.0s' $(seq 1 60))
  base=$RAFTCTL_HOME
  export RAFTCTL_HOME=$base/$long/$long
  raftctl up 3 -d --timing fast
  raftctl put a 1
  run raftctl log n1
  assert_success
  raftctl down
  export RAFTCTL_HOME=$base
}

@test "nine nodes, and three clusters side by side" {
  raftctl up 9 -d --timing fast
  raftctl -c b up 3 -d --timing fast
  raftctl -c c up 3 -d --timing fast
  raftctl put a 1
  raftctl -c b put a 2
  raftctl -c c put a 3
  assert_equal "$(raftctl get a)$(raftctl -c b get a)$(raftctl -c c get a)" 123
}
