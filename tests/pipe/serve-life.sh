# Clients that leave, a queue that is full, time that is up, and the end: nothing waits for anything.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" tiny.maas tok.json context=8192
long='{"model":"tiny","prompt":"x","max_tokens":8000,"ignore_eos":true,"stream":true}'
running='maas_requests_running{model="tiny",version="1"}'
queued='maas_requests_queued{model="tiny",version="1"}'

# one runs, one waits, the third is told to come again; health and metrics answer meanwhile
serve -m tiny=tiny.maas --queue 1 --parallel 1
stream() { exec curl -sSN --unix-socket s -H "Authorization: Bearer $KEY" -d "$1" http://localhost/v1/completions; }
stream "$long" >one & one=$!
await metric_is "$running" 1
stream "$long" >two & two=$!
await metric_is "$queued" 1
post /v1/completions "$long" -D headers | jq -r .error.code
tr -d '\r' <headers | grep -E '^(HTTP|Retry-After)'
ask http://localhost/readyz
# both leave: one in the middle of its answer, one in the queue
kill $one $two
await metric_is "$running" 0 && await metric_is "$queued" 0 && echo "both are gone"
metric 'maas_request_finished_total{model="tiny",reason="cancelled"}'
metric 'maas_http_rejected_total{reason="queue_full"}'
post /v1/completions '{"model":"tiny","prompt":"x","max_tokens":3}' | jq -r .choices[0].finish_reason
end

# SIGTERM: streams come to their end, new connections do not
serve -m tiny=tiny.maas --drain-timeout 5m
pids=
for i in 1 2 3 4 5 6; do
	post /v1/completions "{\"model\":\"tiny\",\"prompt\":\"x\",\"max_tokens\":4000,\"ignore_eos\":true,\"stream\":true,\"seed\":1}" >drain.$i & pids="$pids $!"
done
await metric_is "$running" 6
kill "$server"
await test ! -e s
ask http://localhost/healthz 2>/dev/null || echo "no new connection"
# shellcheck disable=SC2086 # one word a process
wait $pids
wait "$server"; echo "server: $?"
for i in 1 2 3 4 5 6; do tail -n 2 drain.$i | head -n 1; sed -n 's/^data: {/{/p' drain.$i | jq -rs '[.[].choices[].text] | add' | cksum; done | sort | uniq -c | sed 's/ *\([0-9]*\) [0-9]* [0-9]*$/\1 alike/; s/^ *//'

# a second signal, or time that is up, cuts short; streams are told
serve -m tiny=tiny.maas
stream "$long" >short & one=$!
await metric_is "$running" 1
kill "$server"; await test ! -e s; kill "$server"; wait $one
wait "$server"; echo "server: $?"
sed -n 's/^data: {/{/p' short | jq -rs '.[-1].error.code'
serve -m tiny=tiny.maas --timeout 0.3
post /v1/completions "$long" | sed -n 's/^data: {/{/p' | jq -rs '.[-1].error.code'
post /v1/completions "$(echo "$long" | sed 's/,"stream":true//')" -w '%{http_code}\n' | tail -n 1
end
