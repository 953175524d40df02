#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# I1: what the course's public suites (message_queue, election, replication) want of a node, told anew and
# with conditions where they wait. As there, a node is launched by `raftnode config.json INDEX` and nothing
# else, is up once GET / is answered, and each case has a cluster of its own from the same file name.
# RUNS is how often each case is played in a row; bin/soak course plays them with the suites' own patience.

load course.bash

# The suites presume that a leader stays one, which 150 ms without a heartbeat end: a run in which a machine
# too busy for that held an election nobody had asked for says nothing, and its test is tried again. Any other
# failure is one.
BATS_TEST_RETRIES=${COURSE_RETRIES:-2}

setup() {
  DISTURBED=$BATS_FILE_TMPDIR/disturbed.$BATS_TEST_NUMBER
  ((BATS_TEST_TRY_NUMBER == 1)) || rm "$DISTURBED"
  begin_course
}

teardown() {
  local i
  for i in "${!PIDS[@]}"; do
    [[ -n ${BATS_TEST_COMPLETED:-} ]] || (($(field "$i" term || echo 0) <= HIGH)) || : > "$DISTURBED"
  done
  end_course
}

YES='{"success": true}'
NO='{"success": false}'
HIGH=0

# launch I: up once it answers whatever it is asked for.
launch() {
  "$RAFTNODE" config.json "$1" > /dev/null 2>> "log.$1" 3>&- &
  PIDS[$1]=$!
  local end=$((SECONDS + PATIENCE))
  until [[ $(code "$1" GET /) != 000 ]]; do
    kill -0 "${PIDS[$1]}"
    ((SECONDS < end))
  done
}

# swarm N: a new cluster of N; nobody has led yet.
swarm() {
  local i
  place "$1"
  for ((i = 0; i < $1; i++)); do launch "$i"; done
  LEADERS=()
}

# end_swarm: each ends by SIGTERM, with status 0.
end_swarm() {
  local i
  for i in "${!PIDS[@]}"; do
    stop "$i"
    assert_equal "$STATUS" 0
  done
}

# runs CASE [WORD..]: as often as is wanted.
runs() {
  for ((RUN = 1; RUN <= ${RUNS:-2}; RUN++)); do
    echo "run $RUN of ${RUNS:-2}: $*"
    "$@"
    end_swarm
  done
}

# The calls, each with the whole body that is due.
create() { assert_equal "$(call "$1" PUT /topic "{\"topic\": \"$2\"}")" "$3"; }
list() { assert_equal "$(call "$1" GET /topic)" "$2"; }
put() { assert_equal "$(call "$1" PUT /message "{\"topic\": \"$2\", \"message\": \"$3\"}")" "$4"; }
get() { assert_equal "$(call "$1" GET "/message/$2")" "$3"; }
said() { echo "{\"success\": true, \"message\": \"$1\"}"; }
topics() { local all; printf -v all ', "%s"' "$@"; echo "{\"success\": true, \"topics\": [${all#, }]}"; }

# refuses I: whatever is asked of the queue.
refuses() {
  create "$1" other "$NO"
  list "$1" "$NO"
  put "$1" dog x "$NO"
  get "$1" dog "$NO"
}

# note_leaders: whoever leads does so alone in its term.
note_leaders() {
  local i text term
  for i in "${!PIDS[@]}"; do
    text=$(status "$i") || continue
    [[ $text =~ ^\{\"role\":\"(Leader|Candidate|Follower)\",\"term\":([0-9]+), ]]
    [[ ${BASH_REMATCH[1]} == Leader ]] || continue
    term=${BASH_REMATCH[2]}
    assert_equal "$i" "${LEADERS[term]:-$i}"
    LEADERS[term]=$i
  done
}

# next_leader: one that was not there before, in a higher term.
next_leader() {
  local old=$LEADER term=$HIGH
  find_leader
  note_leaders
  HIGH=$(field "$LEADER" term)
  [[ $LEADER != "$old" ]]
  ((HIGH > term))
}

first_leader() {
  LEADER=none
  HIGH=0
  next_leader
}

follows() { [[ $(field "$1" role) == Follower && $(field "$1" leader) == "n$((LEADER + 1))" ]] && echo yes; }

case_topics() {
  local i
  swarm 1
  until_is Leader field 0 role
  list 0 '{"success": true, "topics": []}'
  create 0 dog "$YES"
  create 0 cat "$YES"
  create 0 dog "$NO"
  list 0 "$(topics dog cat)"
  for i in 0 1 2 3 4; do
    create 0 "dog$i" "$YES"
    create 0 "dog$i" "$NO"
  done
  list 0 "$(topics dog cat dog0 dog1 dog2 dog3 dog4)"
}

case_messages() {
  local i
  swarm 1
  until_is Leader field 0 role
  get 0 nowhere "$NO"
  put 0 nowhere x "$NO"
  list 0 '{"success": true, "topics": []}'
  create 0 dog "$YES"
  get 0 dog "$NO"
  put 0 dog "one word" "$YES"
  get 0 dog "$(said "one word")"
  get 0 dog "$NO"
  for i in {1..20}; do put 0 dog "m$i" "$YES"; done
  for i in {1..20}; do get 0 dog "$(said "m$i")"; done
  get 0 dog "$NO"
  create 0 cat "$YES"
  put 0 dog d1 "$YES"
  put 0 cat c1 "$YES"
  put 0 dog d2 "$YES"
  get 0 cat "$(said c1)"
  get 0 cat "$NO"
  get 0 dog "$(said d1)"
  get 0 dog "$(said d2)"
}

case_refused_calls() {
  swarm 1
  until_is Leader field 0 role
  assert_equal "$(code 0 PUT /topic '{"topic": "dog"}')" 200
  assert_equal "$(code 0 PUT /topic '{"topic": "dog"}')" 400
  assert_equal "$(code 0 PUT /topic '{"topic": 1}')" 400
  assert_equal "$(call 0 PUT /topic '{"topic": 1}')" "$NO"
  assert_equal "$(code 0 PUT /topic '{"abc": "123"}')" 400
  assert_equal "$(call 0 PUT /topic '{"abc": "123"}')" "$NO"
  assert_equal "$(code 0 PUT /message '{"topic": "dog"}')" 400
  assert_equal "$(code 0 PUT /message '{"message": "x"}')" 400
  assert_equal "$(call 0 PUT /message '{"topic": 123, "message": "x"}')" "$NO"
  assert_equal "$(code 0 PUT /message '{"topic": "cat", "message": "x"}')" 404
  assert_equal "$(code 0 GET /message/dog)" 404
  assert_equal "$(code 0 GET /message/cat)" 404
}

# Alone it leads, also after a restart, and says so in two words of the right kind.
case_lone_leader() {
  local signal
  swarm 1
  for signal in TERM KILL; do
    until_is Leader field 0 role
    [[ $(status 0) =~ \"role\":\"Leader\",\"term\":[0-9]+, ]]
    stop 0 "$signal"
    launch 0
  done
  until_is Leader field 0 role
}

# case_election N: one leader; it ends, another comes in a higher term, and the old one follows that.
case_election() {
  local i old
  swarm "$1"
  first_leader
  for i in "${!PIDS[@]}"; do ((i == LEADER)) || until_is yes follows "$i"; done
  create "$LEADER" dog "$YES"
  for i in "${!PIDS[@]}"; do ((i == LEADER)) || refuses "$i"; done
  note_leaders
  old=$LEADER
  stop "$old"
  next_leader
  launch "$old"
  until_is yes follows "$old"
  assert_equal "$(field "$old" term)" "$HIGH"
  stop "$LEADER" KILL
  next_leader
}

# case_minority N: what is left of N, one less than a majority, never leads and refuses all; the rest comes back.
case_minority() {
  local i term rest=() dead=()
  swarm "$1"
  first_leader
  stop "$LEADER"
  dead=("$LEADER")
  for i in "${!PIDS[@]}"; do
    if ((${#dead[@]} < ($1 + 1) / 2)); then
      stop "$i" KILL
      dead+=("$i")
    else
      rest+=("$i")
    fi
  done
  term=$(field "${rest[0]}" term)
  local end=$((SECONDS + PATIENCE))
  until (($(field "${rest[0]}" term) >= term + 3)); do
    ((SECONDS < end))
    for i in "${rest[@]}"; do [[ $(field "$i" role) != Leader ]]; done
  done
  refuses "${rest[0]}"
  assert_equal "$(code "${rest[0]}" GET /topic)" 400
  for i in "${dead[@]}"; do launch "$i"; done
  first_leader
  create "$LEADER" dog "$YES"
}

# case_alone N: a leader whose followers are all stopped stays one and takes nothing until they go on.
case_alone() {
  local i
  swarm "$1"
  first_leader
  create "$LEADER" dog "$YES"
  for i in "${!PIDS[@]}"; do ((i == LEADER)) || kill -STOP "${PIDS[i]}"; done
  refuses "$LEADER"
  assert_equal "$(code "$LEADER" GET /topic)" 503
  assert_equal "$(field "$LEADER" role)" Leader
  assert_equal "$(field "$LEADER" term)" "$HIGH"
  for i in "${!PIDS[@]}"; do ((i == LEADER)) || kill -CONT "${PIDS[i]}"; done
  until_is "$YES" serve_again
}

# Whoever leads gives the topic back, which none but it may have.
serve_again() {
  find_leader
  [[ $(call "$LEADER" GET /topic) == *'"dog"'* ]] && echo "$YES"
}

# case_paused N: a leader that is stopped is replaced, and follows once it goes on.
case_paused() {
  local old
  swarm "$1"
  first_leader
  create "$LEADER" dog "$YES"
  old=$LEADER
  kill -STOP "${PIDS[old]}"
  local pid=${PIDS[old]}
  unset "PIDS[old]"
  next_leader
  list "$LEADER" "$(topics dog)"
  put "$LEADER" dog later "$YES"
  kill -CONT "$pid"
  PIDS[old]=$pid
  until_is yes follows "$old"
  refuses "$old"
  get "$LEADER" dog "$(said later)"
}

# case_shared N: what one leader took, the next gives out in its first answer, while a majority lives.
case_shared() {
  local alive round=1 given=()
  swarm "$1"
  first_leader
  create "$LEADER" first "$YES"
  create "$LEADER" dog "$YES"
  put "$LEADER" first "of the first" "$YES"
  for ((alive = $1; alive - 1 > $1 / 2; alive--)); do
    put "$LEADER" dog "a$round" "$YES"
    put "$LEADER" dog "b$round" "$YES"
    stop "$LEADER"
    next_leader
    ((round % 2)) && list "$LEADER" "$(topics first dog "${given[@]}")"
    get "$LEADER" dog "$(said "a$round")"
    get "$LEADER" dog "$(said "b$round")"
    get "$LEADER" dog "$NO"
    create "$LEADER" dog "$NO"
    create "$LEADER" "new$round" "$YES"
    given+=("new$round")
    round=$((round + 1))
  done
  get "$LEADER" first "$(said "of the first")"
  get "$LEADER" first "$NO"
  list "$LEADER" "$(topics first dog "${given[@]}")"
}

# case_order N: twenty messages, half of them given out before their leader is killed: the rest comes in order.
case_order() {
  local i
  swarm "$1"
  first_leader
  create "$LEADER" dog "$YES"
  for i in {1..20}; do put "$LEADER" dog "m$i" "$YES"; done
  for i in {1..10}; do get "$LEADER" dog "$(said "m$i")"; done
  stop "$LEADER" KILL
  next_leader
  for i in {11..20}; do get "$LEADER" dog "$(said "m$i")"; done
  get "$LEADER" dog "$NO"
}

# case_catch_up N: a follower that was away gets what it missed, and then the leader goes.
case_catch_up() {
  local away old
  swarm "$1"
  first_leader
  create "$LEADER" dog "$YES"
  away=$(((LEADER + 1) % $1))
  stop "$away"
  put "$LEADER" dog one "$YES"
  put "$LEADER" dog two "$YES"
  launch "$away"
  until_is '{"topics": {"dog": ["one", "two"]}}' view "$away"
  old=$LEADER
  stop "$old"
  next_leader
  put "$LEADER" dog three "$YES"
  launch "$old"
  until_is '{"topics": {"dog": ["one", "two", "three"]}}' view "$old"
  stop "$LEADER"
  next_leader
  get "$LEADER" dog "$(said one)"
  get "$LEADER" dog "$(said two)"
  get "$LEADER" dog "$(said three)"
}

@test "I1 message_queue: topics are made once and listed in their order" { runs case_topics; }
@test "I1 message_queue: messages come once each, in order, by topic" { runs case_messages; }
@test "I1 message_queue: what is refused, and with which status" { runs case_refused_calls; }
@test "I1 election: a lone node leads, also after a restart" { runs case_lone_leader; }
@test "I1 election: one leader a term and a new one after its end, of 3" { runs case_election 3; }
@test "I1 election: one leader a term and a new one after its end, of 5" { runs case_election 5; }
@test "I1 election: one leader a term and a new one after its end, of 7" { runs case_election 7; }
@test "I1 election: less than a majority never leads, of 2" { runs case_minority 2; }
@test "I1 election: less than a majority never leads, of 4" { runs case_minority 4; }
@test "I1 election: less than a majority never leads, of 5" { runs case_minority 5; }
@test "I1 election: a leader whose followers are stopped stays one and takes nothing" { runs case_alone 5; }
@test "I1 election: a leader that is stopped is replaced, and follows" { runs case_paused 3; }
@test "I1 replication: leader after leader goes, topics and messages stay, of 3" { runs case_shared 3; }
@test "I1 replication: leader after leader goes, topics and messages stay, of 5" { runs case_shared 5; }
@test "I1 replication: leader after leader goes, topics and messages stay, of 8" { runs case_shared 8; }
@test "I1 replication: the order outlives the leader's death" { runs case_order 5; }
@test "I1 replication: who was away catches up and may lead, of 3" { runs case_catch_up 3; }
@test "I1 replication: who was away catches up and may lead, of 5" { runs case_catch_up 5; }
