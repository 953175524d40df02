#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() {
  cluster_home
  cd "$RAFTCTL_HOME" || return
}
teardown() { cluster_down; }

@test "run plays commands and what is expected of them" {
  cat > good.raft << 'EOF'
# A leader dies, the next one serves.
up 3 --timing fast
let old = status leader -o id
kill $old
wait leader!=$old --after $seq
put "two words" 'a  b'
get "two words"
expect ="a  b"
! get nokey
expect exit 1
expect 'no key "nokey"'
repeat 2
  put key$round $round
  get key$round
  expect =$round
end
start $old
wait converged
status -o id,state
expect 1 times LEADER
expect 2 times ~'^n[1-3]	follower$'
expect 0 times $old'	LEADER'
EOF
  run -0 --separate-stderr raftctl run good.raft
  assert_line "> wait leader!=\$old --after \$seq"
  assert_line "a  b"
  assert_equal "${lines[-1]}" "good.raft: passed, 14 commands and 8 expectations"
  assert_equal "$stderr" ""
}

@test "run stops at the first failure with file, line, command and what was seen" {
  cat > bad.raft << 'EOF'
up 1
put a 1
get a
expect =2
put a 3
EOF
  run -1 --separate-stderr raftctl run bad.raft
  assert_equal "$stderr" 'raftctl: run: bad.raft:4: expect =2: what was seen does not equal "2"
  seen of "get a": exit code 0 (done, or true), output:
    1'
  assert_equal "$(raftctl get a)" 1
  printf 'put a 4\nget nokey\nput a 5\n' > other.raft
  run -1 --separate-stderr raftctl run other.raft
  assert_equal "$stderr" 'raftctl: run: other.raft:2: get nokey: it failed
  seen: exit code 1 (false, or it failed), output:
    raftctl: get: no key "nokey"'
  assert_equal "$(raftctl get a)" 4
  printf '! get a' > other.raft
  run -1 raftctl -q run other.raft
  assert_line "raftctl: run: other.raft:1: ! get a: it was to fail"
}

@test "run of what is no script runs nothing and is usage" {
  cluster_up 1
  cat > bad.raft <<< $'put a 1\nptu a 2'
  run -2 raftctl run bad.raft
  assert_output "raftctl: run: bad.raft:2: no command ptu; did you mean put?"
  run -1 raftctl get a
  run -2 raftctl run nosuch.raft
  assert_output --partial "cannot read nosuch.raft: No such file"
  run -2 raftctl run .
  assert_output --partial "cannot read .: Is a directory"
  run -2 raftctl run
  run -2 raftctl run a b
  for empty in "" $'\n\n' '# only a remark' $'repeat 3\nend'; do
    run -2 raftctl run - <<< "$empty"
    assert_output "raftctl: run: stdin: there is no command in it"
  done
  run -2 raftctl run - < /dev/null
  head -c 1048577 /dev/zero | tr '\0' '#' > long.raft
  run -2 raftctl run long.raft
  assert_output --partial "longer than 1048576 bytes"
}

@test "run - reads stdin, -c and --timeout pass, -q is silent, --json tells each line" {
  raftctl -c one up 1 -d
  run -0 raftctl -c one -q run - <<< $'put a 1\nget a\nexpect =1'
  assert_output "stdin: passed, 2 commands and 1 expectation"
  run -4 raftctl get a
  raftctl -c one run - --json <<< $'get a\nexpect =1' > out
  is_json_lines < out
  assert_equal "$(tail -n 1 out | json '["line"], value["text"], value["ok"], value["output"]')" \
    "(2, 'expect =1', True, '1\\n')"
  raftctl -c one kill n1
  run -1 raftctl -c one run --timeout 0.5 - <<< "wait leader"
  assert_output --partial "not true within 0.5 s"
  run -1 raftctl -c one --json run -t 5 - <<< "wait leader -t 100ms"
  assert_equal "$(head -n 1 <<< "$output" | json '["ok"], value["exit"], value["why"]')" "(False, 124, 'it failed')"
}

@test "run ends cleanly when it is interrupted, and so does its command" {
  cluster_up 1
  mkfifo "$RAFTCTL_HOME/told"
  for signal in INT TERM; do
    # bash starts what runs in the background with SIGINT ignored; env gives it back.
    printf 'status\nwait leader=n9\nput a 1' |
      env --default-signal=INT "$RAFTCTL_BIN" run - > "$RAFTCTL_HOME/told" 2> "$RAFTCTL_HOME/err" 3>&- &
    runner=$!
    # Its second command has begun when it was told.
    grep -m 1 -q '^> wait' "$RAFTCTL_HOME/told"
    kill -"$signal" "$runner"
    status=0
    wait "$runner" || status=$?
    assert_equal "$status" "$((128 + $(kill -l "$signal")))"
    assert_equal "$(cat "$RAFTCTL_HOME/err")" "raftctl: run: stdin:2: wait leader=n9: interrupted"
  done
  run -1 raftctl get a
}
