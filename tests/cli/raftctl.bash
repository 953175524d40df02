# SPDX-License-Identifier: MIT
# raftctl.bash: Raft clusters in bats tests. Load it and write
#
#   load /usr/share/raftctl/raftctl.bash
#   setup() { cluster_up 3; }
#   teardown() { cluster_down; }
#   @test "a value outlives its leader" {
#     raftctl put colour blue
#     kill_leader
#     [ "$(raftctl get colour)" = blue ]
#   }
#
# Each test has a home of its own (RAFTCTL_HOME in a fresh temporary folder), so tests may run side
# by side under `bats --jobs`. Nothing here sleeps: everything waits through raftctl itself.
#
#   cluster_home              a home without a cluster in it; cluster_up calls it if need be
#   cluster_up [N] [OPTION..] starts N nodes (3) and waits for a leader
#   cluster_down              ends all clusters of the home and removes it; fails if a process, a socket
#                             or a lock is left; after a failed test it shows status, logs and events first
#   leader, followers         print n3; n1 n2 ..
#   node_pid NODE             the pid of a node
#   supervisor_pid            the pid of the supervisor
#   kill_leader               kills it, waits for the next one, prints the killed one
#   seq_of COMMAND..          runs a changing command and prints its seq, for wait --after
#   wait_for COND..           raftctl wait, with the status and the last events on failure
#   must_put KEY VALUE        writes it; an unknown outcome is a failure
#
# put, del and cas go on until they know: also while a leader is killed, each runs once, so a test may
# count on every exit status but 7 (unknown when the time was over).
#
# RAFTCTL_BIN names the program; without it the raftctl of PATH is used.

raftctl() { command "${RAFTCTL_BIN:-raftctl}" "$@"; }

cluster_home() {
  RAFTCTL_HOME=$(mktemp -d "${BATS_TEST_TMPDIR:-${TMPDIR:-/tmp}}/raftctl.XXXXXX") || return 1
  export RAFTCTL_HOME
  CLUSTER_HOME=$RAFTCTL_HOME
  unset RAFTCTL_CLUSTER RAFTCTL_TIMEOUT RAFTCTL_SEED RAFTCTL_TIMING RAFTCTL_APP
}

cluster_up() {
  [[ -n ${CLUSTER_HOME:-} && $CLUSTER_HOME == "${RAFTCTL_HOME:-}" ]] || cluster_home || return 1
  raftctl up "${@:-3}" --detach > /dev/null
}

# Processes of this home, whoever started them.
cluster_processes() {
  local pid
  grep -lzxsF "RAFTCTL_HOME=$CLUSTER_HOME" /proc/[0-9]*/environ | while read -r pid; do
    pid=${pid#/proc/}
    pid=${pid%/environ}
    [[ $(readlink "/proc/$pid/exe") == */raft* ]] && echo "$pid"
  done
  return 0
}

cluster_down() {
  [[ -n ${CLUSTER_HOME:-} ]] || return 0
  local status=0 left pid
  # A test that failed shows what it left.
  [[ -n ${BATS_TEST_COMPLETED:-} ]] || { raftctl status; raftctl logs -n 20; raftctl events | tail -n 20; } >&2 || true
  raftctl down --all > "$CLUSTER_HOME/down.out" 2>&1 || { status=1; cat "$CLUSTER_HOME/down.out" >&2; }
  left=$(cluster_processes)
  if [[ -n $left ]]; then
    echo "cluster_down: left behind: $(for pid in $left; do tr '\0' ' ' < "/proc/$pid/cmdline"; echo; done)" >&2
    # shellcheck disable=SC2086
    kill -9 $left
    status=1
  fi
  [[ ! -e $CLUSTER_HOME/run ]] || {
    echo "cluster_down: left behind:" >&2
    ls -R "$CLUSTER_HOME/run" >&2
    status=1
  }
  rm -rf "$CLUSTER_HOME"
  unset CLUSTER_HOME
  return $status
}

# Who was elected may be gone before we ask who it is.
leader() {
  while raftctl wait leader; do
    raftctl status leader -o id 2> /dev/null && return
  done
  return 1
}

followers() { raftctl status followers -o id; }

node_pid() { raftctl status "$1" -o pid; }

supervisor_pid() {
  local pid
  for pid in $(cluster_processes); do
    if tr '\0' ' ' < "/proc/$pid/cmdline" | grep -q ' supervise '; then echo "$pid"; fi
  done
}

seq_of() { raftctl -q "$@"; }

kill_leader() {
  local killed seq
  killed=$(leader) || return
  seq=$(seq_of kill "$killed") || return
  wait_for leader --after "$seq" || return
  echo "$killed"
}

wait_for() {
  local status=0
  raftctl wait "$@" || status=$?
  if [[ $status -ne 0 ]]; then
    { raftctl status || true; raftctl events | tail -n 20; } >&2
  fi
  return $status
}

must_put() { raftctl put "$1" "$2" > /dev/null; }
