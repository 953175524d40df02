#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

# The table of commands is in the program; everything that repeats it is compared with it.

commands() { raftctl help | awk '/^[^ ]/ { inside = $1 == "commands:" } inside && /^  [a-z]/ { print $1 }'; }

options() { raftctl help "$1" | awk '/^options:/ { inside = 1; next } /^[^ ]/ { inside = 0 } inside' | grep -oE -- '--[a-z][a-z-]*' | sort -u; }

manual() { sed 's/\\-/-/g' "$BATS_TEST_DIRNAME/../../man/raftctl.1"; }

@test "drift: the manual has a section for each command and no other" {
  assert_equal "$(manual | sed -nE '/^\.SH COMMANDS/,/^\.SH TARGETS/s/^\.SS ([a-z]+)$/\1/p' | sort)" "$(commands | sort)"
}

@test "drift: each section has its command's options and no other" {
  for name in $(commands); do
    section=$(manual | awk -v name="$name" '/^\.S[SH] / { inside = $2 == name } inside && /^\.B -/' | grep -oE -- '--[a-z][a-z-]*' | sort -u || true)
    assert_equal "$name: $section" "$name: $(options "$name" || true)"
  done
}

@test "drift: each section has its command's usage line" {
  for name in $(commands); do
    usage=$(raftctl help "$name" | sed -n '1s/usage: raftctl \[-c NAME\] //p')
    run manual
    assert_line ".B $usage"
  done
}

@test "drift: the manual's exit codes are the table's" {
  manual | sed -n '/^\.SH "EXIT STATUS"/,/^\.SH JSON\|^\.SH "JSON"/p' | awk '/^\.B / { code = $2; getline; print code "  " $0 }' > "$BATS_TEST_TMPDIR/manual"
  assert_equal "$(cat "$BATS_TEST_TMPDIR/manual")" "$(raftctl help exit-codes | sed 's/^ *//')"
}

@test "drift: the completions know every command and option" {
  for shell in bash zsh fish; do
    raftctl completion $shell > "$BATS_TEST_TMPDIR/$shell"
    for name in $(commands); do
      run -0 grep -qE "(^|[^a-z-])$name([^a-z-]|\$)" "$BATS_TEST_TMPDIR/$shell"
      for option in $(options "$name"); do
        run -0 grep -qE -- "(--|-l )${option#--}( |\$|\")" "$BATS_TEST_TMPDIR/$shell"
      done
    done
  done
}

@test "drift: each command has a bats file" {
  for name in $(commands); do
    assert [ -s "$BATS_TEST_DIRNAME/$name.bats" ]
    run -0 grep -q "raftctl.* $name" "$BATS_TEST_DIRNAME/$name.bats"
  done
}

@test "drift: aliases are in the help, and lead to the same command" {
  for alias in ps:status attach:top; do
    assert_equal "$(raftctl help "${alias%:*}")" "$(raftctl help "${alias#*:}")"
    run manual
    assert_output --partial "${alias%:*}"
  done
}
