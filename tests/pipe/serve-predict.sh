# Classifiers answer as maas-classify does, number for number: texts, rows, lists, one by one and in company.
. "$TOP/tests/serve.sh"
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
maas-train logistic -q --id id --label label -o sizes.maas "$DATA/example/data.csv"
serve -m topics.maas -m sizes=sizes.maas -j 2
P=/v1/models/topics/predict

cut -f 1 "$DATA/example/test.tsv" >texts
maas-classify predict -q -m topics.maas --jsonl texts | jq -c '[.label, .probability, .scores]' >cli
jq -Rs '{text: (. / "\n")[:-1]}' texts >list.json
post $P @list.json | jq -c '.predictions[] | [.label, .score, (.scores | map({(.label): .score}) | add)]' >served
[ -s cli ] && jq -cS . served >a && jq -cS . cli >b && cmp a b && echo "texts: the same"
# the digits too
maas-classify predict -q -m topics.maas texts | cut -f 2 >digits
post $P @list.json | grep -o '"label":"[a-z]*","score":[0-9.e-]*,"scores"' | sed 's/.*"score":\([^,]*\),.*/\1/' | cmp - digits && echo "digits: the same"
# one by one, all at once
n=0
while read -r line; do
	n=$((n + 1)); [ $n -le 12 ] || break
	jq -cn --arg t "$line" '{text: $t}' | post $P @- >"one.$n" & pids="${pids-} $!"
done <texts
# shellcheck disable=SC2086 # one word a process
wait $pids
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do jq -c '[.label, .score, (.scores | map({(.label): .score}) | add)]' "one.$i"; done | jq -cS . >a
head -n 12 b | cmp - a && echo "alone and in company: the same"
jq -c 'keys' one.1
jq -r '.scores | map(.score) | . == (sort | reverse)' one.1

# why: the pieces add up, and stand where they are said to stand
maas-classify explain -q -m topics.maas --jsonl texts | head -n 1 | jq -cS '[.label, .logit, .intercept, [.contributions[] | [.contribution, .value]]]' >cli
jq -cn --arg t "$(head -n 1 texts)" '{text: $t}' | post /v1/models/topics/explain @- >why
jq -cS '[.label, .logit, .intercept, [.contributions[] | [.contribution, .value]]]' why | cmp - cli && echo "reasons: the same"
jq -r '((.contributions | map(.contribution) | add) + .intercept - .logit) | fabs < 1e-9' why
jq -r .method why
post /v1/models/topics/explain '{"text":"Überall: Chain, chain 新 chain!","top":1}' | jq -c '.contributions[] | del(.value, .contribution)'

# rows, by their columns
jq -Rrn '[inputs / ","] | .[0] as $h | {rows: [.[1:][] | [$h, .] | transpose | map({(.[0]): .[1]}) | add | del(.label)]}' "$DATA/example/data.csv" >rows.json
maas-classify predict -q -m sizes.maas --jsonl "$DATA/example/data.csv" | jq -c '[.label, .probability]' >cli
post /v1/models/sizes/predict @rows.json | jq -c '.predictions[] | [.label, .score]' | cmp - cli && echo "rows: the same"
jq -c '{row: .rows[0]}' rows.json | post /v1/models/sizes/predict @- | jq -c '[.label, .score]' | cmp - "$(head -n 1 cli >first; echo first)" && echo "a row: the same"

# lists of none and of one; refused ones
post $P '{"text":[]}' | jq -c .predictions
post $P '{"text":["x"],"top_k":1}' | jq -c '.predictions[0].scores | length'
refused $P '{"text":5}'
refused $P '{"text":["a",5]}'
refused $P '{"texts":"a"}'
refused $P '{"text":"a","row":{}}'
refused $P '{}'
refused $P '{"rows":{}}'
refused $P '{"row":[]}'
refused $P '{"text":"a","top_k":0}'
refused /v1/models/sizes/predict '{"row":{"length":"long"}}'
refused /v1/models/sizes/predict '{"rows":[{"length":1,"width":2,"height":3,"weight":4},{"length":"long"}]}'
refused /v1/models/sizes/predict '{"text":"a"}'
refused /v1/models/none/predict '{"text":"a"}'
refused /v1/completions '{"model":"topics","prompt":"x"}'
jq -cn '{text: [range(10001) | "x"]}' >many.json; refused $P @many.json
jq -cn '{text: [range(10000) | "x"]}' | post $P @- | jq '.predictions | length'
metric 'maas_requests_running{model="topics",version="1"}'
digest=$(sha256sum <topics.maas | cut -d ' ' -f 1)
digested() { [ "$(ask http://localhost/v1/models/topics | jq -r '.versions[0].sha256')" = "$digest" ]; }
await digested && echo "the digest of the file"
ask http://localhost/v1/models/topics | jq -c 'del(.created, .versions[0].sha256)'
ask http://localhost/metrics >metrics
if command -v promtool >which; then promtool check metrics <metrics || echo "promtool: $?"; fi
awk '/^#/ { next } !/^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.e]+$/ { print "not a sample: " $0 }' metrics
end
