#!/bin/bash
# SPDX-License-Identifier: MIT
# Virtual time against CPU time of one core, with every checker on (bench_sim.c says what is run).
# The programs are built here first, as bin/soak builds them.
set -eu
root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
build=${RAFTCTL_BUILD:-$root/build}/soak
mkdir -p "$build"
if ! { cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release && ninja -C "$build" bench_sim; } \
  >"$build/build.log" 2>&1; then
  echo "sim: the build failed; see $build/build.log" >&2
  exit 1
fi
exec "$build/bin/bench_sim"
