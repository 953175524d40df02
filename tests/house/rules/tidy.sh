#!/bin/bash
# SPDX-License-Identifier: MIT
# clang-tidy over every built source of the project, several at once. A file is not read again
# while it, the headers and the checks are what they were.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

cache=$build/tidy
mkdir -p "$cache"
common=$(list_sources '\.h' lib cmd tests | xargs -r cat - .clang-tidy 2>/dev/null | sha256sum)

# shellcheck disable=SC2317 # called by the shells of xargs
check_file() {
  local source=$1 key mark
  key=$({ echo "$common" && cat "$source"; } | sha256sum | cut -c 1-32)
  mark=$cache/$key
  [[ ! -e $mark ]] || return 0
  if clang-tidy --quiet -p "$build" "$source" >"$mark.out" 2>/dev/null && ! grep -q ': warning:\|: error:' "$mark.out"; then
    mv "$mark.out" "$mark"
  else
    grep -E ': (warning|error):' "$mark.out" | sed "s|^$PWD/||" || echo "$source:1: clang-tidy failed"
    rm -f "$mark.out"
  fi
}
export -f check_file
export build cache common
sed -n 's/.*"file": *"\([^"]*\)".*/\1/p' "$build/compile_commands.json" | sort -u | grep "^$PWD/" | sed "s|^$PWD/||" |
  xargs -r -P "$(nproc)" -I{} bash -c 'check_file "$1"' _ {} | sort -u | conclude
