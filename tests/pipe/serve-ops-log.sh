# The access log: moved away and opened anew, a disk that is full, clients that leave.
. "$TOP/tests/serve.sh"
maas-train logistic -q -o m.maas "$DATA/example/train.tsv"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" words.maas tok.json context=8192
trap '' XFSZ
truncate -s 1048000 log
serve -m m.maas -m words=words.maas --log log 2>said
say() { post /v1/models/m/predict '{"text":"a"}' -o answer -H "X-Request-Id: $1" -w '%{http_code}\n'; }
lost() { ask http://localhost/metrics -o metrics; awk -v n="$1" '$1 == "maas_access_log_lost_total" { exit !($2 >= n) }' metrics; }
# room for a line or two: the next is cut, those after it are lost; nobody waits, and it is said once
prlimit --pid "$server" --fsize=1048576:unlimited
for i in 1 2 3 4 5 6; do say "full-$i"; done | sort | uniq -c
await lost 3 && echo "lines are lost, and counted"
await grep -qs 'lines cannot be written' said && echo said
say again; sleep 2.2; grep -c 'cannot be written' said
prlimit --pid "$server" --fsize=unlimited:unlimited
say room
tr -d '\0' <log >lines; tail -n 1 lines | jq -r .request_id
# one line was cut; all others are whole
while read -r line; do printf '%s\n' "$line" | jq -e .request_id >parsed 2>&1 || echo cut; done <lines
# moved away, as logrotate does
mv log log.1; say before; kill -HUP "$server"; await test -e log && echo "a new file"
say after; tail -n 1 log.1 | jq -r .request_id; tail -n 1 log | jq -r .request_id
# who leaves: before the reply, and in the middle of it
ask -m 0.3 -o answer -H 'X-Request-Id: impatient' -d '{"model":"words","prompt":"x","n":16,"max_tokens":8000,"ignore_eos":true}' http://localhost/v1/completions 2>left
ask -N -H 'X-Request-Id: half' -d '{"model":"words","prompt":"x","max_tokens":8000,"ignore_eos":true,"stream":true}' http://localhost/v1/completions 2>left | head -n 1 | cut -c 1-5
logged() { grep -q "\"$1\"" log; }
await logged impatient; await logged half
jq -c 'select(.request_id == "impatient" or .request_id == "half") | [.request_id, .model, .version, .status, .finish, .completion_tokens > 0, .bytes_out > 0, .seconds > .queue_seconds]' log | sort
# many at once: each line is one line
jq -cn '{text: [range(100) | "my chain"]}' >many
for i in 1 2 3 4; do (for k in 1 2 3 4 5 6 7 8 9 10; do post /v1/models/m/predict @many -o "answer.$i" -H "X-Request-Id: many-$i-$k"; done) & pids="${pids-} $!"; done
# shellcheck disable=SC2086 # one word a process
wait $pids
jq -r 'select(.request_id | startswith("many-")) | .status' log | sort | uniq -c
# a device that takes nothing
end
serve -m m.maas --log /dev/full 2>said
say full; await lost 1 && await grep -qs 'lines cannot be written' said && echo "and goes on"
say full
end
# a pipe in its place that nobody reads: said, and nobody waits for it
serve -m m.maas --log pipe 2>said
rm pipe; mkfifo pipe; kill -HUP "$server"
await grep -qs 'pipe: cannot create' said && say piped
end
