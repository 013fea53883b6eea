# Usage to the last token, events, invites, the policy: by what stands in the state afterwards.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
code() { ask -o answer -w '%{http_code}' "$@"; jq -r '" " + (.error.code // "")' answer; }
go_on() { post /v1/completions '{"model":"m","prompt":"x","max_tokens":4,"ignore_eos":true}' "$@"; }
usage() { maas-serve usage --state state "$@" | sed "s/^20[0-9-]*/DAY/; s/$id/ID/"; }
printf 'Be kind.\n' >terms.txt
cat >serve.yaml <<'END'
model: [m.maas, other=m.maas]
price: ["m=3/6", "other=1"]
infer-body-max: 300
infer-route: [completions, models, usage]
terms: terms.txt
key-lifetime: 30d
END
serve -c serve.yaml --log log
id=$(echo "$KEY" | cut -d _ -f 2) mine=$KEY
go_on | jq -c .usage
go_on -o answer; go_on -o answer
post /v1/completions '{"model":"m","prompt":1}' -o answer -w '%{http_code}\n'
ask http://localhost/v1/usage | jq -c '.data[] | del(.day)'
# what is asked is kept nowhere
post /v1/completions '{"model":"other","prompt":"xyzzymark","max_tokens":1,"ignore_eos":true}' -o answer
post /v1/completions '{"model":"other","prompt":"xyzzymark","stop":7}' -o answer
sleep 1.2; grep -c xyzzymark state/* log | sed 's/.*://' | sort -u
# what the policy keeps this key from
code http://localhost/openapi.json
post /v1/completions "{\"model\":\"m\",\"prompt\":\"$(printf '%0400d' 7)\"}" -o answer -w '%{http_code}\n'
KEY=$(maas-serve key add narrow --state state --model other --rps 0.001)
go_on -o answer -w '%{http_code}\n'
ask -D - -o answer http://localhost/v1/models | tr -d '\r' | grep -E '^(HTTP|x-rate|Retry)' | sed 's/-requests: .*m.*s$/-requests: TIME/; s/[0-9]*$//'
# terms, and a key for an invite
curl -sS --unix-socket s http://localhost/v1/terms | jq -c .
INVITE=$(maas-serve invite --state state --model other --tokens-per-minute 600 -c serve.yaml)
register() { curl -sS --unix-socket s -d "$1" http://localhost/v1/register; }
register "{\"invite\":\"$INVITE\",\"name\":\"=1+1\"}" | jq -c .error
register "{\"invite\":\"$INVITE\",\"name\":\"Eve, \\\"the\\\" guest\"}" >mykey
jq -c '[(.key | length), (.id | length), .models, (.expires - now > 2591990)]' mykey
register "{\"invite\":\"$INVITE\",\"name\":\"Mallory\"}" | jq -c .error
register "{\"invite\":\"invite_none\",\"name\":\"Mallory\"}" | jq -r .error.code
register '{"invite":"a\u0000b","name":"Mallory"}' | jq -r .error.code
register '{"invite":7}' | jq -r .error.code
register '{"name":"x","key":"y"}' | jq -r .error.code
head -c 70000 /dev/zero | curl -sS --unix-socket s --data-binary @- http://localhost/v1/register | jq -r .error.code
TWO=$(maas-serve invite --state state --uses 2)
for i in 1 2 3 4 5 6 7 8; do register "{\"invite\":\"$TWO\",\"name\":\"n\"}" >got$i & done
for i in 1 2 3 4 5 6 7 8; do is_there() { [ -s got$i ]; }; await is_there; done
jq -r '.error.code // "a key"' got? | sort | uniq -c
KEY=$(jq -r .key mykey)
ask http://localhost/v1/models | jq -c '[.data[].id]'
post /v1/completions '{"model":"other","prompt":"xy","max_tokens":2,"ignore_eos":true}' -o answer -w '%{http_code}\n'
ask http://localhost/v1/usage | jq -c '.data[] | del(.day)'
ask http://localhost/v1/usage | jq -c '.quotas.tokens |= (.reset |= . > 0 | .remaining |= . < 600) | [.quotas, .expires - now > 2591990]'
KEY=maas_aaaaaaaa_b code http://localhost/v1/models
end
usage | cut -f 1,3- | sort
usage --csv -c serve.yaml | cut -d , -f 3- | sort | tail -n 2
maas-serve audit --state state --since 1d | cut -f 1,2
maas-serve audit --state state --verify | sed 's/:.*//'
maas-serve audit --state state | grep -c -e "$INVITE" -e "$KEY"
# a kill loses a second at most; what was told before is there
serve -c serve.yaml; KEY=$mine
go_on -o answer; sleep 2.5; go_on -o answer
{ kill -9 "$server"; wait "$server"; } 2>killed
usage | grep ID | grep -cE '	m	[45]	'
# erased: no trace, and the chain holds
maas-serve erase --key "$id" --state state | sed 's/[0-9]* events/N events/'
grep -c "$id" state/maas.db
maas-serve audit --verify --state state | sed 's/[0-9][0-9]*/N/g; s/:.*//'
maas-serve erase --key "$id" --state state 2>again; echo "$?"
maas-serve erase --before 0s --state state | sed 's/[0-9][0-9]* events/N events/'
maas-serve erase --state state 2>>again; echo "$?"
