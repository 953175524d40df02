#!/bin/bash
# SPDX-License-Identifier: MIT
# Nine nodes; then three clusters of five side by side, each serving a write of its own.
set -eu
# shellcheck source=tests/bench/common.bash
source "$(dirname "$0")/common.bash"

start=$(now_us)
"$RAFTCTL" up 9 -d >/dev/null
"$RAFTCTL" put key value >/dev/null
echo $(($(now_us) - start)) | report "up 9 to a served write (lan)" "$(timeout_of lan)"
"$RAFTCTL" wait converged >/dev/null
"$RAFTCTL" down --wipe --yes >/dev/null 2>&1

start=$(now_us)
for name in red green blue; do
  { "$RAFTCTL" -c "$name" up 5 -d && "$RAFTCTL" -c "$name" put cluster "$name"; } >/dev/null &
done
wait
echo $(($(now_us) - start)) | report "three clusters of 5 at once, each served (lan)" "$(timeout_of lan)"
for name in red green blue; do
  [[ $("$RAFTCTL" -c "$name" get cluster) == "$name" ]]
  "$RAFTCTL" -c "$name" down --wipe --yes >/dev/null 2>&1
done
