#!/bin/bash
# SPDX-License-Identifier: MIT
# Shell scripts parse, pass shellcheck, and can be executed.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

{
  list_sources '' bin .ci tests | while read -r script; do
    read -r first <"$script" || true
    case $first in
    '#!'*bash | '#!'*bats | '#!/bin/sh') ;;
    *) continue ;;
    esac
    [[ -x $script || $script == *.bats ]] || echo "$script:1: a script is executable"
    parse=(bash -n)
    noise=SC1091
    if [[ $script == *.bats ]]; then
      parse=(bats --count)
      noise=SC2154,SC2034,SC2030,SC2031 # bats sets variables, and runs each test in a subshell
    fi
    if ! "${parse[@]}" "$script" >/dev/null 2>&1; then
      echo "$script:1: does not parse"
      continue
    fi
    shellcheck -x -S warning -e "$noise" -f gcc "$script" || true
  done
} | conclude
