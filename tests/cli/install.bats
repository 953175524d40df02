#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a package gets: everything in its place, and it works from there.
load cli.bash

setup() {
  cluster_home
  build=$(dirname "$(dirname "$(realpath "$RAFTCTL_BIN")")")
  [[ -r $build/cmake_install.cmake ]] || skip "no build folder around $RAFTCTL_BIN"
  DESTDIR=$RAFTCTL_HOME/root cmake --install "$build" --prefix /usr > "$RAFTCTL_HOME/install.log"
  usr=$RAFTCTL_HOME/root/usr
  libdir=usr/$(sed -n 's/^CMAKE_INSTALL_LIBDIR:[A-Z]*=//p' "$build/CMakeCache.txt")
}
teardown() { cluster_down; }

@test "install puts everything in its place and nothing elsewhere" {
  run -0 find "$RAFTCTL_HOME/root" -type f -printf '%P %m\n'
  assert_equal "$(sort <<< "$output")" "$(sort <<< "usr/bin/raftctl 755
usr/bin/raftnode 755
usr/include/raftctl/raftctl.h 644
$(sed -n 's,^#include "\(.*\)",usr/include/raftctl/\1 644,p' "$usr/include/raftctl/raftctl.h")
$libdir/libraftctl.a 644
$libdir/pkgconfig/raftctl.pc 644
usr/share/bash-completion/completions/raftctl 644
usr/share/fish/vendor_completions.d/raftctl.fish 644
$(cd "$BATS_TEST_DIRNAME/../../man" && for page in *.[1-8]; do echo "usr/share/man/man${page##*.}/$page 644"; done)
usr/share/raftctl/raftctl.bash 644
usr/share/zsh/site-functions/_raftctl 644")"
  for shell in bash-completion/completions/raftctl fish/vendor_completions.d/raftctl.fish zsh/site-functions/_raftctl; do
    run -0 head -n 3 "$usr/share/$shell"
    assert_output --partial "completion for raftctl"
  done
}

@test "install: a test suite runs with what was installed alone" {
  # bats would take a line that begins with @test for one of this file's own.
  sed 's/^AT/@/' > "$RAFTCTL_HOME/try.bats" << 'EOF'
load "$USR/share/raftctl/raftctl.bash"
setup() { cluster_up 3; }
teardown() { cluster_down; }
ATtest "a value outlives its leader" {
  raftctl put colour blue
  kill_leader
  [ "$(raftctl get colour)" = blue ]
  [[ $(readlink "/proc/$(supervisor_pid)/exe") == "$USR/bin/raftctl" ]]
  for pid in $(raftctl status up -o pid); do
    [[ $(readlink "/proc/$pid/exe") == "$USR/bin/raftnode" ]]
  done
}
EOF
  USR=$usr PATH=$usr/bin:$PATH run -0 env -u RAFTCTL_BIN -u RAFTCTL_HOME -u CLUSTER_HOME bats "$RAFTCTL_HOME/try.bats"
  assert_line "ok 1 a value outlives its leader"
}

@test "install: the manual pages render without a warning" {
  pages=("$usr"/share/man/man*/*)
  assert [ "${#pages[@]}" -ge 3 ]
  if type -P mandoc > /dev/null; then
    run -0 mandoc -T lint -W warning "${pages[@]}"
    assert_output ""
  fi
  if type -P groff > /dev/null; then
    for page in "${pages[@]}"; do
      run -0 groff -man -Tutf8 -ww -z "$page"
      assert_output ""
    done
  fi
  type -P mandoc groff > /dev/null || skip "neither mandoc nor groff here"
}
