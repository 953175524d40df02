# SPDX-License-Identifier: MIT
# Nodes by a config.json of the course's message queue, spoken to by REST alone: what course.bats and
# suites.bats share. PATIENCE is how many seconds a condition may take to come, ANSWER how many an answer.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

PATIENCE=${COURSE_PATIENCE:-30}
ANSWER=${COURSE_ANSWER:-2}
BASE=11000

# A folder of its own, an address of 127/8 that no other test has, so that its ports are free, and no node yet.
begin_course() {
  local raftctl=${RAFTCTL_BIN:-$BATS_TEST_DIRNAME/../../build/bin/raftctl}
  RAFTNODE=${raftctl%/*}/raftnode
  DIR=$(mktemp -d "${BATS_TMPDIR:-/tmp}/course.XXXXXX")
  cd "$DIR" || return 1
  IP=127.$((BASHPID >> 16 & 127 | 128)).$((BASHPID >> 8 & 255)).$((BASHPID & 255))
  PIDS=()
  FIELDS=()
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

# write_config N: config.json of N addresses; FIELDS[i] are further fields of the i-th.
write_config() {
  local i rows=()
  for ((i = 0; i < $1; i++)); do
    rows+=("{\"ip\": \"$IP\", \"port\": $(port "$i"), \"internal_port\": $((BASE + 2 * i + 1))${FIELDS[i]:+, ${FIELDS[i]}}}")
  done
  (IFS=,; echo "{\"addresses\": [${rows[*]}], \"_comment\": \"from a test\"}") > config.json
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

# call I METHOD PATH [BODY]: the answer's body.
call() {
  curl -s --max-time "$ANSWER" -X "$2" ${4:+-d "$4"} "http://$IP:$(port "$1")$3"
}

# code I METHOD PATH [BODY]: the answer's status.
code() {
  curl -s --max-time "$ANSWER" -o /dev/null -w '%{http_code}' -X "$2" ${4:+-d "$4"} "http://$IP:$(port "$1")$3"
}

status() { call "$1" GET /status; }
view() { call "$1" GET /force-view-state-machine; }

# field I NAME: a number or a word of its status.
field() {
  local text
  text=$(status "$1") || return 1
  [[ $text =~ \"$2\":\"?([A-Za-z0-9_]+) ]] && echo "${BASH_REMATCH[1]}"
}

# until_is WORD COMMAND..: asks again until the answer is this.
until_is() {
  local want=$1 got=
  shift
  local end=$((SECONDS + PATIENCE))
  until got=$("$@") && [[ $got == "$want" ]]; do
    if ((SECONDS >= end)); then
      echo "$*: not \"$want\" but \"$got\"" >&2
      return 1
    fi
  done
}

# find_leader: sets LEADER to the node, of those that run, that says so in the highest term.
find_leader() {
  local i term high end=$((SECONDS + PATIENCE))
  LEADER=
  until [[ -n $LEADER ]]; do
    ((SECONDS < end)) || return 1
    high=0
    for i in "${!PIDS[@]}"; do
      if [[ $(field "$i" role) == Leader ]] && term=$(field "$i" term) && ((term > high)); then
        high=$term
        LEADER=$i
      fi
    done
  done
}
