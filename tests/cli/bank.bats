#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

teardown() { cluster_down; }

@test "F25 bank: the teller's sentences, and the balance after each" {
  cluster_up 3 --app bank
  run -0 raftctl bank query
  assert_output "Your current account balance is: 0"
  run -0 raftctl bank credit 100
  assert_output --regexp '^Successfully credited 100 to your account  n[1-3] index [0-9]+ term [0-9]+  seq [0-9]+$'
  run -0 raftctl bank debit 30
  assert_output --regexp '^Successfully debited 30 from your account  n[1-3] '
  assert_equal "$(raftctl -q bank query)" 70
  run -1 --separate-stderr raftctl bank debit 71
  assert_output ""
  assert_equal "$stderr" "raftctl: bank: Insufficient account balance"
  for amount in 0 -5; do
    run -1 raftctl bank credit "$amount"
    assert_output "raftctl: bank: Credit amount must be positive"
    run -1 raftctl bank debit "$amount"
    assert_output "raftctl: bank: Debit amount must be positive"
  done
  run -1 raftctl bank credit 9223372036854775807
  assert_output --partial "more than an account can hold"
  run -0 raftctl bank query
  assert_output "Your current account balance is: 70"
  raftctl wait converged
  for node in n1 n2 n3; do assert_equal "$(raftctl -q bank query --at "$node" --stale)" 70; done
}

@test "F25 bank --json" {
  cluster_up 1 --app bank
  fields='["verb"], value["amount"], value["status"], value["balance"], value["text"], value["node"]'
  assert_equal "$(raftctl bank credit 5 --json | json "$fields")" \
    "('credit', 5, 'ok', 5, 'Successfully credited 5 to your account', 'n1')"
  run -1 raftctl bank debit 6 --json
  assert_equal "$(json "$fields" <<< "$output")" \
    "('debit', 6, 'overdrawn', 5, 'Insufficient account balance', 'n1')"
  assert_equal "$(raftctl bank query --json | json "$fields")" \
    "('query', None, 'ok', 5, 'Your current account balance is: 5', 'n1')"
}

@test "F26 bank: a credit by way of a follower reaches the leader, once" {
  cluster_up 3 --app bank
  leader=$(leader)
  for node in n1 n2 n3; do
    run -0 raftctl bank credit 10 --via "$node"
    assert_output --regexp "^Successfully credited 10 to your account  $leader index [0-9]+ "
    assert_equal "$(raftctl -q bank query)" $((10 * ${node#n}))
  done
  follower=$(followers | head -n 1)
  run -6 raftctl bank credit 1 --at "$follower" --timeout 2
  assert_equal "$(raftctl -q bank query --at "$follower")" 30
}

@test "F27 bank: under dying leaders every credit is done, and done once" {
  cluster_up 3 --app bank --timing fast
  for amount in 1 2 4; do
    raftctl bank credit "$amount"
    killed=$(kill_leader)
    raftctl bank debit 1
    raftctl start "$killed"
    raftctl wait converged
  done
  assert_equal "$(raftctl -q bank query)" 4
}

@test "F27 bank without a quorum says so: 6 or 7, never 0" {
  cluster_up 3 --app bank
  raftctl kill followers
  run raftctl bank credit 1 --timeout 2
  [[ $status -eq 6 || $status -eq 7 ]]
  assert_output --partial "a quorum is 2"
}

@test "bank of nonsense is usage" {
  cluster_up 1 --app bank
  run -2 raftctl bank
  for words in "credit" "credit 5x" "credit +5" "credit 1.5" "credit 9223372036854775808" "credit 1 2" "query 1" "steal 5" \
    "credit 1 --stale" "query --at n1 --via n1"; do
    # shellcheck disable=SC2086
    run -2 raftctl bank $words
  done
  run -2 raftctl bank credit ''
  assert_output --partial '"" is not an amount'
  run -4 raftctl bank query --at n9
  assert_equal "$(raftctl -q bank query)" 0
}

@test "bank on a cluster of another app names the app and its verbs" {
  cluster_up 1
  run -2 raftctl bank query
  assert_output "raftctl: bank: cluster default runs the app kv, this is for bank (for kv there is: put, get, del, cas)"
  raftctl -c queue up 1 -d --app queue
  run -2 raftctl -c queue bank credit 5
  assert_output --partial "(for queue there is: queue topics|create TOPIC|put TOPIC MESSAGE|get TOPIC|view)"
  raftctl -c bank up 1 -d --app bank
  run -2 raftctl -c bank put key value
  assert_output --partial "(for bank there is: bank query|credit N|debit N)"
}
