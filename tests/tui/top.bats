#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# J3: the dashboard on a real terminal: keys, sizes, and every way out.

load screen

setup() {
  export RAFTCTL_HOME=$BATS_TEST_TMPDIR/home
  export RAFTCTL_CLUSTER=demo
  export LC_ALL=C.UTF-8 TERM=screen
  unset NO_COLOR COLUMNS LINES
  mkdir -p "$RAFTCTL_HOME"
  raftctl=${RAFTCTL_BIN:-$(dirname "$BATS_TEST_FILENAME")/../../bin/raftctl}
  printf -v quoted %q "$raftctl" # as a word of the terminal's shell
}

teardown() {
  screen_close
  "$raftctl" down >/dev/null 2>&1 || true
}

up() {
  "$raftctl" up "$1" -d --timing fast >/dev/null 3>&-
  "$raftctl" wait leader --timeout 30
}

open_top() {
  screen_open 80 24 "$quoted top $*; echo exit=\$?"
  screen_until 'q detach'
}

# A dashboard between two looks at the terminal's modes.
between_stty() {
  printf '%s' "cd $BATS_TEST_TMPDIR; stty -g >before; $quoted top; echo exit=\$?; stty -g >after; echo saved"
}

leader() {
  "$raftctl" status --json | grep -oE '"leader": ?"n[0-9]+"' | grep -oE 'n[0-9]+' | head -n 1
}

@test "top -n prints plain frames where there is no terminal" {
  up 3
  run "$raftctl" top -n 1
  [ "$status" -eq 0 ]
  [ "${#lines[@]}" -ge 10 ]
  [[ ${lines[0]} == *"raftctl:demo  3/3 up  leader n"* ]]
  [[ $output == *LEADER* ]]
  [[ $output != *$'\033'* ]]
  [ "$("$raftctl" top -n 2 -d 1 | wc -l)" -eq 48 ]
  [ "$(COLUMNS=20 LINES=3 "$raftctl" top | wc -L)" -le 20 ]
  [ "$(COLUMNS=nonsense LINES=-4 "$raftctl" top | wc -l)" -eq 24 ]
}

@test "top -U draws ASCII only" {
  up 3
  run "$raftctl" top -n 1 -U
  [ "$status" -eq 0 ]
  [ -z "$(LC_ALL=C grep -P '[^\x00-\x7f]' <<<"$output")" ]
  [ -n "$("$raftctl" top -n 1 | LC_ALL=C grep -P '[^\x00-\x7f]')" ]
}

@test "top of a cluster that does not run says so and ends with 3" {
  up 1
  "$raftctl" down
  run "$raftctl" top -n 1
  [ "$status" -eq 3 ]
}

@test "top refuses an unknown terminal type and names it" {
  up 1
  screen_open 80 24 "TERM=no-such-thing $quoted top; echo exit=\$?"
  screen_until "unknown terminal type 'no-such-thing'"
  screen_until 'exit=1'
}

@test "X kills the leader and the next one is seen; s brings the node back" {
  up 3
  old=$(leader)
  open_top
  screen_until "> $old LEADER"
  screen_keys X
  "$raftctl" wait "down $old" "leader!=$old" leader --timeout 30
  screen_until "> $old DOWN +signal 9"
  screen_until "kill $old +seq [0-9]+"
  screen_until "leader $(leader) "
  screen_until "n[0-9] LEADER"
  screen_keys s
  "$raftctl" wait "up $old" converged --timeout 30
  screen_until "3/3 up .* healthy"
  screen_until "> $old follower"
}

@test "p pauses and resumes, i isolates and rejoins, c cuts, d delays, u and H heal, w writes" {
  up 3
  lead=$(leader)
  open_top
  screen_keys p
  "$raftctl" wait "paused $lead" --timeout 30
  screen_until "$lead PAUSED"
  screen_keys p
  "$raftctl" wait "up $lead" leader --timeout 30
  screen_until "resumed $lead"
  screen_keys 1 i
  screen_until 'n1 .* isolated'
  screen_keys i
  "$raftctl" wait healed --timeout 30
  screen_until_not 'n1 .* isolated'
  screen_keys c 3
  screen_until 'partition cut n1-n3 --add +f[0-9]+'
  screen_until 'from n1: +\\ . X'
  screen_keys u
  "$raftctl" wait healed --timeout 30
  screen_keys c 2
  screen_until 'from n1: +\\ X'
  screen_keys H
  "$raftctl" wait healed leader --timeout 30
  screen_until 'heal --all'
  screen_keys d ' jitter=5ms' Enter
  screen_until 'link n1 delay=80ms jitter=5ms +f[0-9]+ link'
  screen_until 'n1 .* lag 80~5'
  screen_until 'from n2: +~ \\'
  screen_keys u
  "$raftctl" wait healed leader --timeout 30
  screen_keys w
  screen_until ':put top1 w[0-9]+ +ok'
}

@test "the command line runs any command, / filters events, ? helps, Enter inspects" {
  up 3
  open_top
  screen_keys : 'kill n9' Enter
  screen_until 'no node n9 .*exit 4'
  screen_keys : 'version' Enter
  screen_until ':version +raftctl'
  screen_keys / 'no such words'
  screen_until 'events +/no such words'
  screen_until_not ' election won'
  screen_keys Escape
  screen_until ' election won'
  screen_keys '?'
  screen_until 'kill: SIGKILL'
  screen_keys Escape
  screen_until 'q detach'
  screen_keys 2 Enter
  screen_until '^ n2 of demo'
  screen_keys Right
  screen_until '^ n3 of demo'
  screen_keys Escape l
  screen_until 'log of n3'
  screen_keys q
  screen_until 'q detach'
}

count_commands() {
  "$raftctl" events --json | grep -cE '"type": ?"command"' || true
}

@test "--readonly takes the keys away that change something" {
  up 3
  before=$(count_commands)
  open_top --readonly
  screen_until 'readonly'
  screen_keys X x Q y H w
  screen_keys 1 X
  screen_until 'kill n1 +not run: --readonly'
  "$raftctl" assert "up all"
  [ "$(count_commands)" -eq "$before" ]
}

@test "no size is refused and a resize is followed" {
  up 5
  open_top
  screen_size 140 40
  screen_until 'APPLIED .* MATCH'
  screen_size 60 14
  screen_until_not 'LOG RANGE'
  screen_until 'n5 follower|n5 LEADER'
  screen_size 20 5
  screen_until '^..n5 [fL]1 [0-9]+'
  screen_size 10 3
  screen_size 1 1
  screen_size 80 24
  screen_until 'LOG RANGE'
  screen_until 'q detach'
}

@test "q gives the terminal back as it was and the cluster lives" {
  up 3
  screen_open 80 24 "$(between_stty)"
  screen_until 'q detach'
  screen_keys q
  screen_until 'detached: cluster demo keeps running'
  screen_until 'exit=0'
  screen_until saved
  screen_until_not 'LOG RANGE'
  cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
  "$raftctl" assert "up all" leader
}

@test "Q asks first: Enter means no, y means yes, and the screen says that it is down" {
  up 3
  open_top
  screen_keys Q
  screen_until 'Stop the whole cluster demo'
  screen_keys Enter
  screen_until_not 'Stop the whole'
  "$raftctl" assert "up all"
  screen_keys Q
  screen_until 'Stop the whole cluster demo'
  screen_keys y
  screen_until 'DOWN: the cluster is not running'
  screen_keys q
  screen_until 'cluster demo is down'
}

# The dashboard is the one child of the shell on the screen.
top_pid() {
  pgrep -P "$(screen_tmux display-message -p -t screen '#{pane_pid}')"
}

@test "every signal that ends it gives the terminal back" {
  up 3
  export ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0 # the signal is ours, no finding
  for signal in TERM HUP INT SEGV ABRT QUIT; do
    screen_open 80 24 "$(between_stty)"
    screen_until 'q detach'
    kill -"$signal" "$(top_pid)"
    screen_until "exit=$((128 + $(kill -l $signal)))"
    screen_until saved
    screen_until_not 'LOG RANGE'
    cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
    screen_close
    rm "$BATS_TEST_TMPDIR/output"
  done
}

@test "a terminal that vanishes ends it at once" {
  up 3
  open_top
  pid=$(top_pid)
  [ -n "$pid" ]
  screen_close
  timeout 20 tail --pid="$pid" -f /dev/null
  "$raftctl" assert "up all"
}
