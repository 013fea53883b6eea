# The policy over TCP: addresses, delays after wrong keys; configurations that do not start; two servers on one state.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
KEY=$(maas-serve key add test --state state)
check() { maas-serve --check-config --state state -m m.maas "$@" 2>&1; echo "$?"; }
check
check --infer-route nowhere | sed 's/: health.*//'
check --deny-address 192.0.2.0/99
check --price m=free
check --terms none.txt
check --host 0.0.0.0
printf 'model: m.maas\nquue: 7\n' >bad.yaml; maas-serve --check-config --state state -c bad.yaml 2>&1; echo "$?"
maas-serve --check-config --state empty -m m.maas --host 0.0.0.0; echo "$?"
maas-serve --check-config --state state -m tok.json 2>/dev/null; echo "$?"
maas-serve audit --state state | cut -f 3

# serve_tcp OPTIONS: a server on a free port, which is in $port
serve_tcp() {
	rm -f log; maas-serve -m m.maas --state state --port 0 "$@" 2>log & server=$!
	trap 'kill $server 2>/dev/null; wait $server 2>/dev/null' EXIT
	listening() { grep -qs listening log; }
	await listening; port=$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' log)
}
tcp() { curl -sS -o answer -w '%{http_code}\n' -H "Authorization: Bearer $1" "http://127.0.0.1:$port/v1/models"; }
serve_tcp --deny-address 127.0.0.0/8
tcp "$KEY"; jq -r .error.message answer
end
serve_tcp
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do tcp "maas_aaaaaaaa_$i"; done | uniq -c
jq -r .error.message answer
tcp "$KEY"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	curl -sS -o answer -w '%{http_code}\n' -d '{"invite":"invite_x","name":"x"}' "http://127.0.0.1:$port/v1/register"
done | uniq -c

# two servers on one state, one of them killed: every answer is counted once
first=$server; maas-serve -q -m m.maas --state state --unix s & server=$!
answers() { ask -o answer http://localhost/healthz 2>/dev/null; }
await answers
for i in 1 2 3 4 5 6 7; do
	post /v1/completions '{"model":"m","prompt":"x","max_tokens":2,"ignore_eos":true}' -o answer
	curl -sS -o answer -H "Authorization: Bearer $KEY" -d '{"model":"m","prompt":"x","max_tokens":1,"ignore_eos":true}' "http://127.0.0.1:$port/v1/completions"
done
end
kill "$first"; wait "$first"
maas-serve usage --state state | cut -f 4- | tail -n 1
maas-serve audit --state state --since 1h | cut -f 1,2
maas-serve audit --state state --verify | sed 's/[0-9]* entries/N entries/; s/:.*//; 2d'
# an edit is found
sed -i 's/address-refused/address-allowed/' state/maas.db 2>&1; maas-serve audit --verify --state state >verified 2>&1; echo "edited: $?"
# places: of the log, of the socket; an address
mkdir folder
for o in '--log folder/log --unix folder/s' '--log /dev/null' '--log none/log' '--log folder' '--unix none/s' '--unix m.maas' '--host here.example'; do
	# shellcheck disable=SC2086 # options
	check $o
done
ls folder
