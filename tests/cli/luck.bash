# SPDX-License-Identifier: MIT
# What the bad-luck tests share: a home of their own, and the proof that nothing was left behind.

bats_load_library bats-support
bats_load_library bats-assert

luck_setup() {
  RAFTCTL_BIN=${RAFTCTL_BIN:-$BATS_TEST_DIRNAME/../../build/bin/raftctl}
  RAFTCTL_HOME=$(mktemp -d "${BATS_TMPDIR:-/tmp}/luck.XXXXXX")
  export RAFTCTL_HOME
  unset RAFTCTL_CLUSTER
}

# Ends every cluster of this test's home; fails if a process, socket or lock outlives it.
luck_teardown() {
  raftctl down --all --timeout 20 > /dev/null 2>&1 || true
  local left
  left=$(pgrep -f "$RAFTCTL_HOME" || true)
  if [[ -n $left ]]; then
    ps -o pid,args -p "${left//$'\n'/,}" >&2
    kill -9 $left
  fi
  [[ -z $left && ! -e $RAFTCTL_HOME/run ]] || {
    ls -R "$RAFTCTL_HOME/run" >&2 || true
    rm -rf "$RAFTCTL_HOME"
    return 1
  }
  rm -rf "$RAFTCTL_HOME"
}

raftctl() { "$RAFTCTL_BIN" "$@"; }

# Pids of a cluster's nodes, of its supervisor, and of all of them.
node_pid() { raftctl status "$1" -o pid | tail -n 1 | tr -d ' '; }
supervisor_pid() {
  local pid
  for pid in $(pgrep -f "raftctl supervise --cluster ${1:-default} "); do
    { tr '\0' '\n' < "/proc/$pid/environ"; } 2> /dev/null |
      grep -qx "RAFTCTL_HOME=$RAFTCTL_HOME" && echo "$pid"
  done
  return 0
}
every_pid() { { pgrep -f "$RAFTCTL_HOME" || true; supervisor_pid "$@"; } | sort -u; }

# Waits until a process is gone; tail looks for it, so that the test has no loop of its own.
await_exit() { tail --pid="$1" -s 0.01 -f /dev/null; }

# kill -9, and back only when the kernel has taken them away: until then their sockets still answer.
slay() {
  kill -9 "$@"
  local pid
  for pid in "$@"; do await_exit "$pid"; done
}
