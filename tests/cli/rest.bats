#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# REST on real clusters: who serves, who refuses, what becomes of it when nodes go. What one node
# says to every sort of input is in tests/unit/test_http*.c.
load cli.bash

teardown() { cluster_down; }

# url NODE: where its HTTP is.
url() {
  echo "http://$(raftctl status --json |
    json "['nodes'] and [node['http'] for node in value['nodes'] if node['id'] == '$1'][0]")"
}

# rest METHOD URL [BODY [OPTION..]]: prints the code and the body; the headers stay in $HEAD.
rest() {
  HEAD=$RAFTCTL_HOME/head
  curl -s -D "$HEAD" -o "$RAFTCTL_HOME/body" -w '%{http_code} ' -X "$1" ${3+--data-binary "$3"} "${@:4}" "$2"
  cat "$RAFTCTL_HOME/body"
}

# expect CODE BODY METHOD URL [BODY]: that is what rest prints.
expect() {
  local code=$1 body=$2
  shift 2
  run -0 rest "$@"
  assert_output "$code $body"
}

# header NAME: of the last answer.
header() { tr -d '\r' < "$RAFTCTL_HOME/head" | sed -n "s/^$1: //Ip"; }

readonly YES='{"success": true}' NO='{"success": false}'

# One client's day at the queue: what it says is the same however many nodes there are.
play_queue() {
  local at=$1
  expect 200 '{"success": true, "topics": []}' GET "$at/topic"
  expect 200 "$YES" PUT "$at/topic" '{"topic": "a/b"}'
  expect 400 "$NO" PUT "$at/topic" '{"topic": "a/b"}'
  expect 400 "$NO" PUT "$at/topic" '{"topic": 5}'
  expect 400 "$NO" PUT "$at/topic" '{"topic": '
  expect 404 "$NO" PUT "$at/message" '{"topic": "none", "message": "m"}'
  expect 404 "$NO" GET "$at/message/a/b"
  expect 200 "$YES" PUT "$at/message" '{"topic": "a/b", "message": ""}'
  expect 200 "$YES" PUT "$at/message" '{"topic": "a/b", "message": "zwei"}'
  expect 200 '{"success": true, "topics": ["a/b"]}' GET "$at/topic"
  expect 200 '{"topics": {"a/b": ["", "zwei"]}}' GET "$at/force-view-state-machine"
  expect 200 '{"success": true, "message": ""}' GET "$at/message/a/b"
  expect 200 '{"success": true, "message": "zwei"}' GET "$at/message/a%2Fb"
  expect 404 "$NO" GET "$at/message/a/b"
  expect 405 "$NO" POST "$at/topic" '{"topic": "p"}'
}

@test "H3 H4 the queue says the same at 1, 3, 5 and 7 nodes" {
  local nodes
  for nodes in 1 3 5 7; do
    cluster_up "$nodes" --app queue
    play_queue "$(url "$(leader)")"
    cluster_down
  done
}

@test "H2 every role says what it is" {
  cluster_up 3
  local leads follows
  leads=$(leader)
  follows=$(followers | tr ' ' '\n' | head -n 1)
  run -0 rest GET "$(url "$leads")/status"
  assert_output --partial '"role":"Leader"'
  run -0 rest GET "$(url "$follows")/status"
  assert_output --partial '"role":"Follower"'
  assert_output --partial "\"leader_http\":\"$(url "$leads")\""
}

@test "H5 only the leader serves the queue, and the others say where it is" {
  cluster_up 3 --app queue
  local at follows
  at=$(url "$(leader)")
  follows=$(url "$(followers | tr ' ' '\n' | head -n 1)")
  expect 200 "$YES" PUT "$at/topic" '{"topic": "t"}'
  expect 400 "$NO" PUT "$follows/topic" '{"topic": "u"}'
  assert_equal "$(header X-Raft-Leader)" "$at"
  assert_equal "$(header X-Raft-Reason)" "not the leader"
  expect 400 "$NO" GET "$follows/topic"
  expect 400 "$NO" PUT "$follows/message" '{"topic": "t", "message": "m"}'
  expect 400 "$NO" GET "$follows/message/t"
  expect 200 '{"success": true, "topics": ["t"]}' GET "$at/topic"
}

@test "H6 a new leader has what was acknowledged in its first answer" {
  cluster_up 5 --app queue
  local at round
  at=$(url "$(leader)")
  expect 200 "$YES" PUT "$at/topic" '{"topic": "t"}'
  for round in 1 2; do
    expect 200 "$YES" PUT "$at/message" "{\"topic\": \"t\", \"message\": \"$round\"}"
    kill_leader
    at=$(url "$(leader)")
    expect 200 "{\"success\": true, \"message\": \"$round\"}" GET "$at/message/t"
  done
}

@test "B28 B29 a command sent again after its leader was killed runs once" {
  cluster_up 3 --app queue
  local at known name=(-H "X-Raft-Client: 0123456789abcdef0123456789abcdef" -H "X-Raft-Seq: 1")
  at=$(url "$(leader)")
  expect 200 "$YES" PUT "$at/topic" '{"topic": "t"}'
  expect 200 "$YES" PUT "$at/message" '{"topic": "t", "message": "one"}'
  expect 200 "$YES" PUT "$at/message" '{"topic": "t", "message": "two"}'
  known=$(header X-Raft-Index)
  name+=(-H "X-Raft-Known: $known")
  run -0 curl -s "${name[@]}" "$at/message/t"
  assert_output '{"success": true, "message": "one"}'
  kill_leader
  at=$(url "$(leader)")
  run -0 curl -s "${name[@]}" "$at/message/t"
  assert_output '{"success": true, "message": "one"}'
  expect 200 '{"success": true, "message": "two"}' GET "$at/message/t"
  expect 404 "$NO" GET "$at/message/t"
}

@test "H11 B29 a leader that is stopped tells its clients first" {
  cluster_up 3 --timing wan --app queue
  local at waiting head=$RAFTCTL_HOME/waiting
  at=$(url "$(leader)")
  raftctl wait converged
  raftctl pause followers
  curl -s -D "$head" -o "$RAFTCTL_HOME/body" -X PUT -d '{"topic": "open"}' "$at/topic" &
  waiting=$!
  # Until it is there, which takes less than it waits.
  python3 -c '
import sys, urllib.request
def pending():
    text = urllib.request.urlopen(sys.argv[1] + "/metrics").read().decode()
    return text.split("\nraft_commands_pending ")[1].split()[0] != "0"
assert any(pending() for i in range(10000))' "$at"
  raftctl stop leader
  wait "$waiting"
  run -0 cat "$RAFTCTL_HOME/body"
  assert_output "$NO"
  run -0 grep -i '^X-Raft-Reason: outcome unknown: ' "$head"
}

@test "B26 the hint is right where the leader was added later, and after it was killed" {
  cluster_up 3 --app kv
  local node at
  raftctl member add
  raftctl transfer n4
  at=$(url n4)
  for node in n1 n2 n3; do
    run -0 rest PUT "$(url "$node")/kv/a" one
    assert_equal "$(header Location)" "$at/kv/a?redirected=1"
    assert_equal "$(header X-Raft-Leader)" "$at"
  done
  kill_leader
  raftctl wait converged
  at=$(url "$(leader)")
  for node in $(followers); do
    run -0 rest GET "$(url "$node")/status"
    assert_output --partial "\"leader_http\":\"$at\""
  done
}

@test "H1 B26 over IPv6 the hints are right too" {
  grep -qs '^0*1 ' /proc/net/if_inet6 || skip "no IPv6 here"
  cluster_home
  printf '%s\n' 'name: six' 'nodes:' '  - {host: "::1"}' '  - {host: "::1"}' > "$RAFTCTL_HOME/six.yaml"
  cluster_up -f "$RAFTCTL_HOME/six.yaml"
  local at follows
  at=$(url "$(leader)")
  follows=$(url "$(followers)")
  assert_regex "$at" '^http://\[::1\]:[0-9]+$'
  run -0 rest PUT "$follows/kv/a" one
  assert_equal "$(header Location)" "$at/kv/a?redirected=1"
  expect 204 "" PUT "$(header Location)" one
}

@test "H7 any node shows the queues without asking the others" {
  cluster_up 3 --app queue
  local at node
  at=$(url "$(leader)")
  expect 200 "$YES" PUT "$at/topic" '{"topic": "t"}'
  expect 200 "$YES" PUT "$at/message" '{"topic": "t", "message": "m"}'
  raftctl wait converged
  kill_leader
  raftctl kill leader
  node=$(raftctl status --json |
    json "['nodes'] and [node['id'] for node in value['nodes'] if node['process'] == 'up'][0]")
  expect 200 '{"topics": {"t": ["m"]}}' GET "$(url "$node")/force-view-state-machine"
}

@test "H11 B28 B29 without a majority the outcome is unknown, said in time" {
  cluster_up 3 --app queue
  local at led
  led=$(leader)
  at=$(url "$led")
  expect 200 "$YES" PUT "$at/topic" '{"topic": "before"}'
  raftctl pause followers
  expect 503 "$NO" PUT "$at/topic" '{"topic": "during"}'
  assert_regex "$(header X-Raft-Reason)" '^outcome unknown: '
  expect 503 "$NO" GET "$at/topic"
  raftctl wait not state "$led=leader"
  expect 503 "$NO" GET "$at/topic" # it has stepped down
  raftctl resume all
  raftctl wait converged
  at=$(url "$(leader)")
  expect 200 "$YES" PUT "$at/topic" '{"topic": "after"}'
  run -0 rest GET "$at/topic"
  assert_regex "$output" '^200 \{"success": true, "topics": \["before", ("during", )?"after"\]\}$'
}

@test "B28 H11 the answer does not wait for a majority, nor the command for its client" {
  cluster_up 3 --timing wan --app queue
  local at name=(-H "X-Raft-Client: 0123456789abcdef0123456789abcdef" -H "X-Raft-Seq: 1")
  at=$(url "$(leader)")
  expect 200 "$YES" PUT "$at/topic" '{"topic": "before"}'
  raftctl pause followers
  run -28 curl -s -m 0.1 -X PUT -d '{"topic": "left alone"}' "$at/topic"
  run -0 curl -si "${name[@]}" -X PUT -d '{"topic": "during"}' "$at/topic"
  assert_output --partial "X-Raft-Reason: outcome unknown: no majority in time"
  run -0 curl -si "${name[@]}" -X PUT -d '{"topic": "during"}' "$at/topic"
  assert_output --partial "X-Raft-Reason: busy"
  expect 503 "$NO" GET "$at/topic" # leader still or not
  raftctl resume all
  raftctl wait converged
  at=$(url "$(leader)")
  run -0 curl -s "${name[@]}" -X PUT -d '{"topic": "during"}' "$at/topic"
  assert_output "$YES"
  run -0 rest GET "$at/topic"
  assert_regex "$output" '"before", ("left alone", )?"during"'
}

@test "a name that was pointed at this machine takes nothing off the queue" {
  cluster_up 1 --app queue
  local at
  at=$(url n1)
  expect 200 "$YES" PUT "$at/topic" '{"topic": "t"}'
  expect 200 "$YES" PUT "$at/message" '{"topic": "t", "message": "m"}'
  run -0 rest GET "http://evil.example:${at##*:}/message/t" "" --resolve "evil.example:${at##*:}:127.0.0.1"
  assert_output "403 $NO"
  assert_regex "$(header X-Raft-Reason)" 'ask at localhost or 127.0.0.1$'
  expect 200 '{"success": true, "message": "m"}' GET "http://localhost:${at##*:}/message/t"
}

@test "B26 an update at a follower is redirected, once; a read is answered there" {
  cluster_up 3 --app kv
  local at follows
  at=$(url "$(leader)")
  follows=$(url "$(followers | tr ' ' '\n' | head -n 1)")
  run -0 rest PUT "$follows/kv/a?x=y" one
  assert_output --partial '307 {"error":"not the leader"}'
  assert_equal "$(header Location)" "$at/kv/a?x=y&redirected=1"
  run -0 rest PUT "$follows/kv/a?redirected=1" one
  assert_output --partial '503 {"error":"not the leader"}'
  run -0 rest PUT "$follows/kv/redirected=1?x=redirected=1" one
  assert_output --partial '307 {"error":"not the leader"}'
  run -0 rest PUT "$follows" one --request-target "http://h/kv/a#b"
  assert_output --partial '307 {"error":"not the leader"}'
  assert_equal "$(header Location)" "$at/kv/a?redirected=1"
  run -0 curl -s -L -o "$RAFTCTL_HOME/body" -w '%{http_code}' -X PUT --data-binary one "$follows/kv/a"
  assert_output 204
  expect 200 one GET "$follows/kv/a"
  assert_equal "$(raftctl get a)" one
  raftctl put b two
  expect 200 two GET "$at/kv/b"
  expect 204 "" DELETE "$at/kv/b"
  expect 404 '{"error":"there is no such key"}' GET "$follows/kv/b"
}

@test "E8 B26 a path that no header may repeat is refused, and the follower lives" {
  cluster_up 3 --app kv
  local follows
  follows=$(followers | tr ' ' '\n' | head -n 1)
  run -0 rest PUT "$(url "$follows")" one --request-target $'/kv/a\rX:y'
  assert_output --partial '400 {"error":"the path or the length of the request is malformed"}'
  expect 200 '{"healthy":true}' GET "$(url "$follows")/health"
}

@test "F25 the bank's rules, and its sentences, over REST" {
  cluster_up 3 --app bank
  local follows
  follows=$(url "$(followers | tr ' ' '\n' | head -n 1)")
  run -0 curl -s -L -X POST -d '{"amount": 10}' "$follows/bank/credit"
  assert_output '{"balance":10,"text":"Successfully credited 10 to your account"}'
  run -0 curl -s -L -X POST -d '{"amount": 11}' "$follows/bank/debit"
  assert_output '{"balance":10,"error":"Insufficient account balance"}'
  run -0 rest GET "$follows/bank"
  assert_output '200 {"balance":10,"text":"Your current account balance is: 10"}'
}

@test "H1 a node that comes back has its port at once" {
  cluster_up 1 --app queue
  local at round
  at=$(url n1)
  for round in 1 2 3; do
    expect 200 "$YES" PUT "$at/topic" "{\"topic\": \"$round\"}"
    raftctl restart n1
    raftctl wait leader
    assert_equal "$(url n1)" "$at"
  done
  expect 200 '{"success": true, "topics": ["1", "2", "3"]}' GET "$at/topic"
}

@test "E8 H8 the nodes' own protocol is not there, whatever the path" {
  cluster_up 3
  local at path
  at=$(url "$(leader)")
  for path in / /rpc /rpc/1 /raft /append /vote /inspect /campaign; do
    expect 404 '{"error":"there is nothing at this path"}' GET "$at$path"
    expect 404 '{"error":"there is nothing at this path"}' POST "$at$path" '{}'
  done
}

@test "A20 with few descriptors the clients that wait longest go, and newcomers are served" {
  cluster_home
  (ulimit -n 120 && cluster_up 1 --app queue)
  local at
  at=$(url n1)
  python3 - "$at" << 'PYTHON'
import socket, sys
host, port = sys.argv[1][len("http://"):].split(":")
crowd = [socket.create_connection((host, int(port))) for i in range(300)]
crowd[-1].sendall(b"GET /status HTTP/1.1\r\n\r\n")
assert crowd[-1].recv(12) == b"HTTP/1.1 200"
assert crowd[0].recv(1) == b""
PYTHON
  play_queue "$at"
}

@test "A20 without a descriptor left a leader leads on, sleeps, and accepts again" {
  cluster_up 3 --timing lan --app queue
  local at leads term
  leads=$(leader)
  at=$(url "$leads")
  term=$(raftctl status --json | json "['term']")
  python3 - "$at" "$(node_pid "$leads")" << 'PYTHON'
import os, resource, socket, sys
host, port = sys.argv[1][len("http://"):].split(":")
pid = int(sys.argv[2])
NOFILE = resource.RLIMIT_NOFILE

def ask(one):
    one.sendall(b"GET /status HTTP/1.1\r\n\r\n")
    assert one.recv(12) == b"HTTP/1.1 200"

def sleeps():
    with open("/proc/%d/stat" % pid) as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "S"

limits = resource.prlimit(pid, NOFILE)
used = max(int(fd) for fd in os.listdir("/proc/%d/fd" % pid)) + 1
resource.prlimit(pid, NOFILE, (used + 2, limits[1]))
crowd = [socket.create_connection((host, int(port))) for i in range(30)]
ask(crowd[0])  # among the first, which found room
assert sum(sleeps() for i in range(1000)) > 100  # it does not try again and again
resource.prlimit(pid, NOFILE, limits)
ask(crowd[29])
PYTHON
  play_queue "$at"
  assert_equal "$(raftctl status --json | json "['term']")" "$term"
}

@test "A20 2,000 clients that say little or nothing cost no leader its heartbeats" {
  cluster_up 3 --timing lan --app queue
  local at term
  at=$(url "$(leader)")
  term=$(raftctl status --json | json "['term']")
  python3 - "$at" << 'PYTHON'
import json, socket, sys, urllib.request
host, port = sys.argv[1][len("http://"):].split(":")
crowd = []
for i in range(2000):
    one = socket.create_connection((host, int(port)))
    if i % 2 == 0:
        one.sendall(b"PUT /topic HTTP/1.1\r\nContent-Length: 100\r\n")
    crowd.append(one)

def get(path):
    return urllib.request.urlopen(sys.argv[1] + path).read().decode()

def put(path, body):
    request = urllib.request.Request(sys.argv[1] + path, json.dumps(body).encode(), method="PUT")
    assert urllib.request.urlopen(request).read() == b'{"success": true}'

def count():
    return int(get("/metrics").split("\nraft_http_connections ")[1].split()[0])

assert any(count() > 2000 for i in range(1000))  # the kernel connects before the node accepts
put("/topic", {"topic": "t"})
for i in range(200):
    put("/message", {"topic": "t", "message": "x" * 10000})
    for one in crowd[2 * i::400]:
        try:
            one.sendall(b"X-Slow: y\r\n")
        except OSError:
            pass  # it took too long, and was told so
assert len(json.loads(get("/force-view-state-machine"))["topics"]["t"]) == 200
PYTHON
  assert_equal "$(raftctl status --json | json "['term']")" "$term"
}
