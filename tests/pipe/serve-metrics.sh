# What /metrics says against strangers, strange labels, models that fail, and a trail that was changed.
. "$TOP/tests/serve.sh"
lint() { if command -v promtool >which; then promtool check metrics <"$1" || echo "promtool: $?"; fi; }
# labels with all that can be in a line, alike in their first 200 bytes, and no UTF-8
long=$(printf '%0200d' 7)
{ printf 'good\tsay "yes\\no"\n'; printf 'bad\t%s-a\n' "$long"; printf 'worse\t%s-b\n' "$long"; printf 'fine\tgr\303\274n {a="b"} 1\n'; } >odd.tsv
maas-train logistic -q -o odd.maas odd.tsv
seq 130 | awk '{ print $1 "\tlabel " $1 }' >many.tsv; maas-train logistic -q -o many.maas many.tsv
export MAAS_REGISTRY=reg
maas-model register -q odd.maas odd; maas-model register -q many.maas many
serve --registry reg
for t in good bad worse fine; do post /v1/models/odd/predict "{\"text\":\"$t\"}" -o answer; done
ask http://localhost/metrics -D headers -o first; tr -d '\r' <headers | sed -n 's/^[Cc]ontent-[Tt]ype: //p'
ask http://localhost/metrics -o other -H 'Accept: application/openmetrics-text; version=1.0.0; charset=utf-8' -D headers; tr -d '\r' <headers | sed -n 's/^[Cc]ontent-[Tt]ype: //p'
lint first
grep '^maas_predictions_total{model="odd"' first | LC_ALL=C sort
grep -c '^maas_predictions_total{model="many"' first; grep '^maas_predictions_total{model="many".*other' first
# all of 3.3's families have their type
grep '^# TYPE' first | awk '{ print $3, $4 }' | LC_ALL=C sort
# what strangers say makes no series: paths, methods, models, versions, labels, ids, hosts, keys.  Known codes are shown once.
tag=$(ask -o page -D headers http://localhost/page.css; sed -n 's/^ETag: \(.*\)\r$/\1/p' headers)
ask -o page -w '%{http_code} ' -H "If-None-Match: $tag" http://localhost/page.css; metric 'maas_http_requests_total{route="/page.css",method="GET",code="304"}'
series() { ask http://localhost/metrics -o now; grep -v '^#' now | sed 's/ [^ ]*$//' | LC_ALL=C sort; }
strange() {
	for i in 1 2 3 4 5; do
		n=$1$i
		curl -s -o answer --unix-socket s "http://localhost/$n/../%2e/$n?$n" -H "X-Request-Id: $n" -H "User-Agent: $n"
		curl -s -o answer --unix-socket s -X "POST" "http://localhost/v1/models/$n/predict" -H "Authorization: Bearer maas_${n}xxxx_x"
		curl -s -o answer --unix-socket s -X "BREW$n" http://localhost/metrics
		ask -o answer "http://localhost/$n"; ask -o answer -X DELETE http://localhost/v1/models; refused "/v1/models/$n/predict" '{"text":"a"}' >answer
		refused "/v1/models/odd/versions/$i$i/predict" '{"text":"a"}' >answer; refused "/v1/models/odd/labels/$n/predict" '{"text":"a"}' >answer
		refused /v1/completions "{\"model\":\"$n\",\"prompt\":\"x\"}" >answer; refused /v1/models/odd/predict '{"text":7}' >answer
		ask -o answer "http://localhost/v1/models/$(printf '%09000d' 1)"
	done
}
measured() { [ "$(metric 'maas_model_drift_rows{model="many",version="1"}')" ]; }; await measured # series that come with the first second
strange a; series >before; strange b; series >after
cmp before after && echo "no new series"
grep -c -e 'a1' -e 'b5' now
lint now
# a version that is broken: the old one goes on
gauge() { ask http://localhost/metrics -o now; [ "$(sed -n "s/^$1 //p" now)" = "$2" ]; }
gauge maas_reload_successful 1 && metric 'maas_model_swaps_total{result="loaded"}'
mkdir reg/odd/2; printf garbage >reg/odd/2/model.maas
kill -HUP "$server"
await metric_is 'maas_model_swaps_total{result="failed"}' 1 && await gauge maas_reload_successful 0 && echo "it did not load"
ask http://localhost/metrics | grep '^maas_model_state{model="odd"'
rm -r reg/odd/2; kill -HUP "$server"
await gauge maas_reload_successful 1 && echo "well again"
await gauge maas_audit_chain_intact 1 && echo "the chain holds"
end
# somebody edits the trail
python3 -c 'import glob, sqlite3, sys
for f in glob.glob("state/*"):
    try: c = sqlite3.connect(f); c.execute("UPDATE audit SET peer = ? WHERE seq = 2", ("nobody",)); c.commit(); print(c.total_changes)
    except sqlite3.Error: pass'
KEY=$(maas-serve key add again --scope metrics,infer --state state)
maas-serve -q --registry reg --state state --unix s & server=$!
trap 'kill $server 2>/dev/null; wait $server' EXIT
await test -S s
broken() { ask http://localhost/metrics -o now && ! gauge maas_audit_chain_verified_timestamp_seconds 0 && gauge maas_audit_chain_intact 0; }
await broken && echo "the chain is broken"
end
