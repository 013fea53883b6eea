# Debian's Prometheus scrapes a server by the example there is, runs its rules, and finds all that the dashboard asks for.
for tool in prometheus promtool jq; do command -v "$tool" >/dev/null || { echo "there is no $tool"; exit 77; }; done
. "$TOP/tests/serve.sh"
mon=$TOP/data/monitoring
maas-train logistic -q -o topics.maas "$DATA/example/train.tsv"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" words.maas tok.json
KEY=$(maas-serve key add test --state state)
READ=$(maas-serve key add test --scope metrics,infer --state state)
(umask 077; maas-serve key add prometheus --scope metrics --state state >key)
maas-serve -m topics=topics.maas -m words=words.maas --unix s --host 127.0.0.1 --port 0 --state state 2>said & server=$!
trap 'kill $server 2>/dev/null; wait $server' EXIT
await grep -qs http: said || exit 1
port=$(sed -n 's|.*http://127.0.0.1:||p' said)
# the rules, and the example; of a test: the port, the files, and sooner
cp "$mon/maas-rules.yml" "$mon/maas-rules-test.yml" .
promtool test rules maas-rules-test.yml >tested 2>&1 && echo "each alert fires when it should" || cat tested
[ "$(grep -c '^      - alert:' maas-rules.yml)" = "$(grep -c 'exp_labels' maas-rules-test.yml)" ] && echo "each alert is tested"
sed "s|/etc/prometheus/maas.key|$PWD/key|; s|127.0.0.1:8080|127.0.0.1:$port|; s|_interval: 15s|_interval: 1s|" "$mon/prometheus.yml" >prometheus.yml
promtool check config prometheus.yml >checked 2>&1 && echo "the configuration is good" || cat checked
# work of all kinds
jq -Rcn '{text: [inputs]}' <"$DATA/example/test.tsv" >texts
work() {
	post /v1/models/topics/predict @texts -o answer
	post /v1/completions '{"model":"words","prompt":"a b","max_tokens":4,"ignore_eos":true}' -o answer
	curl -s -o answer --unix-socket s http://localhost/v1/models
}
work
curl -s --unix-socket s -H "Authorization: Bearer $READ" http://localhost/metrics >first
promtool check metrics <first 2>&1 && echo "metrics without a fault"
# no key of another scope reads them, and this one reads nothing else
curl -s -o answer -w '%{http_code}\n' -H "Authorization: Bearer $(cat key)" --unix-socket s http://localhost/v1/models
curl -s -o answer -w '%{http_code}\n' -H "Authorization: Bearer $KEY" --unix-socket s http://localhost/metrics
free=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
prometheus --config.file=prometheus.yml --storage.tsdb.path=tsdb --web.listen-address="127.0.0.1:$free" --log.level=error >prometheus.log 2>&1 & prom=$!
trap 'kill $server $prom 2>/dev/null; wait' EXIT
query() { curl -s --max-time 10 "http://127.0.0.1:$free/api/v1/query" --data-urlencode "query=$1"; }
value() { query "$1" | jq -r '[.data.result[].value[1]] | join(" ")' 2>unready; }
value_is() { [ "$(value "$1")" = "$2" ]; }
await value_is 'up{job="maas"}' 1 && echo up
await value_is 'sum(maas_http_requests_total{route="/v1/models/{model}/predict",code="200"})' 1 && echo "one request"
await value_is 'maas_records_total{model="topics"}' 60 && echo "60 records"
await value_is 'maas_audit_chain_intact' 1 && echo "the chain holds"
work; work
await value_is 'sum(maas_http_requests_total{code="401"})' 3 && await value_is 'maas_records_total{model="topics"}' 180 && echo counted
# the dashboard: every query is understood, and names what there is; what traffic makes is there
jq -e '.uid and .title and (.panels | length > 20) and (.schemaVersion >= 30) and ([.panels[].id] | length == (unique | length)) and ([.templating.list[].name] == ["source", "job", "instance", "model"])' "$mon/grafana.json"
jq -r '.. | objects | select(has("expr")) | .expr' "$mon/grafana.json" | sed 's/\$job/maas/g; s/\$instance/.*/g; s/\$model/.*/g; s/\$__rate_interval/1m/g' >asked
sort -u asked | while read -r q; do query "$q" | jq -r --arg q "$q" 'if .status != "success" then "fails: \($q): \(.error)" elif .data.result == [] then "empty: \($q)" else empty end'; done
curl -s "http://127.0.0.1:$free/api/v1/label/__name__/values" | jq -r '.data[]' | sort >there
sed -n 's/^# HELP \([a-z_]*\) .*/\1/p' first | sort >shown
names() { sed 's/{[^}]*}//g; s/\[[^]]*\]//g; s/\(by\|on\|ignoring\) ([a-z_, ]*)//g' | grep -oE '(maas|process)_[a-z_]+' | sed 's/_bucket$//; s/_sum$//; s/_count$//' | sort -u; }
names <asked | comm -23 - shown
# recorded ones have colons
sed -n 's/^ *expr://p; s/^  *\(sum\|and\|maas\|\/\)/&/p' maas-rules.yml | sed 's/[a-z_]*:[a-z_]*:[a-z0-9_]*//g' | names | comm -23 - shown
curl -s "http://127.0.0.1:$free/api/v1/rules" | jq -r '.data.groups[].rules[] | select(.health == "err") | "\(.name): \(.lastError)"'
grep -c '^route_code:' there
value 'count(process_open_fds > 5) + count(process_resident_memory_bytes > 1e6)'
kill $prom; wait $prom; echo "prometheus: $?"
end
