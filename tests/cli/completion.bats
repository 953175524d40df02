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
  run -0 complete_words up --ti
  assert_line --partial --timing
  run -0 complete_words kill n
  assert_line n3
  run -0 complete_words kill foll
  assert_line follower
  run -0 complete_words heal f
  assert_line f1
  run -0 complete_words -c def
  assert_output default
  run -0 complete_words partition maj
  assert_output majority-ring
  run -0 complete_words completion f
  assert_output fish
}

@test "completion zsh and fish name every command" {
  for shell in zsh fish; do
    run -0 raftctl completion "$shell"
    assert_output --partial partition
    assert_output --partial "raftctl names"
  done
  bash -n <(raftctl completion bash)
}

@test "completion of another shell" {
  run -2 raftctl completion tcsh
  assert_output --partial "bash, zsh, fish"
  run -2 raftctl completion
}
