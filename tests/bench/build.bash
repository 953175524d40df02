#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/bench/build.bash DIR TARGET: the fastest build, for hours of simulation. The first time it also
# profiles a run of the simulator, by which gcc lays out the code; what has changed since is built
# without. gcc warns of a function that the profile has not met, by no option that could be turned
# off, so a warning is no error here. What the build says is in DIR/build.log.
set -eu
root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
dir=$1 target=$2

configure() {
  cmake -S "$root" -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE=Release -DRAFT_WERROR=OFF \
    -DRAFT_PROFILE="$1"
}

build() {
  if [[ ! -e $dir/profiled ]]; then
    configure make && ninja -C "$dir" bench_sim && WORLDS=4 "$dir/bin/bench_sim" faults calm &&
      touch "$dir/profiled" || return 1
  fi
  configure use && ninja -C "$dir" "$target"
}

mkdir -p "$dir"
if ! build >"$dir/build.log" 2>&1; then
  echo "the build failed; see $dir/build.log" >&2
  exit 1
fi
