#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# raftnode CONFIG INDEX: nodes by a config.json of the course's message queue, spoken to by REST alone, as
# that project's own test suites do it. What waits, waits for an HTTP answer or a readiness line. Where one
# leader has to stay, the timing is wan; elsewhere an election that a busy machine brings changes nothing.

load course.bash

setup() { begin_course; }
teardown() { end_course; }

# entry TERM INDEX ENDPOINT BODY: an entry of a start state.
entry() {
  echo "{\"term\": $1, \"index\": $2, \"command\": {\"endpoint\": \"$3\", \"method\": \"PUT\", \"body\": $4}, \"result\": \"\"}"
}

# entries TERM..: a log that creates topic t and puts m2, m3, .. there.
entries() {
  local term i=1 rows=()
  for term in "$@"; do
    if ((i == 1)); then
      rows+=("$(entry "$term" 1 topic '{"topic": "t"}')")
    else
      rows+=("$(entry "$term" "$i" message "{\"topic\": \"t\", \"message\": \"m$i\"}")")
    fi
    i=$((i + 1))
  done
  (IFS=,; echo "\"log\": [${rows[*]}]")
}

# The client script of the suites, against the leader, whatever the number of nodes.
client_script() {
  create dog "$YES"
  create dog "$NO"
  list "$(topics dog)"
  put dog one "$YES"
  put dog "" "$YES"
  put cat x "$NO"
  get dog "$(said one)"
  get dog "$(said "")"
  get dog "$NO"
}

@test "H1: a node is started by config and index, ended by SIGTERM, and its port is free at once" {
  serve 1
  until_is Leader field 0 role
  stop 0
  assert_equal "$STATUS" 0
  launch 0
  assert_equal "$READY" ok
  until_is Leader field 0 role
  # Also while a client keeps its connection.
  exec {client}<> "/dev/tcp/$IP/$(port 0)"
  printf 'GET /status HTTP/1.1\r\nHost: x\r\n\r\n' >&"$client"
  read -r line <&"$client"
  [[ $line == *200* ]]
  stop 0
  assert_equal "$STATUS" 0
  launch 0
  assert_equal "$READY" ok
  exec {client}>&-
}

@test "H1: a bad file, index or port is an error on stderr and a documented exit status" {
  run -64 "$RAFTNODE" nowhere.json 0
  assert_output --partial "nowhere.json"
  BASE=45000
  write_config 2
  run -64 "$RAFTNODE" config.json 2
  assert_output --partial "it has 2 addresses"
  run -64 "$RAFTNODE" config.json x
  assert_output --partial '"x" is not a valid INDEX'
  run -64 "$RAFTNODE" config.json
  assert_output --partial "INDEX is missing"
  run -64 "$RAFTNODE" config.json 0 1
  assert_output --partial "one word too many"
  run -64 "$RAFTNODE" config.json 0 --spec x
  assert_output --partial "--spec does not go with a config"
  echo '{"addresses": [' > config.json
  run -64 "$RAFTNODE" config.json 0
  assert_output --partial "config.json"
  echo '{"addresses": [{"ip": "192.0.2.1", "port": 1234}]}' > config.json
  run -64 "$RAFTNODE" config.json 0
  assert_output --partial "an address of this machine alone"
  serve 1
  run -75 "$RAFTNODE" config.json 0
  assert_output --partial "in use"
}

@test "H1: without --data a restart forgets, and both ends of that are said" {
  serve 1
  create dog "$YES"
  run cat log.0
  assert_output --partial "in memory: a restart forgets"
  assert_output --partial "n1 of 1, app queue, HTTP at $IP:$(port 0)"
  stop 0 KILL
  launch 0
  list '{"success": true, "topics": []}'
}

@test "H1: with --data everything acknowledged survives SIGKILL, and another cluster's data is refused" {
  serve 1
  stop 0
  launch 0 --data data
  create dog "$YES"
  stop 0 KILL
  FIELDS[0]='"term": 9'
  write_config 1
  launch 0 --data data
  list "$(topics dog)"
  run cat log.0
  assert_output --partial "the start state (follower of term 9, empty log) is ignored: data has data"
  stop 0
  write_config 2 # the same index, another cluster
  launch 0 --data data
  [[ $READY == error* ]]
  wait "${PIDS[0]}" && false || assert_equal $? 65
  unset 'PIDS[0]'
}

# has_grown: 50 entries have been committed since the last call.
has_grown() {
  local commit
  find_leader && commit=$(field "$LEADER" commit) && ((commit >= GROWN + 50)) && GROWN=$commit
}

@test "H17 C8: under load SIGKILL of all nodes at once, with --data: nothing acknowledged is lost or comes twice" {
  local bin=${RAFTNODE%/*} clients i
  DATA=data
  GROWN=0
  serve 3
  touch storm
  "$bin/load_queue" -a "$IP" -w storm -o history -c 4 -t 4 "$(port 0)" "$(port 1)" "$(port 2)" > sums 3>&- &
  clients=$!
  for _ in 1 2; do
    eventually has_grown
    kill -KILL "${PIDS[@]}"
    for i in 0 1 2; do
      wait "${PIDS[i]}" || true
      launch "$i" --data "data.$i"
    done
  done
  eventually has_grown
  rm storm
  wait "$clients"
  run "$bin/check_history" history
  assert_success
  assert_line --regexp '^operations [0-9]+ unknown 0 topics 4 by_index 4 delivered_twice 0$'
  [[ $(< sums) =~ ^pushed\ ([0-9]+)\ popped\ ([0-9]+)\  ]]
  assert_equal "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

@test "H1: the same config name and index with other ports shows nothing old, with --data in another folder neither" {
  DATA=data
  mkdir one two
  cd one
  serve 1
  create old "$YES"
  stop 0 KILL
  cd ../two
  serve 1
  list '{"success": true, "topics": []}'
  assert_equal "$(view 0)" '{"topics": {}}'
  stop 0 KILL
  cp ../two/config.json ../one/config.json
  cd ../one
  launch 0
  list '{"success": true, "topics": []}'
  assert_equal "$(view 0)" '{"topics": {}}'
}

@test "H19: what a config says of the start is honoured and announced, unknown fields are ignored with a notice" {
  FIELDS[0]="\"role\": \"leader\", \"term\": 6, \"voted_for\": 0, \"colour\": 1, $(entries 1 1 6)"
  TIMING=wan serve 1
  until_is '{"topics": {"t": ["m2", "m3"]}}' view 0
  assert_equal "$(field 0 commit)" 3
  run cat log.0
  assert_output --partial "election timeout 2000 to 4000 ms"
  assert_output --partial "start state: leader of term 6, voted for n1, log of 3 entries (terms 1 1 6)"
  assert_output --partial "colour: unknown field, ignored"
}

@test "H19 C8: a node that dies while its store is made begins as told the next time" {
  local i log='{"term": 1, "index": 1, "command": {"endpoint": "topic", "method": "PUT", "body": {"topic": "t"}}}'
  for i in {2..40}; do
    log+=",$(entry 1 "$i" message "{\"topic\": \"t\", \"message\": \"$(printf '%4000d' "$i")\"}")"
  done
  FIELDS=("\"term\": 3, \"log\": [$log]")
  serve 1 # in memory: the ports are free, and the cluster is called after them
  stop 0 KILL
  for i in 4 20 60 100 160; do # KiB that a file may have: between nothing and the whole store
    STATUS=0
    (ulimit -c 0 -f "$i" && exec env --default-signal=XFSZ "$RAFTNODE" config.json 0 --data DATA.0 2> /dev/null) || STATUS=$?
    assert_equal "$STATUS" $((128 + $(kill -l XFSZ)))
  done
  : > log.0
  launch 0 --data DATA.0
  assert_equal "$READY" ok
  run -0 cat log.0
  assert_line --partial "raftnode: start state: follower of term 3, log of 40 entries"
  last_message() { view 0 | grep -c ' 40"'; }
  until_is 1 last_message
}

@test "A19: what ends a node is reported in its data folder too" {
  trap '' XFSZ # A write that fails, instead of a process that is killed.
  DATA=DATA serve 1
  trap - XFSZ
  refute [ -e DATA.0/errors.txt ]
  until_is Leader field 0 role
  prlimit --pid "${PIDS[0]}" --fsize=4096
  call 0 PUT /topic '{"topic": "t"}' || true
  STATUS=0
  wait "${PIDS[0]}" || STATUS=$?
  unset "PIDS[0]"
  assert_equal "$STATUS" 74
  run -0 cat DATA.0/errors.txt
  assert_line --index 0 --regexp '^START 20[^ ]+Z n1 log_failed$'
  assert_line --index 1 "the log failed: input/output error, the outcome is unknown"
  assert_line --index 2 --regexp '^END 20[^ ]+Z n1$'
}

@test "I7: the candidate of term 5 becomes a follower in the term of the given leader" {
  FIELDS=('"role": "candidate", "term": 5' '"role": "leader", "term": 999, "voted_for": 1, "next_index": [0], "match_index": [0]')
  TIMING=wan serve 2
  until_is 999 field 0 term
  until_is Follower field 0 role
  assert_equal "$(field 1 role)" Leader
  assert_equal "$(field 1 term)" 999
}

@test "I11: the follower gets the missing entries, and they are applied" {
  FIELDS[0]="\"role\": \"leader\", \"term\": 6, \"next_index\": [6], $(entries 1 1 1 4 6)"
  TIMING=wan serve 2
  until_is '{"topics": {"t": ["m2", "m3", "m4", "m5"]}}' view 1
  until_is '{"topics": {"t": ["m2", "m3", "m4", "m5"]}}' view 0
  assert_equal "$(field 0 role)" Leader
  assert_equal "$(field 0 term)" 6
}

@test "I12, I13: nothing is committed before a request; after one the extra entries are gone and all is applied" {
  FIELDS=("\"role\": \"leader\", \"term\": 6, \"next_index\": [6], $(entries 1 1 1 4 4)"
    "\"term\": 5, $(entries 1 1 1 4 4 5 5)")
  TIMING=wan serve 2
  until_is 6 field 1 term
  assert_equal "$(field 0 role)" Leader
  assert_equal "$(field 0 commit)" 0
  assert_equal "$(field 1 commit)" 0
  assert_equal "$(field 0 last)" 5
  assert_equal "$(field 1 last)" 7
  assert_equal "$(view 0)" '{"topics": {}}'
  put t new "$YES"
  assert_equal "$(view 0)" '{"topics": {"t": ["m2", "m3", "m4", "m5", "new"]}}'
  until_is '{"topics": {"t": ["m2", "m3", "m4", "m5", "new"]}}' view 1
  assert_equal "$(field 1 last)" 6
}

@test "I14: the follower's entries of terms 2 and 3 are replaced" {
  FIELDS=("\"role\": \"leader\", \"term\": 6, \"next_index\": [7], $(entries 1 1 1 4 4 6)"
    "\"term\": 3, $(entries 1 1 1 2 2 3 3)")
  TIMING=wan serve 2
  until_is '{"topics": {"t": ["m2", "m3", "m4", "m5", "m6"]}}' view 1
  assert_equal "$(field 1 last)" 6
}

@test "I15: entries that are known change nothing, also once the follower leads" {
  FIELDS=("\"role\": \"leader\", \"term\": 6, \"next_index\": [1, 1], $(entries 1 1 1 4 6)"
    "\"term\": 6, $(entries 1 1 1 4 6)" "\"term\": 6, $(entries 1 1 1 4 6)")
  TIMING=wan serve 3
  local all='{"topics": {"t": ["m2", "m3", "m4", "m5"]}}'
  for i in 0 1 2; do until_is "$all" view "$i"; done
  assert_equal "$(field 1 last)" 5
  stop 0
  find_leader
  until_is 6 field "$LEADER" commit # its no-op
  assert_equal "$(view "$LEADER")" "$all"
}

@test "I16: the stale candidate is never elected; the other node wins in a term above 999" {
  FIELDS=('"role": "candidate", "term": 999' "\"term\": 5, $(entries 1)")
  TIMING=wan serve 2
  until_is Leader field 1 role
  (($(field 1 term) > 999))
  until_is '{"topics": {"t": []}}' view 1
  until_is '{"topics": {"t": []}}' view 0
  assert_equal "$(field 0 role)" Follower
}

@test "the suites' client script, with 1, 3, 5 and 7 nodes" {
  for count in 1 3 5 7; do
    serve "$count"
    client_script
    for i in "${!PIDS[@]}"; do stop "$i"; assert_equal "$STATUS" 0; done
  done
}

@test "I2, I5: one leader, and everybody else follows it in its term" {
  serve 5
  eventually is_settled
  leaders_alone
}

@test "I3, I8, I9, I10: down to three of five the queue goes on; with two nothing is acknowledged" {
  serve 5
  client_script
  put dog kept "$YES"
  for i in "${!PIDS[@]}"; do until_is '{"topics": {"dog": ["kept"]}}' view "$i"; done
  stop "$LEADER"
  find_leader
  stop "$LEADER"
  find_leader
  # The new leader's first answer has what is committed.
  list "$(topics dog)"
  put dog more "$YES"
  for i in "${!PIDS[@]}"; do until_is '{"topics": {"dog": ["kept", "more"]}}' view "$i"; done
  local other
  for i in "${!PIDS[@]}"; do ((i == LEADER)) || other=$i; done
  stop "$other"
  for i in "${!PIDS[@]}"; do refuses "$i"; done
  for i in "${!PIDS[@]}"; do assert_equal "$(view "$i")" '{"topics": {"dog": ["kept", "more"]}}'; done
}

@test "I4: a node that comes back follows the leader that is there" {
  FIELDS=('"role": "leader", "term": 1')
  TIMING=wan serve 3
  stop 1 KILL
  create dog "$YES"
  launch 1
  assert_equal "$READY" ok
  until_is '{"topics": {"dog": []}}' view 1
  assert_equal "$(stance 1)" "Follower 1 n1"
  assert_equal "$(stance 0)" "Leader 1 n1"
}

@test "I6: a lone node of five keeps holding elections; a leader alone stays one" {
  serve 5
  eventually isolate_leader
  assert_equal "$(code "$LEADER" PUT /topic '{"topic": "dog"}')" 503
  assert_equal "$(stance "$LEADER")" "Leader $HIGH n$((LEADER + 1))"
  kill -CONT "${PIDS[@]}"
  create cat "$YES"
  local i
  for i in "${!PIDS[@]}"; do stop "$i" KILL; done
  rm leaders
  launch 3
  until_is Candidate field 3 role
  for i in 1 2 3; do eventually reach_term 3 $(($(field 3 term) + 1)); done
  assert [ ! -e leaders ]
}
