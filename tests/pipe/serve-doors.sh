# Who is let in: keys, scopes, rates, hosts; and what is said to the others.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
key() { maas-serve key add k --state state "$@"; }
head_of() { tr -d '\r' | grep -E "^(HTTP|$1)"; }
serve -m m.maas -m other=m.maas
narrow=$(key --model other) slow=$(key --rps 0.001) short=$(key --tokens-per-minute 5) admin=$(key --scope admin) ended=$(key --expires 0.1)
good=$KEY
url=http://localhost/v1/models

for path in /v1/models /v1/models/m /metrics /nowhere /v1/completions; do
	echo "$path $(curl -sS --unix-socket s -o /dev/null -w '%{http_code}' "http://localhost$path")"
done
curl -sS --unix-socket s -D - -o /dev/null $url | head_of WWW-Authenticate
KEY=maas_aaaaaaaa_b; ask -D - -o /dev/null $url | head_of WWW-Authenticate
KEY=$good; curl -sS --unix-socket s -H "X-Api-Key: $KEY" $url | jq -c '[.data[].id]'
KEY=$admin; ask $url | jq -c '[.data[].id]'
# for one model only
KEY=$narrow; ask $url | jq -c '[.data[].id]'
ask $url/m | jq -r .error.code
refused /v1/completions '{"model":"m","prompt":"x"}'
# too often; too much
KEY=$slow; ask -o /dev/null -w '%{http_code}\n' $url; ask -D - $url | head_of 'Retry-After|."error' | sed 's/"message":"[^"]*",//'
KEY=$short; post /v1/completions '{"model":"m","prompt":"x","max_tokens":9,"ignore_eos":true}' | jq .usage.completion_tokens
ask $url | jq -r .error.code
# expired; revoked, while the server runs
KEY=$ended; sleep 1; ask $url | jq -r .error.code
maas-serve key revoke "$(echo "$good" | cut -d _ -f 2)" --state state
KEY=$good; is_out() { [ "$(ask -o /dev/null -w '%{http_code}' $url)" = 401 ]; }; await is_out && echo "revoked"
KEY=$admin
# wrong methods, paths, types, ids
ask -D - -o /dev/null -X DELETE $url | head_of Allow
ask -D - -o /dev/null http://localhost/v1/completions | head_of Allow
for path in /v1/models/ /v1/models/m/nothing /v1//models /v1/models/m/predict/ /V1/models '/v1/models/%6d'; do
	echo "$path $(ask -o /dev/null -w '%{http_code}' "http://localhost$path")"
done
refused /v1/completions '{"model":"m","prompt":"x"}' -H 'Content-Type: text/csv'
refused /v1/completions '{"model":"m","prompt":"x"}' -H 'Content-Encoding: br'
ask -H 'X-Request-Id: my-1.x' -D - -o /dev/null $url | head_of X-Request-Id
ask -I $url | head_of Content-Type
head -c 9000000 /dev/zero | ask -o /dev/null -w '%{http_code}\n' --data-binary @- http://localhost/v1/completions
end

# on TCP the Host must be this machine's
maas-serve -m m.maas --state state --port 0 2>log & server=$!
listening() { grep -qs listening log; }
await listening; port=$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' log)
for host in localhost "127.0.0.1:$port" '[::1]' evil.example localhost.evil.example; do
	curl -sS -H "Authorization: Bearer $KEY" -H "Host: $host" -o /dev/null -w "$host %{http_code}\n" "http://127.0.0.1:$port/v1/models" |
		sed 's/127.0.0.1:[0-9]*/127.0.0.1:PORT/'
done
end
