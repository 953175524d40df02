# MIT 2D SnapshotInstall, etcd slow_follower_after_compaction,
# snapshot_succeed_via_app_resp: n3 is away for longer than the leader's log reaches back. It
# gets the leader's snapshot, acknowledges it like entries, gets the entries after it, and goes on.
nodes 3 snapshot=10 trailing=2
trace off +why +world
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
run until converged
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 pre-vote started for term 1
[  101.000] n2 pre-vote granted to n1 in term 1
[  101.000] n3 pre-vote granted to n1 in term 1
[  102.000] n1 pre-vote received from n2 -> 2 so far
[  102.000] n1 election started for term 1
[  102.000] n1 stale message dropped: vote_reply of term 1 from n3
[  104.000] n2 higher term seen from n1 -> term 1
[  104.000] n2 vote granted to n1 in term 1
[  104.000] n3 higher term seen from n1 -> term 1
[  104.000] n3 vote granted to n1 in term 1
[  106.000] n1 vote received from n2 -> 2 so far
[  106.000] n1 election won with 2 of 3 votes
[  106.000] n1 stale message dropped: vote_reply of term 1 from n3
[  109.000] n1 peer is replicated to: n2 has up to entry 1
[  109.000] n1 commit index moved to 1
[  109.000] n1 peer is replicated to: n3 has up to entry 1
[  110.000] n2 commit index moved to 1
[  110.000] n3 commit index moved to 1
isolate n3
trace off
for $i in 1..40
propose n1 $i
run for 4ms
end
expect n1,n2 commit=41
expect n3 commit=1
trace +why +substates
heal
run until n3 seen=installing_snapshot
[  276.000] n1 is sent_heartbeat
[  276.666] n3 election timeout: no leader heard for 166 ms
[  276.666] n3 is leader_lost
[  276.666] n3 is starting_election
[  276.666] n3 pre-vote started for term 2
[  276.666] n3 is pre_vote
[  277.000] n2 is synced
[  277.000] n3 stepped down: another leader of this term
[  277.000] n3 is leader_lost
[  277.000] n3 is joined
[  277.000] n3 is installing_snapshot
run until converged
[  277.666] n1 pre-vote refused to n3: a leader is alive
[  277.666] n2 pre-vote refused to n3: a leader is alive
[  278.666] n3 stale message dropped: vote_reply of term 1 from n1
[  278.666] n3 stale message dropped: vote_reply of term 1 from n2
[  280.000] n3 snapshot installed of entry 40: the log ended at 1
[  280.000] n3 is committed
[  288.000] n1 peer is probed: n3 from entry 41
[  288.000] n1 peer is replicated to: n3 has up to entry 40
[  288.000] n1 is sent_entries
[  289.000] n3 commit index moved to 41
[  289.000] n3 is prepared
[  289.000] n3 is committed
expect all applied=41+
expect installs>=1
