#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# I1: what the course's public suites (message_queue, election, replication) want of a node, told anew and
# with conditions where they wait. As there, a node is launched by `raftnode config.json INDEX` and nothing
# else, is up once GET / is answered, and each case has a cluster of its own from the same file name.
# On a busy machine an election that nobody asked for may come at any time. So what is asked of the leader has
# a name, by which it runs once however often it is asked, and what a follower says is judged if its term
# stayed meanwhile. RUNS is how often each case is played in a row; bin/soak course plays them
# with the suites' own patience, and as plainly as they do (COURSE_PLAIN): without names, each thing once.

load course.bash

setup() { begin_course; }
teardown() { end_course; }

# launch I: up once it answers whatever it is asked for.
launch() {
  "$RAFTNODE" config.json "$1" > /dev/null 2>> "log.$1" 3>&- &
  PIDS[$1]=$!
  eventually is_up "$1"
}
is_up() { [[ $(code "$1" GET /) != 000 ]]; }

# swarm N [M]: a new cluster of N, of which the first M (all) are launched.
swarm() {
  local i
  place "$1"
  for ((i = 0; i < ${2:-$1}; i++)); do launch "$i"; done
  HIGH=0
}

# end_swarm: each ends by SIGTERM, with status 0, and who was seen to lead was alone in its term.
end_swarm() {
  local i
  for i in "${!PIDS[@]}"; do
    stop "$i"
    assert_equal "$STATUS" 0
  done
  leaders_alone
}

# runs CASE [WORD..]: as often as is wanted.
runs() {
  for ((RUN = 1; RUN <= ${RUNS:-2}; RUN++)); do
    echo "run $RUN of ${RUNS:-2}: $*"
    "$@"
    end_swarm
  done
}

# next_leader: one in a higher term than that of the last one.
next_leader() { eventually is_led_after "$HIGH"; }
is_led_after() { see_leader && ((HIGH > $1)); }

# followers_refuse: whoever does not lead does so, whatever it is asked of the queue.
followers_refuse() {
  local i
  for i in "${!PIDS[@]}"; do
    eventually observe "$i"
    [[ -z $SAID ]] || assert_equal "$SAID" "$NO$NO$NO$NO"
  done
}

# observe I: what it said while it did not lead, since its term and role stayed; nothing if it leads.
observe() {
  local before
  SAID=
  before=$(stance "$1") || return
  [[ $before == Leader* ]] && return
  SAID=$(refusals "$1") && [[ $(stance "$1") == "$before" ]]
}

case_topics() {
  local i
  swarm 1
  find_leader
  list '{"success": true, "topics": []}'
  create dog "$YES"
  create cat "$YES"
  create dog "$NO"
  list "$(topics dog cat)"
  for i in 0 1 2 3 4; do
    create "dog$i" "$YES"
    create "dog$i" "$NO"
  done
  list "$(topics dog cat dog0 dog1 dog2 dog3 dog4)"
}

case_messages() {
  local i
  swarm 1
  find_leader
  get nowhere "$NO"
  put nowhere x "$NO"
  list '{"success": true, "topics": []}'
  create dog "$YES"
  get dog "$NO"
  put dog "one word" "$YES"
  get dog "$(said "one word")"
  get dog "$NO"
  for i in {1..20}; do put dog "m$i" "$YES"; done
  for i in {1..20}; do get dog "$(said "m$i")"; done
  get dog "$NO"
  create cat "$YES"
  put dog d1 "$YES"
  put cat c1 "$YES"
  put dog d2 "$YES"
  get cat "$(said c1)"
  get cat "$NO"
  get dog "$(said d1)"
  get dog "$(said d2)"
}

# refused CODE METHOD PATH [DATA]
refused() {
  due "$NO" "${@:2}"
  assert_equal "$CODE" "$1"
}

case_refused_calls() {
  swarm 1
  find_leader
  create dog "$YES"
  assert_equal "$CODE" 200
  refused 400 PUT /topic '{"topic": "dog"}'
  refused 400 PUT /topic '{"topic": 1}'
  refused 400 PUT /topic '{"abc": "123"}'
  refused 400 PUT /message '{"topic": "dog"}'
  refused 400 PUT /message '{"message": "x"}'
  refused 400 PUT /message '{"topic": 123, "message": "x"}'
  refused 404 PUT /message '{"topic": "cat", "message": "x"}'
  refused 404 GET /message/dog
  refused 404 GET /message/cat
}

# Alone it leads, also after a restart.
case_lone_leader() {
  local signal
  swarm 1
  for signal in TERM KILL; do
    find_leader
    stop 0 "$signal"
    launch 0
  done
  find_leader
}

# case_election N: one leader; it ends, another comes in a higher term, and the old one follows that.
case_election() {
  local old
  swarm "$1"
  find_leader
  create dog "$YES"
  followers_refuse
  old=$LEADER
  stop "$old"
  next_leader
  launch "$old"
  eventually is_settled
  stop "$LEADER" KILL
  next_leader
}

# case_minority N: the most of N that are no majority elect and elect, never lead and refuse all; with the
# others somebody leads; and when those are gone nothing is taken any more.
case_minority() {
  local i few=$(($1 / 2))
  swarm "$1" "$few"
  eventually reach_term 0 4
  refuses 0
  assert_equal "$(code 0 GET /topic)" 400
  assert [ ! -e leaders ]
  for ((i = few; i < $1; i++)); do launch "$i"; done
  find_leader
  create dog "$YES"
  for ((i = few; i < $1; i++)); do stop "$i" KILL; done
  refuses 0
}

# case_alone N: a leader whose followers are all stopped stays one and takes nothing until they go on.
case_alone() {
  swarm "$1"
  find_leader
  create dog "$YES"
  eventually isolate_leader
  refuses "$LEADER"
  assert_equal "$(code "$LEADER" GET /topic)" 503
  assert_equal "$(stance "$LEADER")" "Leader $HIGH n$((LEADER + 1))"
  kill -CONT "${PIDS[@]}"
  create cat "$YES"
}

# case_paused N: a leader that is stopped is replaced, and follows once it goes on.
case_paused() {
  local old pid
  swarm "$1"
  find_leader
  create dog "$YES"
  old=$LEADER
  pid=${PIDS[old]}
  kill -STOP "$pid"
  unset "PIDS[old]"
  next_leader
  list "$(topics dog)"
  put dog later "$YES"
  kill -CONT "$pid"
  PIDS[old]=$pid
  eventually is_settled
  get dog "$(said later)"
  followers_refuse
}

# case_shared N: what one leader took, the next gives out in its first answer, while a majority lives.
case_shared() {
  local alive round=1 given=()
  swarm "$1"
  find_leader
  create first "$YES"
  create dog "$YES"
  put first "of the first" "$YES"
  for ((alive = $1; alive - 1 > $1 / 2; alive--)); do
    put dog "a$round" "$YES"
    put dog "b$round" "$YES"
    stop "$LEADER"
    next_leader
    ((round % 2)) && list "$(topics first dog "${given[@]}")"
    get dog "$(said "a$round")"
    get dog "$(said "b$round")"
    get dog "$NO"
    create dog "$NO"
    create "new$round" "$YES"
    given+=("new$round")
    round=$((round + 1))
  done
  get first "$(said "of the first")"
  get first "$NO"
  list "$(topics first dog "${given[@]}")"
}

# case_order N: twenty messages, half of them given out before their leader is killed: the rest comes in order.
case_order() {
  local i
  swarm "$1"
  find_leader
  create dog "$YES"
  for i in {1..20}; do put dog "m$i" "$YES"; done
  for i in {1..10}; do get dog "$(said "m$i")"; done
  stop "$LEADER" KILL
  next_leader
  for i in {11..20}; do get dog "$(said "m$i")"; done
  get dog "$NO"
}

# case_catch_up N: a follower that was away gets what it missed, and then the leader goes.
case_catch_up() {
  local away old
  swarm "$1"
  find_leader
  create dog "$YES"
  away=$(((LEADER + 1) % $1))
  stop "$away"
  put dog one "$YES"
  put dog two "$YES"
  launch "$away"
  until_is '{"topics": {"dog": ["one", "two"]}}' view "$away"
  old=$LEADER
  stop "$old"
  next_leader
  put dog three "$YES"
  launch "$old"
  until_is '{"topics": {"dog": ["one", "two", "three"]}}' view "$old"
  stop "$LEADER"
  next_leader
  get dog "$(said one)"
  get dog "$(said two)"
  get dog "$(said three)"
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
