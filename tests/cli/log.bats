#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

setup() { cluster_up 3; }
teardown() { cluster_down; }

@test "log shows index, term, type, size and payload" {
  must_put colour blue
  run -0 raftctl log leader
  assert_line --index 0 --regexp '^INDEX +TERM +TYPE +SIZE +PAYLOAD$'
  assert_line --regexp '^ +1 +[0-9]+ +noop '
  assert_line --regexp '^ +[0-9]+ +[0-9]+ +command +[0-9]+ +put colour blue$'
}

@test "log shows text as it is and escapes what is none" {
  must_put schlüssel 'größe 漢字 🙂'
  must_put binary $'a\x01\xff\n\tb\\c\x1b[31m'
  raftctl cas schlüssel 'größe 漢字 🙂' klein > /dev/null
  must_put long "$(printf 'ä%.0s' {1..200})"
  run -0 raftctl log leader
  assert_line --partial ' put schlüssel größe 漢字 🙂'
  assert_line --partial ' put binary a\x01\xff\n\tb\\c\x1b[31m'
  assert_line --partial ' cas schlüssel größe 漢字 🙂 klein'
  assert_line --regexp ' put long ä+\.\.\.$'
  line=$(raftctl log leader --json | grep cas)
  assert_equal "$(json '["payload"]' <<< "$line")" 'cas schlüssel größe 漢字 🙂 klein'
  wait_for converged
  raftctl down
  run -0 raftctl log n1
  assert_line --partial ' cas schlüssel größe 漢字 🙂 klein'
}

@test "log takes ranges, from the end too" {
  for i in 1 2 3 4; do must_put "key$i" x; done
  assert_equal "$(raftctl log leader 2..3 | tail -n +2 | awk '{ print $1 }' | tr '\n' ' ')" "2 3 "
  assert_equal "$(raftctl log leader 2 | tail -n +2 | awk '{ print $1 }')" 2
  assert_equal "$(raftctl log leader -1 | tail -n +2 | wc -l)" 1
  assert_equal "$(raftctl log leader -2.. | tail -n +2 | wc -l)" 2
  assert_equal "$(raftctl log leader ..3 | tail -n +2 | wc -l)" 3
  for bad in x 1..x 0 a..b 1...3; do
    run -2 raftctl log leader "$bad"
    assert_output --partial "\"$bad\" is not a range"
  done
}

@test "log refuses a range that runs backwards" {
  for bad in 3..1 -1..-3; do
    run -2 --separate-stderr raftctl log leader "$bad"
    assert_equal "$output" ""
    assert_equal "$stderr" "raftctl: log: \"$bad\" begins after it ends: say the lower index first"
  done
}

@test "log of a range that lies outside says what there is" {
  run -0 --separate-stderr raftctl log leader 1000..2000
  assert_equal "${#lines[@]}" 1
  [[ $stderr == *"has no entries in that range (it holds 1 to "* ]]
  run -0 --separate-stderr raftctl log leader 1000..2000 --json
  assert_equal "$output$stderr" ""
}

@test "log of a dead node comes from its store" {
  must_put colour blue
  wait_for converged
  raftctl kill n2
  run -0 raftctl log n2
  assert_output --partial "put colour blue"
  raftctl down
  run -0 raftctl log n1
  assert_output --partial "put colour blue"
}

@test "log of a paused node says so and does not hang" {
  raftctl pause n2
  run -1 raftctl log n2
  assert_output --partial "n2 is paused"
}

@test "log --diff: the same, and where two logs part" {
  must_put colour blue
  wait_for converged
  run -0 raftctl log n1 --diff n2
  assert_output --partial "same log"
  raftctl kill n3
  must_put colour red
  run -0 raftctl log leader --diff n3
  assert_output --partial "n3: ends at"
  assert_equal "$(raftctl log leader --diff n3 --json | json '["conflict"]')" False
}

@test "log --json is one object an entry" {
  must_put colour blue
  raftctl log leader --json | is_json_lines
}

@test "log of nobody" {
  run -4 raftctl log n9
  run -2 raftctl log
  run -2 raftctl log n1,n2
  run -2 raftctl log n1 1..2 --diff n2
  run -4 raftctl -c nosuch log n1
}
