#!/bin/bash
# SPDX-License-Identifier: MIT
# Every command in raftctl's table has its help, its section and its options in man/raftctl.1, its
# word in the completion, and a bats file that runs it.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

raftctl=$build/bin/raftctl
page=man/raftctl.1
manual=$(sed 's/\\-/-/g; s/\\f[BIRP]//g' "$page" 2>/dev/null || true)
completion=$("$raftctl" completion bash 2>/dev/null || true)
commands=$("$raftctl" help | awk '
  /^[^ ]/ { inside = $1 == "commands:" }
  inside && /^  [a-z]/ { print $2 == "|" ? $1 " " $3 : $1 }')
{
  [[ -n $commands ]] || echo "cmd/raftctl:1: help lists no commands"
  for name in $commands; do
    if ! help=$("$raftctl" help "$name" 2>/dev/null); then
      echo "cmd/raftctl:1: no help on command $name"
      continue
    fi
    grep -qE "^\.(SS|B|BI|BR|It|Ic)( Ic| Cm)? \"?$name\b" <<<"$manual" || echo "$page:1: no section on command $name"
    awk '/^options:/ { inside = 1; next } /^[^ ]/ { inside = 0 } inside' <<<"$help" | grep -oE -- '^ +(-., )?--[a-z-]+' |
      grep -oE -- '--[a-z-]+' | while read -r option; do
      grep -qF -- "$option" <<<"$manual" || echo "$page:1: option $option of $name is missing"
    done
    grep -qE "(^|[^a-z-])$name([^a-z-]|\$)" <<<"$completion" || echo "cmd/raftctl:1: completion does not know $name"
    cat tests/cli/*.bats tests/tui/*.bats 2>/dev/null | grep -vE '^ *#' |
      grep -qE "(raftctl|ctl|RAFTCTL(_BIN)?\}?\"?)( -[^ ]+| -c [^ ]+)* $name( |\$|\"|;)" ||
      echo "tests/cli:1: no bats file runs command $name"
  done
  while read -r name; do
    grep -qxF "$name" <<<"$commands" || echo "$page:1: section on $name, which is no command"
  done < <(sed -nE '/^\.SH "?COMMANDS/,/^\.SH "?[^C]/s/^\.SS "?([a-z]+).*/\1/p' <<<"$manual")
} | conclude
