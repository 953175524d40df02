#!/bin/bash
# SPDX-License-Identifier: MIT
# Virtual time against CPU time of one core, with every checker on (bench_sim.c says what is run).
# The program is built here first, as bin/soak builds its.
set -eu
root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
build=${RAFTCTL_BUILD:-$root/build}/soak
"$root/tests/bench/build.bash" "$build" bench_sim
exec "$build/bin/bench_sim"
