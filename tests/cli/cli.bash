# SPDX-License-Identifier: MIT
# What our own command tests share, over raftctl.bash.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

export RAFTCTL_BIN=${RAFTCTL_BIN:-$BATS_TEST_DIRNAME/../../build/bin/raftctl}
# shellcheck source=tests/cli/raftctl.bash
source "$BATS_TEST_DIRNAME/raftctl.bash"

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
