#!/bin/bash
# SPDX-License-Identifier: MIT
# Every mutant of tests/mutants/catalogue still fits our code, at exactly one place: one that does
# not would be counted as caught by a compiler that never saw it.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

tree=$(readlink -f "$(dirname "$0")/../../..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -std=c11 -D_GNU_SOURCE -I "$tree/lib" -o "$work/mutate" "$tree"/tests/mutants/*.c "$tree"/lib/base/*.c
{ "$work/mutate" check "$root/tests/mutants/catalogue" "$root" || true; } |
  sed 's|^|tests/mutants/catalogue:1: |' | conclude
