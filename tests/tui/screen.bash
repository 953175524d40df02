# SPDX-License-Identifier: MIT
# A real terminal for the dashboard: a tmux server of the test's own, whose screen can be read.
#   load screen
#   screen_open COLUMNS LINES COMMAND   run a shell command on a new terminal
#   screen_keys KEY...                  press keys (names as in tmux(1))
#   screen_until REGEX                  wait until the screen shows it; fails after SCREEN_SECONDS
#   screen_until_not REGEX              wait until it is gone
#   screen_size COLUMNS LINES           resize the terminal
#   screen_show                         print the screen
#   screen_close                        take the terminal away
# Waiting is driven by the terminal's own output (tmux pipes it into a fifo), not by the clock.
# Safe under bats --jobs: the socket lies in the test's own directory.

SCREEN_SECONDS=${SCREEN_SECONDS:-30}

screen_tmux() {
  env -u TMUX tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null "$@" 3>&- 7>&-
}

screen_open() {
  local columns=$1 lines=$2 command=$3
  mkfifo "$BATS_TEST_TMPDIR/output"
  exec 7<>"$BATS_TEST_TMPDIR/output"
  screen_tmux new-session -d -s screen -x "$columns" -y "$lines" \
    "exec bash --norc --noprofile -c 'read -r _; $command; exec cat'"
  screen_tmux set-option -g remain-on-exit on
  screen_tmux pipe-pane -t screen -O "exec cat >'$BATS_TEST_TMPDIR/output'"
  screen_keys Enter
}

screen_close() {
  screen_tmux kill-server 2>/dev/null || true
  exec 7>&-
}

screen_keys() {
  screen_tmux send-keys -t screen "$@"
}

screen_size() {
  screen_tmux resize-window -t screen -x "$1" -y "$2"
}

screen_show() {
  screen_tmux capture-pane -p -t screen
}

# Blocks until the terminal has printed something more, a second at most.
screen_wait_output() {
  timeout 1 dd bs=65536 count=1 <&7 >/dev/null 2>&1 || true
}

screen_until() {
  local end=$((SECONDS + SCREEN_SECONDS))
  until screen_show | grep -qE -- "$1"; do
    if [[ $SECONDS -ge $end ]]; then
      echo "the screen never showed: $1"
      screen_show
      return 1
    fi
    screen_wait_output
  done
}

screen_until_not() {
  local end=$((SECONDS + SCREEN_SECONDS))
  while screen_show | grep -qE -- "$1"; do
    if [[ $SECONDS -ge $end ]]; then
      echo "the screen still shows: $1"
      screen_show
      return 1
    fi
    screen_wait_output
  done
}
