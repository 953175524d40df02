#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/bench/build.bash DIR TARGET: the fastest build, for hours of simulation on this processor. It
# first profiles a run of the simulator, by which gcc lays out the code; when the library or the
# processor has changed since, it does so anew, for gcc refuses the counts of other code. What the
# build says is in DIR/build.log.
set -eu
root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
dir=$1 target=$2
export CCACHE_DISABLE=1 # It takes what was compiled by other counts.

configure() {
  cmake -S "$root" -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-march=native \
    -DRAFT_PROFILE="$1"
}

sources() {
  {
    find "$root/lib" "$root/CMakeLists.txt" -type f | sort | xargs cat
    grep -m 1 -i '^\(flags\|features\)' /proc/cpuinfo || true
  } | cksum
}

build() {
  local now
  now=$(sources)
  if [[ ! -e $dir/profiled || $(<"$dir/profiled") != "$now" ]]; then
    find "$dir" -name '*.gcda' -delete
    configure make && ninja -C "$dir" bench_sim && WORLDS=4 "$dir/bin/bench_sim" faults calm &&
      echo "$now" >"$dir/profiled" || return 1
  fi
  configure use && ninja -C "$dir" "$target"
}

mkdir -p "$dir"
if ! build >"$dir/build.log" 2>&1; then
  echo "the build failed; see $dir/build.log" >&2
  exit 1
fi
