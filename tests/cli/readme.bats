#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What README.md tells a person to type, typed: line by line, in its order.
load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

# The commands of the demo: all but those that want a terminal or minutes.
demo() {
  sed -n '/^## The 60-second demo/,/^## A tour/s/^    //p' README.md |
    grep -E '^(bin/raftctl|curl|url=)' | grep -vE '^bin/raftctl (top|sim)\b'
}

# A line ends with 0, or with the exit code that its comment names; nobody is there to be asked.
play() {
  local line=$1 expected=0
  [[ ! $line =~ "# exit code "([0-9]+) ]] || expected=${BASH_REMATCH[1]}
  line=${line%%  #*}
  line=${line//bin\/raftctl/raftctl}
  line=${line//--wipe/--wipe --yes}
  local status=0
  eval "${line/#curl/curl -sSf}" < /dev/null > "$BATS_TEST_TMPDIR/out" 2>&1 || status=$?
  [[ $status -eq $expected ]] || {
    echo "$line: exit code $status, not $expected"
    cat "$BATS_TEST_TMPDIR/out"
    return 1
  }
}

@test "the commands of README.md do what it says" {
  cd "$BATS_TEST_DIRNAME/../.."
  demo > "$BATS_TEST_TMPDIR/demo"
  assert [ "$(wc -l < "$BATS_TEST_TMPDIR/demo")" -ge 25 ]
  local line answer
  while IFS= read -r line <&8; do
    # A person types slower than a deposed leader notices.
    [[ $line != *"--at n1"* ]] || wait_for not state n1=leader
    play "$line"
    answer=$(cat "$BATS_TEST_TMPDIR/out")
    # shellcheck disable=SC2016
    case $line in
    *"get colour"*) assert_equal "$answer" green ;;
    *'$url/message/inbox '*) assert_equal "$answer" '{"success": true, "message": "hello"}' ;;
    *"--at n1"*) [[ $answer == *"n1 reaches no majority (2 of 5"* ]] ;;
    esac
  done 8< "$BATS_TEST_TMPDIR/demo"
}
