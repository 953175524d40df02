#!/bin/bash
# SPDX-License-Identifier: MIT
# Every external symbol of lib/ starts with raft_ and a word of its module: the module, the first
# word of one of its files, or, for X_name and X_text, the enum it names.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

for archive in "$build"/libraft_*.a; do
  module=${archive##*/libraft_}
  module=${module%.a}
  words="$module"
  for file in lib/"$module"/*.[ch]; do
    stem=${file##*/}
    stem=${stem%.[ch]}
    words+="|${stem%%_*}"
  done
  [[ $module != raft ]] || words=".*"
  nm -g --defined-only "$archive" 2>/dev/null | awk -v words="$words" -v dir="lib/$module" '
    /\.o:$/ { file = $1; sub(/(\.c)?\.o:$/, ".c", file) }
    NF == 3 && $3 !~ "^raft_(" words ")(_|$)" && $3 !~ /^raft_[a-z_]+_(name|text)$/ {
      print dir "/" file ":1: external symbol without the prefix of its module: " $3
    }'
done | conclude
