# SPDX-License-Identifier: MIT
# Nodes by a config.json of the course's message queue, spoken to by REST alone: what course.bats and
# suites.bats share. PATIENCE is how many seconds a condition may take to come, ANSWER how many an answer.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

PATIENCE=${COURSE_PATIENCE:-60}
ANSWER=${COURSE_ANSWER:-$PATIENCE}
BASE=11000
YES='{"success": true}'
NO='{"success": false}'

# A folder of its own, an address of 127/8 that no other test has, so that its ports are free, and no node yet.
begin_course() {
  local raftctl=${RAFTCTL_BIN:-$BATS_TEST_DIRNAME/../../build/bin/raftctl}
  RAFTNODE=${raftctl%/*}/raftnode
  DIR=$(mktemp -d "${BATS_TMPDIR:-/tmp}/course.XXXXXX")
  cd "$DIR" || return 1
  IP=127.$((BASHPID >> 16 & 127 | 128)).$((BASHPID >> 8 & 255)).$((BASHPID & 255))
  PIDS=()
  FIELDS=()
  TIMING=
  LEADER=0
  SEQ=0
}

end_course() {
  local i
  for i in "${!PIDS[@]}"; do
    kill -CONT "${PIDS[i]}" 2> /dev/null || true
    kill -KILL "${PIDS[i]}" 2> /dev/null || true
    wait "${PIDS[i]}" 2> /dev/null || true
  done
  [[ -n ${BATS_TEST_COMPLETED:-} ]] || tail -n 20 "$DIR"/log.* >&2
  cd / && rm -rf "$DIR"
}

# port I: where node I (from 0 on) answers HTTP.
port() { echo $((BASE + 2 * $1)); }

# write_config N: config.json of N addresses; FIELDS[i] are further fields of the i-th, TIMING is that of all.
write_config() {
  local i rows=()
  for ((i = 0; i < $1; i++)); do
    rows+=("{\"ip\": \"$IP\", \"port\": $(port "$i"), \"internal_port\": $((BASE + 2 * i + 1))${FIELDS[i]:+, ${FIELDS[i]}}}")
  done
  (IFS=,; echo "{\"addresses\": [${rows[*]}], \"_comment\": \"from a test\"${TIMING:+, \"timing\": \"$TIMING\"}}") > config.json
}

# launch I [OPTION..]: starts node I; READY is its line.
launch() {
  local i=$1
  shift
  rm -f "ready.$i"
  mkfifo "ready.$i"
  "$RAFTNODE" config.json "$i" --ready-fd 7 "$@" 7> "ready.$i" > /dev/null 2>> "log.$i" 3>&- &
  PIDS[i]=$!
  read -r READY < "ready.$i" || READY=
}

# place N: N nodes in config.json, where no cluster of this test has been yet.
place() {
  BASE=$((11000 + (BASE - 10900) % 20000))
  rm -f leaders
  write_config "$1"
}

# serve N: N nodes. With DATA set they keep their data in DATA.0, DATA.1, ..
serve() {
  local i
  place "$1"
  for ((i = 0; i < $1; i++)); do
    launch "$i" ${DATA:+--data "$DATA.$i"}
    assert_equal "$READY" ok
  done
}

# stop I [SIGNAL]: ends it and takes its exit status.
stop() {
  STATUS=0
  kill "-${2:-TERM}" "${PIDS[$1]}"
  wait "${PIDS[$1]}" 2> /dev/null || STATUS=$?
  unset "PIDS[$1]"
}

# call I METHOD PATH [BODY [OPTION..]]: the answer's body.
call() {
  curl -s --max-time "$ANSWER" -X "$2" ${4:+-d "$4"} "${@:5}" "http://$IP:$(port "$1")$3"
}

# code I METHOD PATH [BODY]: the answer's status.
code() { call "$1" "$2" "$3" "${4:-}" -o /dev/null -w '%{http_code}'; }

status() { call "$1" GET /status; }
view() { call "$1" GET /force-view-state-machine; }

# field I NAME: a number or a word of its status.
field() {
  local text
  text=$(status "$1") || return 1
  [[ $text =~ \"$2\":\"?([A-Za-z0-9_]+) ]] && echo "${BASH_REMATCH[1]}"
}

# eventually COMMAND..: runs it again until it succeeds.
eventually() {
  local end=$((SECONDS + PATIENCE))
  until "$@"; do
    if ((SECONDS >= end)); then
      echo "in vain: $*" >&2
      return 1
    fi
  done
}

# until_is WORD COMMAND..: asks again until the answer is this.
until_is() {
  GOT=
  eventually gets "$@" || {
    echo "not \"$1\" but \"$GOT\"" >&2
    return 1
  }
}

gets() { GOT=$("${@:2}") && [[ $GOT == "$1" ]]; }

# stance I: what it says of itself in one answer: its role, its term, and whom it follows.
stance() {
  local text
  text=$(status "$1") || return 1
  [[ $text =~ ^\{\"role\":\"(Leader|Candidate|Follower)\",\"term\":([0-9]+),.*\"leader\":\"?([a-z0-9]+) ]] &&
    echo "${BASH_REMATCH[*]:1}"
}

# find_leader: LEADER is the node, of those that run, that says so in the highest term, and HIGH that term.
find_leader() { eventually see_leader; }

# The same, if there is one now. Whoever is seen to lead stands in the file leaders.
see_leader() {
  local i role term high=0
  for i in "${!PIDS[@]}"; do
    read -r role term _ < <(stance "$i") && [[ $role == Leader ]] || continue
    echo "$term $i" >> leaders
    ((term <= high)) || { high=$term LEADER=$i HIGH=$term; }
  done
  ((high > 0))
}

# is_settled: one leads, and all others that run follow it in its term.
is_settled() {
  local i role
  see_leader || return
  for i in "${!PIDS[@]}"; do
    role=Follower
    ((i != LEADER)) || role=Leader
    [[ $(stance "$i") == "$role $HIGH n$((LEADER + 1))" ]] || return
  done
}

# leaders_alone: who was seen to lead was alone in its term.
leaders_alone() { assert_equal "$(sort -u leaders | cut -d ' ' -f 1 | uniq -d)" ""; }

# reach_term I TERM: so far has node I got, and nobody leads.
reach_term() { ! see_leader && (($(field "$1" term) >= $2)); }

# isolate_leader: all others are stopped, and it still leads.
isolate_leader() {
  local i
  kill -CONT "${PIDS[@]}"
  see_leader || return
  for i in "${!PIDS[@]}"; do ((i == LEADER)) || kill -STOP "${PIDS[i]}"; done
  [[ $(stance "$LEADER") == "Leader $HIGH "* ]]
}

# The calls, to whoever leads, each with the whole body that is due.
create() { due "$2" PUT /topic "{\"topic\": \"$1\"}"; }
list() { due "$1" GET /topic; }
put() { due "$3" PUT /message "{\"topic\": \"$1\", \"message\": \"$2\"}"; }
get() { due "$2" GET "/message/$1"; }
said() { echo "{\"success\": true, \"message\": \"$1\"}"; }
topics() { local all; printf -v all ', "%s"' "$@"; echo "{\"success\": true, \"topics\": [${all#, }]}"; }

# due BODY METHOD PATH [DATA]: the answer; CODE is its status. What is asked has a name, by which it runs once
# however often an election makes us ask; with COURSE_PLAIN it has none and is asked once.
due() {
  SEQ=$((SEQ + 1))
  if [[ -n ${COURSE_PLAIN:-} ]]; then
    take_answer "${@:2}"
  else
    eventually ask "${@:2}"
  fi
  assert_equal "$BODY" "$1"
}

# ask METHOD PATH [DATA]: as command SEQ; fails while nobody leads, or who does cannot tell.
ask() {
  local no='^503|^400(not the leader|there is no leader)$'
  if take_answer "$1" "$2" "${3:-}" -H "X-Raft-Client: 0123456789abcdef0123456789abcdef" \
    -H "X-Raft-Seq: $SEQ" && [[ ! $CODE$WHY =~ $no ]]; then return 0; fi
  see_leader
  return 1
}

take_answer() {
  local text
  text=$(call "$LEADER" "$1" "$2" "${3:-}" "${@:4}" -w '\n%{http_code}%header{x-raft-reason}') || return
  BODY=${text%$'\n'*}
  text=${text##*$'\n'}
  CODE=${text:0:3}
  WHY=${text:3}
}

# refusals I: what it says to whatever it is asked of the queue, in a line.
refusals() {
  call "$1" PUT /topic '{"topic": "other"}' && call "$1" GET /topic &&
    call "$1" PUT /message '{"topic": "dog", "message": "x"}' && call "$1" GET /message/dog
}

refuses() { assert_equal "$(refusals "$1")" "$NO$NO$NO$NO"; }
