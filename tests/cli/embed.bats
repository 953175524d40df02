#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a program gets that embeds a node: installed headers, a library, a pkg-config file, and no more.
load cli.bash

setup() {
  cluster_home
  build=$(dirname "$(dirname "$(realpath "$RAFTCTL_BIN")")")
  [[ -r $build/cmake_install.cmake ]] || skip "no build folder around $RAFTCTL_BIN"
  mkdir "$RAFTCTL_HOME/program"
  prefix=$RAFTCTL_HOME/prefix
  cmake --install "$build" --prefix "$prefix" > "$RAFTCTL_HOME/install.log"
  PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name raftctl.pc)")
  export PKG_CONFIG_PATH
  compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
}
teardown() { cluster_down; }

# compile PROGRAM: in a directory of its own, with what was installed and nothing of the checkout.
compile() {
  cp "$BATS_TEST_DIRNAME/../embed/$1.c" "$RAFTCTL_HOME/program/"
  cd "$RAFTCTL_HOME/program" || return
  # shellcheck disable=SC2046 # words are what pkg-config prints
  "$compiler" -std=c11 -Wall -Wextra -Werror "$1.c" -o "$1" $(pkg-config --cflags --libs raftctl)
}

# run_program PROGRAM DIRECTORY: on ports that are free; another process may take them first.
run_program() {
  local base
  for _ in {1..20}; do
    base=$((32000 - RANDOM % 10000))
    run "./$1" "$2" "$base"
    [[ $output == *"in use"* ]] || return 0
  done
}

@test "embed: a program of 40 lines is a node, and remembers (A1 A5 A6 A9)" {
  compile solo
  assert [ "$(grep -c '[^[:space:]]' solo.c)" -le 45 ]
  run_program solo "$RAFTCTL_HOME/data"
  assert_success
  assert_output "balance 42"
  run_program solo "$RAFTCTL_HOME/data"
  assert_output "balance 84"
  run -0 ls -A "$RAFTCTL_HOME/program"
  assert_output $'solo\nsolo.c'
}

@test "embed: the program of raftctl(3) is a node with an app of its own" {
  cd "$RAFTCTL_HOME/program" || return
  sed -n '/^\.SH EXAMPLES/,/^\.fi/p' "$BATS_TEST_DIRNAME/../../man/raftctl.3" |
    sed -n '/^\.nf/,/^\.fi/{/^\./d;s/\\(aq/'"'"'/g;s/\\-/-/g;s/\\e/\\/g;p}' > counter.c
  # shellcheck disable=SC2046 # words are what pkg-config prints
  "$compiler" -std=c11 -Wall -Wextra -Werror counter.c -o counter $(pkg-config --cflags --libs raftctl)
  run_program counter "$RAFTCTL_HOME/data"
  assert_output "counted 1"
  run_program counter "$RAFTCTL_HOME/data"
  assert_output "counted 2"
}

@test "embed: three nodes in one program agree (A4 A15 E7)" {
  compile trio
  mkdir "$RAFTCTL_HOME/data"
  run_program trio "$RAFTCTL_HOME/data"
  assert_success
  assert_output "ok, balance 42"
  run -0 ls "$RAFTCTL_HOME/data"
  assert_output $'n1\nn2\nn3'
}

@test "embed: each installed header stands alone, and is the one of the checkout" {
  cd "$prefix/include/raftctl" || return
  while read -r header; do
    echo "#include \"$header\"" > "$RAFTCTL_HOME/program/alone.c"
    "$compiler" -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only "-I$PWD" "$RAFTCTL_HOME/program/alone.c"
    [[ $header == raftctl.h ]] || cmp "$header" "$BATS_TEST_DIRNAME/../../lib/$header"
  done < <(find . -name '*.h' -printf '%P\n')
}

@test "embed: a program in C++ includes raftctl.h, links, and has a node" {
  type -P c++ > /dev/null || skip "no C++ compiler here"
  cd "$RAFTCTL_HOME/program" || return
  cat > plus.cpp << 'EOF'
#include <raftctl.h>
#include <cstdio>
int main(int, char **argv)
{
    char why[256];
    raft_server *server;
    raft_server_config config = raft_server_defaults();
    config.cluster = "plus";
    config.working_dir = argv[1];
    config.self.id = 1;
    config.self.endpoint = "127.0.0.1:0x";
    config.app = raft_app_bank_create();
    std::printf("%d %s\n", raft_server_open(&config, &server, why, sizeof why) == RAFT_OK, why);
}
EOF
  # shellcheck disable=SC2046 # words are what pkg-config prints
  c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror plus.cpp -o plus $(pkg-config --cflags --libs raftctl)
  run -0 ./plus "$RAFTCTL_HOME/data"
  assert_output --partial "0 self.endpoint: expected a numeric address and port"
}

@test "embed: what raftctl(3) promises is in the headers" {
  functions=$(grep -oE 'raft_[a-z_]+\(' "$BATS_TEST_DIRNAME/../../man/raftctl.3" | sort -u)
  assert [ "$(wc -l <<< "$functions")" -ge 10 ]
  for function in $functions; do
    grep -rqF "$function" "$prefix/include/raftctl" || fail "no header declares $function"
  done
}

@test "embed: a wrong configuration is refused by the name of its field (A6 A7)" {
  compile solo
  run -1 ./solo "$RAFTCTL_HOME/data" 85x
  assert_output --partial "solo: self.endpoint: expected a numeric address and port"
  run -1 ./solo /proc/nowhere 9101
  assert_output --partial "solo: working_dir: cannot write in /proc/nowhere"
}
