# Vectors of texts: OpenAI's shape, of length one, the same bytes alone, in lists, beside others and by any number of threads.
exec 2>&1
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
maas-train mlp -q --tfidf --hidden 8 --epochs 2 -o deep.maas "$DATA/example/train.tsv"
E=/v1/embeddings
one() { post $E "$(jq -cn --arg t "$1" '{model: "m", input: $t}')"; }
serve -m m.maas -m topics.maas -m deep.maas -j 2
one "My chain is broken." >alone
jq -c '[.object, .model, .usage, (.data[] | .object, .index, (.embedding | length))]' alone
jq '.data[0].embedding | map(. * .) | add | (. - 1 | fabs) < 1e-6' alone
one "Where is my parcel?" | jq -c '.data[0].embedding' >other; jq -c '.data[0].embedding' alone | cmp -s - other; echo "another text: $?"

# the same bytes as a list, as ids, with base64, beside completions
jq -c '.data[0].embedding' alone >want
post $E '{"model":"m","input":["Where is my parcel?","My chain is broken.","a"]}' >list
jq -c '[.data[].index], .usage' list
jq -c '.data[1].embedding' list | cmp - want && jq -c '.data[0].embedding' list | cmp - other && echo "list: the same"
post /tokenize '{"content":"My chain is broken."}' | jq -c '{model: "m", input: .tokens}' >ids
post $E @ids | cmp - alone && echo "ids: the same"
jq -c '.input = [.input, .input] | .user = "me"' ids | post $E @- | jq -c '.data[1].embedding' | cmp - want && echo "lists of ids: the same"
post $E '{"model":"m","input":"My chain is broken.","encoding_format":"base64"}' | jq -r '.data[0].embedding' | base64 -d | od -An -v -tf4 -w4 | awk '{ printf "%.5f\n", $1 }' >bytes
jq -r '.[]' want | awk '{ printf "%.5f\n", $1 }' | cmp - bytes && echo "base64: the same"
# the first numbers of the mean, made one long: in proportion to those of the whole
post $E '{"model":"m","input":"My chain is broken.","dimensions":3}' | jq -c --slurpfile w want '.data[0].embedding | [length, (map(. * .) | add | . - 1 | fabs < 1e-6),
	(.[1] / .[2] - $w[0][1] / $w[0][2] | fabs < 1e-5)]'
jq -Rcn '{model: "m", input: [range(300) | "text \(.)"]}' >many.json
post $E @many.json >many; jq -c '.data | length' many
i=0; while [ $i -lt 8 ]; do
	post /v1/completions '{"model":"m","prompt":"The","max_tokens":50,"ignore_eos":true}' -o done.$i & job="${job-} $!"
	post $E @many.json >many.$i & job="$job $!"
	i=$((i+1))
done
for j in $job; do wait "$j"; done
for i in 0 1 2 3 4 5 6 7; do cmp many many.$i; done; echo "beside others: the same"
printf '{"custom_id":"a","method":"POST","url":"/v1/embeddings","body":%s}\n' "$(cat many.json)" >batch.jsonl
maas-serve batch -q -j 1 -m m.maas batch.jsonl | sed 's/.*"body"://; s/},"error":null}$//' | cmp - many && echo "batch, one thread: the same"

# tokens are counted, and limited
ask http://localhost/v1/usage | jq -c '.data[] | select(.model == "m") | .tokens_in > 10000'
poor=$(maas-serve key add poor --state state --tokens-per-minute 30)
for i in 1 2; do curl -sS --unix-socket s -H "Authorization: Bearer $poor" -d @many.json -o reply -w '%{http_code}\n' http://localhost$E; done
jq -r .error.code reply

refused $E '{"model":"m"}'
refused $E '{"input":"a"}'
refused $E '{"model":"none","input":"a"}'
refused $E '{"model":"topics","input":"a"}'
refused $E '{"model":"deep","input":"a"}'
refused $E '{"model":"m","input":""}'
refused $E '{"model":"m","input":["a",""]}'
refused $E '{"model":"m","input":[]}'
refused $E '{"model":"m","input":[[]]}'
refused $E '{"model":"m","input":["a",5]}'
refused $E '{"model":"m","input":[5,"a"]}'
refused $E '{"model":"m","input":5}'
refused $E '{"model":"m","input":null}'
refused $E '{"model":"m","input":[1000000]}'
refused $E '{"model":"m","input":[-1]}'
refused $E '{"model":"m","input":[1.5]}'
refused $E '{"model":"m","input":"a","encoding_format":"hex"}'
refused $E '{"model":"m","input":"a","dimensions":0}'
refused $E '{"model":"m","input":"a","dimensions":33}'
refused $E '{"model":"m","input":"a","dimension":3}'
jq -Rcn '{model: "m", input: [range(2049) | "a"]}' | refused $E @-
jq -Rcn '{model: "m", input: ["a", ([range(65) | 65])]}' | refused $E @-
jq -Rcn '{model: "m", input: [range(64) | 65]}' | post $E @- | jq -c .usage
end
