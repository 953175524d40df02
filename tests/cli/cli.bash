# SPDX-License-Identifier: MIT
# What our own command tests share, over raftctl.bash.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

export RAFTCTL_BIN=${RAFTCTL_BIN:-$BATS_TEST_DIRNAME/../../build/bin/raftctl}
# shellcheck source=tests/cli/raftctl.bash
source "$BATS_TEST_DIRNAME/raftctl.bash"

# Waits until a process is gone; tail looks for it, so that the test has no loop of its own.
await_exit() { tail --pid="$1" -s 0.01 -f /dev/null; }

# kill -9, and back only when the kernel has taken them away: until then their sockets still answer.
slay() {
  kill -9 "$@"
  local pid
  for pid in "$@"; do await_exit "$pid"; done
}

# A value out of a JSON document on stdin: json .nodes[0].id
json() {
  python3 -c '
import json, sys
value = json.loads(sys.stdin.read())
print(eval("value" + sys.argv[1]))' "$1"
}

# Every line of stdin is one JSON object.
is_json_lines() {
  python3 -c '
import json, sys
lines = [json.loads(line) for line in sys.stdin]
assert lines and all(isinstance(line, dict) and "schema" in line for line in lines)'
}
