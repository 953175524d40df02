#!/bin/bash
# SPDX-License-Identifier: MIT
# From `raftctl up 5` (built, no data) to the first served write.
set -eu
# shellcheck source=tests/bench/common.bash
source "$(dirname "$0")/common.bash"

for timing in fast lan; do
  for ((run = 0; run < RUNS; run++)); do
    start=$(now_us)
    "$RAFTCTL" up 5 -d --timing "$timing" >/dev/null
    "$RAFTCTL" put key value >/dev/null
    echo $(($(now_us) - start))
    "$RAFTCTL" down --wipe --yes >/dev/null 2>&1
  done | report "up 5 to a served write ($timing)" "$(timeout_of "$timing")"
done
