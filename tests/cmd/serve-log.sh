# A line for each request, refused ones included, with neither keys nor texts.
exec 2>&1
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-serve -q -m m.maas --state state --unix s --log none/log; echo "$?"
serve -m m.maas --log log
post /v1/completions '{"model":"m","prompt":"secret words","max_tokens":3,"ignore_eos":true}' -o answer -H 'X-Request-Id: mine'
KEY=maas_aaaaaaaa_wrong; ask -o answer 'http://localhost/v1/models/"x?q'
end
jq -c 'select(.route != "/healthz") | if .request_id != "mine" then .request_id |= length else . end | del(.time, .seconds, .queue_seconds, .first_token_seconds, .bytes_out, .key)' log
jq -r 'select(.request_id == "mine") | (.key | length), (.seconds > .queue_seconds), (.first_token_seconds > .queue_seconds and .first_token_seconds <= .seconds), (.time | test("^20..-..-..T..:..:..[.]...Z$"))' log
grep -c -e secret -e wrong log
stat -c %a log
