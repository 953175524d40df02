#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

@test "completion bash offers commands, options, nodes, clusters and faults" {
  raftctl completion bash > "$RAFTCTL_HOME/completion"
  cluster_up 3
  raftctl partition cut n1-n2
  mkdir "$RAFTCTL_HOME/bin"
  ln -s "$(realpath "$RAFTCTL_BIN")" "$RAFTCTL_HOME/bin/raftctl"
  complete_words() { # WORD.. : what is offered for the last one
    PATH=$RAFTCTL_HOME/bin:$PATH bash -c '
      source "$1"; shift
      COMP_WORDS=(raftctl "$@"); COMP_CWORD=$#
      _raftctl
      printf "%s\n" "${COMPREPLY[@]}"' _ "$RAFTCTL_HOME/completion" "$@"
  }
  run -0 complete_words part
  assert_output partition
  run -0 complete_words exit
  assert_output ""
  run -0 complete_words at
  assert_output attach
  run -0 complete_words up --ti
  assert_line --partial --timing
  run -0 complete_words kill n
  assert_line n3
  run -0 complete_words kill foll
  assert_line follower
  run -0 complete_words heal ''
  assert_line f1
  assert_line n3
  assert_line all
  run -0 complete_words link ''
  refute_line completion
  assert_line all
  run -0 complete_words -c ''
  assert_output default
  run -0 complete_words kill -c ''
  assert_output default
  run -0 complete_words -c nosuch heal ''
  refute_line f1
  run -0 complete_words heal -c nosuch ''
  refute_line f1
  run -0 complete_words heal f1 ''
  assert_output ""
  run -0 complete_words -c def
  assert_output default
  run -0 complete_words partition maj
  assert_output majority-ring
  run -0 complete_words partition isolate f
  assert_line follower
  run -0 complete_words partition --for 5s isolate maj
  assert_output majority
  run -0 complete_words completion f
  assert_output fish
  # Values of options.
  run -0 complete_words up --timing ''
  assert_output "fast
lan
wan"
  run -0 complete_words up --timing = l
  assert_output lan
  run -0 complete_words up --restart =
  assert_output "crash
never"
  run -0 complete_words up --color a
  assert_output "auto
always"
  run -0 complete_words log n1 --diff n
  assert_line n2
  run -0 complete_words put --at n
  assert_line n2
  run -0 complete_words status -o dig
  assert_output digest
  run -0 complete_words ps -o dig
  assert_output digest
  run -0 complete_words events --type fa
  assert_output fault
  run -0 complete_words kill -s KI
  assert_output KILL
  run -0 complete_words wait leader --or-fail no-
  assert_output no-leader
  run -0 complete_words wait leader no-
  assert_output no-leader
  run -0 complete_words wait --timeout ''
  assert_output ""
  run -0 complete_words kill n1 ''
  assert_output ""
}

@test "completion zsh and fish name every command" {
  for shell in zsh fish; do
    run -0 raftctl completion "$shell"
    assert_output --partial partition
    assert_output --regexp "raftctl .*names"
  done
}

@test "completion scripts parse in their shells, where those are installed" {
  parsed=
  for shell in bash zsh fish; do
    type -P "$shell" > /dev/null || continue
    raftctl completion "$shell" > "$RAFTCTL_HOME/completion"
    run -0 "$shell" -n "$RAFTCTL_HOME/completion"
    assert_output ""
    parsed+=" $shell"
  done
  assert [ -n "$parsed" ]
}

@test "completion fish offers commands, options, values and names" {
  type -P fish > /dev/null || skip "no fish here"
  raftctl completion fish > "$RAFTCTL_HOME/completion"
  cluster_up 3
  raftctl partition cut n1-n2
  mkdir "$RAFTCTL_HOME/bin"
  ln -s "$(realpath "$RAFTCTL_BIN")" "$RAFTCTL_HOME/bin/raftctl"
  complete_line() {
    PATH=$RAFTCTL_HOME/bin:$PATH HOME=$RAFTCTL_HOME fish --no-config -c '
      source $argv[1]; complete -C $argv[2]' "$RAFTCTL_HOME/completion" "$1" | cut -f 1
  }
  run -0 complete_line "raftctl part"
  assert_output partition
  run -0 complete_line "raftctl up --timing "
  assert_output "fast
lan
wan"
  run -0 complete_line "raftctl heal f"
  assert_line f1
  run -0 complete_line "raftctl log n1 --diff n"
  assert_line n2
  run -0 complete_line "raftctl kill --sig"
  assert_output --signal
}

@test "completion zsh offers commands, options, values and names" {
  type -P zsh > /dev/null || skip "no zsh here"
  raftctl completion zsh > "$RAFTCTL_HOME/completion"
  cluster_up 3
  raftctl partition cut n1-n2
  mkdir "$RAFTCTL_HOME/bin"
  ln -s "$(realpath "$RAFTCTL_BIN")" "$RAFTCTL_HOME/bin/raftctl"
  # zsh completes only on a terminal: its three builtins are played by functions that print.
  complete_words() {
    PATH=$RAFTCTL_HOME/bin:$PATH zsh -f -c '
      compdef() { }
      compset() { }
      compadd() { [[ $1 == -- ]] && shift; print -l -- "$@" }
      _describe() { print -l -- "${(P)2[@]%%:*}" }
      source "$1"; shift
      words=(raftctl "$@") CURRENT=$(($# + 1)) PREFIX=${@[-1]}
      _raftctl' _ "$RAFTCTL_HOME/completion" "$@"
  }
  run -0 complete_words ''
  assert_line partition
  run -0 complete_words up --timing ''
  assert_output "fast
lan
wan"
  run -0 complete_words up --timing=
  assert_output "fast
lan
wan"
  run -0 complete_words heal ''
  assert_line f1
  assert_line leader
  run -0 complete_words -c nosuch heal ''
  refute_line f1
  run -0 complete_words partition isolate ''
  assert_line follower
  run -0 complete_words kill -
  assert_line --partial --signal
}

@test "completion of another shell" {
  run -2 raftctl completion tcsh
  assert_output --partial "bash, zsh, fish"
  run -2 raftctl completion
}
