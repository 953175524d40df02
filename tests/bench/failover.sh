#!/bin/bash
# SPDX-License-Identifier: MIT
# From `raftctl kill leader` to the next served write, on a cluster of five.
set -eu
# shellcheck source=tests/bench/common.bash
source "$(dirname "$0")/common.bash"

for timing in fast lan; do
  "$RAFTCTL" up 5 -d --timing "$timing" >/dev/null
  for ((run = 0; run < RUNS; run++)); do
    victim=$("$RAFTCTL" status -o id leader | tail -n 1)
    start=$(now_us)
    "$RAFTCTL" kill "$victim" >/dev/null
    until "$RAFTCTL" put "key-$run" value >/dev/null 2>&1; do :; done
    echo $(($(now_us) - start))
    "$RAFTCTL" start "$victim" >/dev/null
    "$RAFTCTL" wait converged >/dev/null
  done | report "kill leader to a served write ($timing)" "$(timeout_of "$timing")"
  "$RAFTCTL" down --wipe --yes >/dev/null 2>&1
done
