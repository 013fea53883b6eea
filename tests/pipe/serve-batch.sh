# Requests of a file: answers are those of HTTP, in the order of the requests; killed and resumed, the same bytes.
exec 2>&1
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
models="-m m.maas -m topics.maas"
line() { printf '{"custom_id":"%s","method":"POST","url":"%s","body":%s}\n' "$@"; }
T=/v1/models/topics
{
	line "one" /v1/completions '{"model":"m","prompt":"The chain","max_tokens":5}'
	line 'caf\u00e9 \"2\"' $T/predict '{"text":"My chain is broken."}'
	line three $T/predict '{"text":["My chain is broken.","Where is my parcel?"],"top_k":1}'
	line four $T/explain '{ "text" : "My chain is broken.", "top" : 2 }'
	line five $T/versions/1/predict '{"rows":[{"text":"a b"}]}'
	line six /v1/completions '{"model":"m@1","prompt":["a","b"],"n":2,"max_tokens":9,"temperature":0.7,"logprobs":1,"echo":true}'
	line seven /v2/models/topics/infer '{"id":"1","inputs":[{"name":"text","datatype":"BYTES","shape":[1],"data":["a"]}]}'
	line eight /tokenize '{"content":"abc"}'
	line nine /v1/models/m/detokenize '{"tokens":[65,66]}'
	line ten $T/predict '{"text":5}'
	line eleven /v1/models/none/predict '{"text":"a"}'
	line twelve /v1/completions '{"model":"topics","prompt":"x"}'
	line thirteen /v1/completions "{\"model\":\"m\",\"prompt\":\"$(yes word | head -n 400 | tr '\n' ' ')\"}"
} >good.jsonl
maas-serve batch $models -o out good.jsonl; echo "$?"
jq -c '[.id, .custom_id, .response.status_code, .response.body.error.code?, .error]' out
jq -r 'select(.id != .response.request_id) | .id' out

# over HTTP, asked by the same id and with the seed that was told: the same bytes, but for the time and for what was in the cache
serve $models -j 2
paste -d '\n' good.jsonl out | while IFS= read -r request; do
	IFS= read -r answer
	printf '%s\n' "$answer" | sed 's/.*,"response":.*,"body"://; s/},"error":null}$//' >offline
	printf '%s\n' "$request" >asked
	jq -c --argjson seed "$(jq '.seed // null' offline)" '.body | if $seed then .seed = $seed else . end' asked >body
	post "$(jq -r .url asked)" @body -H "X-Request-Id: $(printf '%s\n' "$answer" | jq -r .id)" |
		sed 's/"created":[0-9]*/"created":0/; s/,"prompt_tokens_details":{[^}]*}//' | cmp - offline && jq -r '"\(.custom_id): as over HTTP"' asked
done
end

# many, whatever runs beside them
i=0; while [ $i -lt 200 ]; do
	line "m$i" /v1/completions "{\"model\":\"m\",\"prompt\":\"My chain $i\",\"max_tokens\":$((1 + i % 30)),\"temperature\":1}"
	line "t$i" $T/predict "{\"text\":\"My chain is broken $i\"}"
	i=$((i+1))
done >many.jsonl
maas-serve batch $models -j 2 many.jsonl >all 2>told; cat told
jq -r .custom_id many.jsonl >ids; jq -r .custom_id all | cmp - ids && echo "order: the same"
jq -r '.response.body.seed // empty' all | sort | uniq -d | wc -l
maas-serve batch -q $models -j 1 --parallel 2 <many.jsonl | cmp - all && echo "threads: the same"
maas-serve batch -q $models -s 2 many.jsonl >seeded; jq -r '.response.body | .seed? // .label' all >ours; jq -r '.response.body | .seed? // .label' seeded >theirs
cmp -s ours theirs; echo "another seed: $?"
cp seeded seeded2; maas-serve batch $models -o seeded2 --resume many.jsonl; echo "$?"
gzip -c many.jsonl >many.gz; maas-serve batch -q $models many.gz | cmp - all && echo "gzip: the same"

# resumed: behind whole lines, behind a torn one, whole already, killed
for lines in 0 1 7 399 400; do
	head -n $lines all >part; printf '{"id":"batch-%s' $((lines + 1)) >>part
	maas-serve batch $models -o part --resume many.jsonl 2>told2; cmp told told2; cmp part all && echo "$lines: resumed"
done
{ head -n 390 many.jsonl; sleep 60; } | maas-serve batch -q $models -o killed --resume & pid=$!
some() { [ -s killed ] && [ "$(wc -l <killed)" -ge 50 ]; }
await some
maas-serve batch -q $models -o killed --resume many.jsonl; echo "held: $?"
kill -9 $pid; wait $pid 2>ended
maas-serve batch $models -o killed --resume many.jsonl; cmp killed all && echo "killed: resumed"
# what is no beginning of these answers is left alone
tail -n +2 all >other; cp other other2; maas-serve batch $models -o other --resume many.jsonl; echo "$?"; cmp other other2
cp all more; head -n 10 many.jsonl | maas-serve batch $models -o more --resume; echo "$?"; cmp more all
sed '1s/chain/Chain/' many.jsonl >changed; maas-serve batch $models -o more --resume changed; echo "$?"; cmp more all
# without --resume the old file stays until the new one is whole
echo old >whole; maas-serve batch -q -m none.maas -o whole many.jsonl; echo "$?"; cat whole

# lines that are no requests: told, and the run goes on
{
	printf '\357\273\277'; line bom /tokenize '{"content":"a"}'
	line crlf /tokenize '{"content":"a"}' | tr '\n' '\r'; echo
	echo; echo '{'; echo '[]'; echo '5'; printf 'a\000b\n'; printf '"\377"\n'
	echo '{"custom_id":"a"}'
	echo '{"custom_id":"get","method":"GET","url":"/v1/models","body":{}}'
	echo '{"custom_id":"http","method":"POST","url":"http://localhost/tokenize","body":{}}'
	echo '{"custom_id":"nul","method":"POST","url":"/tok\u0000enize","body":{}}'
	echo '{"custom_id":"escaped","method":"POST","url":"/%00","body":{}}'
	echo '{"custom_id":"text","method":"POST","url":"/tokenize","body":"{}"}'
	echo '{"custom_id":"none","method":"POST","url":"/tokenize"}'
	echo '{"custom_id":"twice","custom_id":"b","method":"POST","url":"/tokenize","body":{}}'
	echo '{"custom_id":7,"method":"POST","url":"/tokenize","body":{"content":"a"}}'
	line other /v1/models/topics '{}'
	line open /v1/register '{"invite":"a","name":"b"}'
	line stream /v1/completions '{"model":"m","prompt":"x","stream":true}'
	line deep /tokenize "$(yes '[' | head -n 400 | tr -d '\n')"
	printf '{"custom_id":"large","method":"POST","url":"/tokenize","body":{"content":"%s"}}\n' "$(yes aaaaaaaaaaaaaaa | head -n 200)" | tr -d '\n'; echo
	yes aaaaaaaaaaaaaaa | head -n 9000 | tr -d '\n'; echo
	echo '{"method":"POST","body":{"content":"b"},"url":"/tokenize","more":{"body":1},"custom_id":"turned"}'
	printf %s "$(line last /tokenize '{"content":"a"}')"
} >bad.jsonl
maas-serve batch $models --body-max 2k bad.jsonl >bad.out; echo "$?"
jq -c '[.custom_id, .response.status_code, .response.body.error.message?, .error.message?]' bad.out
[ "$(wc -l <bad.out)" = 25 ]; echo "$?"
maas-serve batch $models </dev/null; echo "$?"
