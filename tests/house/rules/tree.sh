#!/bin/bash
# SPDX-License-Identifier: MIT
# The top of the tree holds what the README names and nothing else; no source file is unbuilt, no
# header unused.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

{
  find . -mindepth 1 -maxdepth 1 -printf '%P\n' | sort | while read -r name; do
    case $name in
    .ci | .clang-format | .clang-tidy | .editorconfig | .git | .gitignore | build*) ;;
    CMakeLists.txt | CMakePresets.json | LICENSE | README.md) ;;
    bin | clusters | cmd | lib | man | tests) ;;
    *) echo "$name:1: does not belong at the top of the tree" ;;
    esac
  done
  list_sources '\.c' lib cmd tests | while read -r source; do
    grep -qF "/$source\"" "$build/compile_commands.json" || echo "$source:1: nobody builds this file"
  done
  headers=$(list_sources '\.h' lib cmd tests)
  used=$(list_sources '\.[ch]' lib cmd tests | xargs -r grep -hoE '^ *# *include *"[^"]+"' |
    sed 's/.*"\(.*\)"/\1/; s/.*\///' | sort -u)
  for header in $headers; do
    grep -qxF "${header##*/}" <<<"$used" || echo "$header:1: nobody includes this header"
  done
} | conclude
