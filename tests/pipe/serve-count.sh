# 7 answers, 3 refused keys, 2 quotas, 1 mistake and a client that leaves: metrics, usage and events agree.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
serve -m m.maas
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
post /v1/completions '{"model":"m","prompt":"x","n":16,"max_tokens":60,"ignore_eos":true,"stream":true}' -N 2>left | head -n 1 | cut -c 1-5
await metric_is 'maas_http_requests_total{route="/v1/completions",method="POST",code="200"}' 8
ask http://localhost/metrics | grep -F 'route="/v1/completions"' | grep -F 'requests_total' | sed 's/.*code="//; s/".*}//'
generated=$(metric 'maas_generated_tokens_total{model="m"}') prompts=$(metric 'maas_prompt_tokens_total{model="m"}')
end
maas-serve usage --state state --csv | cut -d , -f 3-5 | sort
# tokens to the last one, the stream's too
maas-serve usage --state state | awk 'NR > 1 { i += $6; o += $7 } END { print i, o }' >used
[ "$(cat used)" = "$prompts $generated" ] && echo "metrics and usage agree"
maas-serve audit --state state --since 1h | cut -f 1,2
