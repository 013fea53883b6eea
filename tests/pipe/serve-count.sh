# 7 answers, 3 refused keys, 2 quotas, 1 mistake and a client that leaves: metrics, usage, events and log agree.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json context=8192
serve -m m.maas --log log
good=$KEY
slow=$(maas-serve key add slow --state state --rps 0.0001)
say() { post /v1/completions "{\"model\":\"m\",\"prompt\":\"x\",\"max_tokens\":${1:-3},\"ignore_eos\":true}" -o answer -w '%{http_code}\n'; }
{
	for i in 1 2 3 4 5 6; do say "$i"; done
	KEY=$slow; say 2; say; say
	KEY=maas_aaaaaaaa_b; say; say; say
	KEY=$good; post /v1/completions '{"model":"m","prompt":"x","max_tokens":"many"}' -o answer -w '%{http_code}\n'
} | sort | uniq -c
# a stream whose client leaves after the first line
post /v1/completions '{"model":"m","prompt":"x","max_tokens":8000,"ignore_eos":true,"stream":true}' -N 2>left | head -n 1 | cut -c 1-5
await metric_is 'maas_http_requests_total{route="/v1/completions",method="POST",code="200"}' 8
ask http://localhost/metrics -o metrics
echo "of the route:"; grep -F 'route="/v1/completions"' metrics | grep -F 'requests_total' | sed 's/.*code="//; s/".*}//'
echo "how they ended:"; sed -n 's/^maas_request_finished_total{model="m",reason="\(.*\)"}/\1/p' metrics
echo "by key:"; id() { maas-serve key list --state state | awk -F '\t' -v n="$1" '$2 == n { print $1 }'; }
for k in test slow; do sed -n "s/^maas_key_requests_total{key_id=\"$(id $k)\",code=\"\(.*\)\"}/$k \1/p" metrics; done | sed 's/test 200 .*/test 200, with those that looked/'
echo "turned away:"; sed -n 's/^maas_http_rejected_total{reason="\(.*\)"}/\1/p' metrics
echo "of all that began:"; sed -n 's/^maas_requests_\(.*\){.*}/\1/p; s/^\(maas_request_seconds_count\){.*}/\1/p' metrics
generated=$(metric 'maas_generated_tokens_total{model="m"}') prompts=$(metric 'maas_prompt_tokens_total{model="m"}')
bykey() { sed -n "s/^maas_key_tokens_total{key_id=\".*\",direction=\"$1\"} //p" metrics | awk '{ s += $1 } END { print s }'; }
[ "$(bykey in) $(bykey out)" = "$prompts $generated" ] && echo "tokens by key add up"
end
maas-serve usage --state state --csv | cut -d , -f 3-5 | sort
# tokens to the last one, the stream's too
maas-serve usage --state state | awk 'NR > 1 { i += $6; o += $7 } END { print i, o }' >used
[ "$(cat used)" = "$prompts $generated" ] && echo "metrics and usage agree"
jq -s '[.[] | select(.route == "/v1/completions")] | "\(map(.prompt_tokens) | add) \(map(.completion_tokens) | add)"' -r log | cmp - used && echo "and so does the log"
jq -r 'select(.route == "/v1/completions") | "\(.status) \(.finish)"' log | sort | uniq -c
maas-serve audit --state state --since 1h | cut -f 1,2
maas-serve audit --state state --verify >end && echo whole
