# The Open Inference Protocol, version 2: health, what a model is, tensors in and out.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
maas-train logistic -q --id id --label label -o sizes.maas "$DATA/example/data.csv"
cut -d , -f 2-5 "$DATA/example/data.csv" >numbers.csv
maas-pca fit -q -n 2 -o pca.maas numbers.csv
tail -n +2 numbers.csv >bare.csv; maas-pca fit -q -n 2 -o bare.maas bare.csv
maas-train linear -q --label weight -o weights.maas numbers.csv
serve -m m.maas -m topics.maas -m sizes.maas -m pca.maas -m bare.maas -m weights.maas -j 2
V=http://localhost/v2
for path in '' /health/live /health/ready /models/sizes /models/sizes/versions/1 /models/topics /models/pca /models/bare /models/weights /models/m \
	/models/sizes/ready /models/sizes/versions/1/ready; do ask $V$path; done
for path in / /models /models/none /models/none/ready /models/sizes/versions/2 /health; do ask -w '%{http_code}\n' $V$path; done
ask -w '%{http_code}\n' $V/models/sizes/infer
curl -sS --unix-socket s $V/health/live

# columns by their names: labels and scores are those of maas-classify
jq -Rrn --argjson drop '["id","label"]' '[inputs / ","] | .[0] as $h | .[1:] as $r | {id: "42", inputs: [range($h | length) as $i | select($drop | index($h[$i]) | not) |
	{name: $h[$i], datatype: "FP64", shape: [$r | length], data: [$r[][$i] | tonumber]}]}' "$DATA/example/data.csv" >columns.json
I=/v2/models/sizes/infer
post $I @columns.json >answer
jq -c '[.model_name, .model_version, .id, (.outputs[] | .name, .datatype, .shape)]' answer
maas-classify predict -q -m sizes.maas "$DATA/example/data.csv" | cut -f 1 >cli
jq -r '.outputs[0].data[]' answer | cmp - cli && echo "labels: the same"
maas-classify predict -q --proba -m sizes.maas "$DATA/example/data.csv" | tail -n +2 | tr '\t' '\n' | jq . | cut -c 1-6 >cli
jq -r '.outputs[1].data[]' answer | cut -c 1-6 | cmp - cli && echo "scores: the same"
jq -c '.outputs = [{name: "scores"}]' columns.json | post /v2/models/sizes/versions/1/infer @- | jq -c '[.outputs[].name]'
post /v2/models/topics/infer '{"inputs":[{"name":"text","datatype":"BYTES","shape":[2,1],"data":[["My chain is broken."],["Where is my parcel?"]]}]}' | jq -c '.outputs[0].data'
# all columns at once
jq -Rn '[inputs / "," | map(tonumber)] | {inputs: [{name: "x", datatype: "FP32", shape: [length, 4], data: .}]}' bare.csv >rows.json
maas-pca transform -q -m bare.maas bare.csv | tr '\t' '\n' | jq . | cut -c 1-6 >cli
for m in bare pca; do post /v2/models/$m/infer @rows.json | jq -r '.outputs[0].data[]' | cut -c 1-6 | cmp - cli && echo "$m: the same"; done
post /v2/models/weights/infer '{"inputs":[{"name":"x","datatype":"FP64","shape":[1,3],"data":[1,2,3]}]}' | jq -c '.outputs[] | [.name, .shape]'
post /v2/models/pca/infer '{"inputs":[{"name":"x","datatype":"FP64","shape":[0,4],"data":[]}]}' | jq -c '.outputs[0].shape'

# refused, in the protocol's own words
wrong() { post "$@" -w '%{http_code}\n' | tr -d '\n'; echo; }
x() { printf '{"inputs":[{"name":"x","datatype":"%s","shape":%s,"data":%s}]}' "$@"; }
P=/v2/models/bare/infer
wrong $P '{}'
wrong $P '[]'
wrong $P '{"inputs":'
wrong $P '{"inputs":[]}'
wrong $P '{"inputs":[5]}'
wrong $P '{"inputs":{}}'
wrong $P '{"input":[]}'
wrong $P "$(x FP64 '[1,4]' '[1,2,3]')"
wrong $P "$(x FP64 '[1,4]' '[1,2,3,4,5]')"
wrong $P "$(x FP64 '[1,4]' '[1,2,3,"4"]')"
wrong $P "$(x FP64 '[1,4]' '[1,2,3,null]')"
wrong $P "$(x FP64 '[1,4]' '[[[[[[[[[[1,2,3,4]]]]]]]]]]')"
wrong $P "$(x FP64 '[1,4]' 5)"
wrong $P "$(x FP65 '[1,4]' '[1,2,3,4]')"
wrong $P "$(x FP64 '[2147483647,2147483647,2147483647]' '[1]')"
wrong $P "$(x FP64 '[1000000,4]' '[1]')"
wrong $P "$(x FP64 '[-1,4]' '[1,2,3,4]')"
wrong $P "$(x FP64 '[]' '[1]')"
wrong $P "$(x FP64 '[1,3]' '[1,2,3]')"
wrong $P "$(x BYTES '[1,4]' '["1","2","3","4"]')"
wrong $I "$(x FP64 '[1,2]' '[1,2]')"
wrong $P "$(x FP64 '[1,4]' '[1,2,3,1e999]')"
post $I "$(x FP64 '[1,4]' '[1,2,3,4]')" | jq -c '.outputs[0].shape'
wrong $I '{"inputs":[{"name":"length","datatype":"FP64","shape":[1],"data":[1]}]}'
wrong $I '{"inputs":[{"name":"colour","datatype":"FP64","shape":[1],"data":[1]}]}'
wrong $I '{"inputs":[{"name":"length","datatype":"FP64","shape":[1],"data":[1]},{"name":"length","datatype":"FP64","shape":[1],"data":[1]}]}'
wrong $I '{"inputs":[{"name":"length","datatype":"FP64","shape":[1],"data":[1]},{"name":"width","datatype":"FP64","shape":[2],"data":[1,2]}]}'
jq -c '.outputs = [{name: "x"}]' columns.json | wrong $I @-
jq -c '.outputs = [{name: "scores", parameters: {classification: 3}}]' columns.json | wrong $I @-
jq -c '.id = 5' columns.json | wrong $I @-
wrong /v2/models/m/infer "$(x FP64 '[1,4]' '[1,2,3,4]')"
wrong /v2/models/none/infer '{}'
wrong /v2/models/sizes/versions/2/infer '{}'
wrong $I '{}' -H 'Content-Encoding: gzip'
wrong $I '{}' -H 'Content-Type: text/csv'
end
