# Bodies that are packed, and bodies that are no good: each is told why, in one shape.
exec 2>&1
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
maas-train logistic -q --id id --label label -o sizes.maas "$DATA/example/data.csv"
serve -m m.maas -m topics.maas -m sizes.maas -j 2 --body-max 100k --table-max 1M
P=/v1/models/topics/predict S=/v1/models/sizes/predict
send() { path=$1; file=$2; shift 2; ask --data-binary "@$file" "$@" "http://localhost$path"; }
# status, code, parameter and message, in one line; below /v2 there is a message alone
told() { send "$@" -w '\n%{http_code}' | jq -rs '[.[1], (.[0].error | if type == "string" then . else .code, .param, .message end)] | map(. // "-") | join(" ")'; }

# gzip
echo '{"text":"My chain is broken."}' >text; gzip -c text >text.gz
id="X-Request-Id: one"
send $P text -H "$id" >plain
send $P text.gz -H 'Content-Encoding: gzip' -H "$id" | cmp - plain && echo "gzip: the same"
send $P text.gz -H 'Content-Encoding: X-Gzip' -H "$id" -H 'Transfer-Encoding: chunked' | cmp - plain && echo "chunked: the same"
send $P text -H 'Content-Encoding: identity' -H "$id" | cmp - plain && echo "identity: the same"
{ head -c 10 text | gzip -c; tail -c +11 text | gzip -c; } >two.gz
send $P two.gz -H 'Content-Encoding: gzip' -H "$id" | cmp - plain && echo "two members: the same"
gzip -c "$DATA/example/data.csv" >data.gz
send $S data.gz -H 'Content-Encoding: gzip' -H 'Content-Type: text/csv' -H 'Accept: text/tab-separated-values' | cmp - "$(maas-classify predict -q -m sizes.maas "$DATA/example/data.csv" >cli; echo cli)" && echo "a table: the same"
yes a | head -c 700000 >long; gzip -c long | wc -c | awk '{ print "700000 bytes in", ($1 < 2000 ? "few" : "many") }'
gzip -c long >long.gz; told $P long.gz -H 'Content-Encoding: gzip' -H 'Content-Type: application/json'
head -c 90000 /dev/zero | gzip -c >zeros.gz; told $P zeros.gz -H 'Content-Encoding: gzip' -H 'Content-Type: application/json'
head -c 3000000 /dev/zero | gzip -c >bomb.gz; told $S bomb.gz -H 'Content-Encoding: gzip' -H 'Content-Type: text/csv'
head -c 20 text.gz >cut.gz; told $P cut.gz -H 'Content-Encoding: gzip'
printf '\037\213\010\000AAAAAAAAAAAAAA' >bad.gz; told $P bad.gz -H 'Content-Encoding: gzip'
{ cat text.gz; echo more; } >more.gz; told $P more.gz -H 'Content-Encoding: gzip'
told $P text -H 'Content-Encoding: gzip'
: >empty; told $P empty -H 'Content-Encoding: gzip'
gzip -c empty >empty.gz; told $P empty.gz -H 'Content-Encoding: gzip'
for coding in br deflate zstd 'gzip, gzip' compress; do told $P text -H "Content-Encoding: $coding"; done
send $P text -H 'Content-Encoding: br' -D head -o reply; grep -i '^accept-encoding' head | tr -d '\r'

# a table is larger than other bodies, by whichever of its names
yes '{"length":1,"width":2,"height":3,"weight":4}' | head -n 4000 >lines
for type in application/x-ndjson application/jsonl application/json; do echo "$type: $(send $S lines -H "Content-Type: $type" | wc -l)"; done

# which of many is bad
say() { path=$1; printf %s "$2" >body; shift 2; told "$path" body -H 'Content-Type: application/json' "$@"; }
say $P '{"text":["a","b",5,"c"]}'
say $P '{"text":5}'
say $S '{"rows":[{"length":1,"width":2,"height":3,"weight":4},7]}'
say $S '{"rows":[{"length":1,"width":2,"height":3,"weight":4},{"length":"a","width":2,"height":3,"weight":4}]}'
say $S '{"rows":{"length":1}}'
say $S '{"row":[1,2]}'
say $P '{"text":"a","top_k":0}'; say $P '{"text":"a","top_k":99999999999999999999}'; say $P '{"text":"a","top_k":"2"}'; say $P '{"text":"a","row":{}}'; say $P '{}'

# JSON that is none, or is too much: the same on every route that takes any
hostile() {
	for body in '' ' ' null '[]' 5 '"a"' '{' '{"a":1}}' "{'a':1}" '{"a":NaN}' '{"a":Infinity}' '{"a":1e999}' '{"a":01}' '{"a":.5}' '{"a":1,}' '{"a":1,"a":2}' '{a:1}' \
		'{"a":"\ud800"}' '{"a":"\x"}' '// a'; do
		say "$1" "$body"
	done
	json="-H Content-Type:application/json"
	printf '{"a":"\377"}' >body; told "$1" body $json
	printf '{"a":"\000"}' >body; told "$1" body $json
	printf '\357\273\277{"a":' >body; told "$1" body $json
	{ printf '{"a":'; yes '[' | head -n 40000 | tr -d '\n'; } >body; told "$1" body $json
	{ printf '{"a":"'; head -c 110000 /dev/zero | tr '\0' a; printf '"}'; } >body; told "$1" body $json
}
hostile $P >first; cat first
for path in $S /v1/models/topics/explain /v1/completions /v1/embeddings /tokenize /detokenize; do hostile $path | cmp - first && echo "$path: the same"; done
hostile /v2/models/sizes/infer >v2; sed 's/^\(...\) [a-z_]* - /\1 /' first | cmp - v2 && echo "/v2: the same"
# wrong types, numbers out of range
for member in '"prompt":5' '"prompt":{}' '"prompt":[["a"]]' '"prompt":[1,"a"]' '"prompt":[99999999999999999999999]' '"max_tokens":-1' '"max_tokens":1.5' '"max_tokens":"5"' '"max_tokens":1e99' \
	'"n":0' '"n":99999999999999999999' '"temperature":"hot"' '"temperature":1e300' '"top_p":-0.5' '"stream":1' '"stop":[1]' '"seed":-1' '"logprobs":21' '"model":5' '"model":null'; do
	case $member in *prompt*) more=',"model":"m"' ;; *model*) more=',"prompt":"x"' ;; *) more=',"model":"m","prompt":"x"' ;; esac
	say /v1/completions "{$member$more}"
done
end
