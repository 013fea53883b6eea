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
curl -sS --unix-socket s $V/health/live; curl -sS --unix-socket s $V/health/ready; curl -sS --unix-socket s $V

for body in '' '{}' '{"ready":true}' '{"ready":1}' '{"all":true}' '[]'; do post /v2/repository/index "$body" | jq -c 'if type == "list" or type == "array" then .[:2] + [length] else . end'; done
curl -sS --unix-socket s -H "Authorization: Bearer $(maas-serve key add one --state state --model pca)" -X POST http://localhost/v2/repository/index

# columns by their names: labels and scores are those of maas-classify
jq -Rrn --argjson drop '["id","label"]' '[inputs / ","] | .[0] as $h | .[1:] as $r | {id: "42", inputs: [range($h | length) as $i | select($drop | index($h[$i]) | not) |
	{name: $h[$i], datatype: "FP64", shape: [$r | length], data: [$r[][$i] | tonumber]}]}' "$DATA/example/data.csv" >columns.json
I=/v2/models/sizes/infer
P=/v2/models/bare/infer
x() { printf '{"inputs":[{"name":"x","datatype":"%s","shape":%s,"data":%s}]}' "$@"; }
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

# the likeliest labels: "value:index:label"
jq -c '.outputs = [{name: "scores", parameters: {classification: 2}}]' columns.json | post $I @- >classes
jq -c '.outputs[] | [.name, .datatype, .shape, .data[:2]]' classes
jq -r '.outputs[0].data[]' classes | awk -F : 'NR % 2 { print $3 }' >got; jq -r '.outputs[0].data[]' answer | cmp - got && echo "classification: the same labels"
jq -c '.outputs = [{name: "scores", parameters: {classification: 50}}]' columns.json | post $I @- | jq -c '.outputs[].shape'

# tensors as bytes behind the JSON: what the lists say
le() { for v; do printf "\\$(printf %o $((v & 255)))\\$(printf %o $((v >> 8 & 255)))\\$(printf %o $((v >> 16 & 255)))\\$(printf %o $((v >> 24 & 255)))"; done; }
# bytes JSON FILE: the body of both, with the length of the JSON told
bytes() {
	printf %s "$2" >body; cat "$3" >>body; path=$1; head=${#2}; shift 3
	ask "http://localhost$path" -H "Inference-Header-Content-Length: $head" -H 'Content-Type: application/octet-stream' --data-binary @body "$@"
}
t() { printf '{"name":"%s","datatype":"%s","shape":%s,"parameters":{"binary_data_size":%s}}' "$@"; }
le 1 2 3 4 5 6 7 8 >i32
post $P "$(x INT32 '[2,4]' '[1,2,3,4,5,6,7,8]')" >lists
bytes $P "{\"inputs\":[$(t x INT32 '[2,4]' 32)]}" i32 | cmp - lists && echo "INT32: the same"
printf '\000\074\000\100\000\102\000\104' >f16; printf '\200\077\000\100\100\100\200\100' >bf16; printf '\1\2\3\4' >u8
printf '\0\0\200\77\0\0\0\100\0\0\100\100\0\0\200\100' >f32
post $P "$(x FP64 '[1,4]' '[1,2,3,4]')" >lists
for type in FP16:f16:8 BF16:bf16:8 UINT8:u8:4 INT8:u8:4 FP32:f32:16; do
	file=${type#*:}; bytes $P "{\"inputs\":[$(t x ${type%%:*} '[1,4]' ${file#*:})]}" ${file%:*} | cmp - lists && echo "${type%%:*}: the same"
done
{ le 20; printf 'My chain is broken. '; le 0; } >texts
post /v2/models/topics/infer '{"inputs":[{"name":"text","datatype":"BYTES","shape":[2],"data":["My chain is broken. ",""]}]}' >lists
bytes /v2/models/topics/infer "{\"inputs\":[$(t text BYTES '[2]' 28)]}" texts | cmp - lists && echo "BYTES: the same"
# and the answer as bytes: scores of eight bytes each, labels with their lengths
bytes /v2/models/topics/infer "{\"inputs\":[$(t text BYTES '[2]' 28)],\"parameters\":{\"binary_data_output\":true}}" texts -D heads >reply
n=$(tr -d '\r' <heads | sed -n 's/^Inference-Header-Content-Length: //p'); grep -i '^content-type' heads | tr -d '\r'
head -c "$n" reply | jq -c '.outputs[] | [.name, .datatype, .shape, .parameters, .data]'
tail -c +$((n + 1)) reply | head -c 20 | od -An -c
tail -c +$((n + 21)) reply | od -An -v -tf8 -w8 | awk '{ printf "%.7f\n", $1 }' >got; jq -r '.outputs[1].data[]' lists | awk '{ printf "%.7f\n", $1 }' | cmp - got && echo "scores: the same bytes"
bytes /v2/models/topics/infer "{\"inputs\":[$(t text BYTES '[2]' 28)],\"outputs\":[{\"name\":\"scores\",\"parameters\":{\"binary_data\":true,\"classification\":1}},{\"name\":\"label\"}]}" texts | tail -c 66 | tr '\0' '.'; echo

# refused, in the protocol's own words
wrong() { post "$@" -w '%{http_code}\n' | tr -d '\n'; echo; }
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
for parameters in '{"classification":0}' '{"classification":1e9}' '{"classification":"3"}' '{"other":1}' '[]' '{"binary_data":1}'; do
	jq -c --argjson p "$parameters" '.outputs = [{name: "scores", parameters: $p}]' columns.json | wrong $I @-
done
jq -c '.outputs = [{name: "label", parameters: {classification: 3}}]' columns.json | wrong $I @-
jq -c '.parameters = {binary_data_output: 1}' columns.json | wrong $I @-
jq -c '.parameters = 5' columns.json | wrong $I @-
jq -c '.id = 5' columns.json | wrong $I @-
wrong /v2/models/m/infer "$(x FP64 '[1,4]' '[1,2,3,4]')"
wrong /v2/models/none/infer '{}'
wrong /v2/models/sizes/versions/2/infer '{}'
bad() { bytes "$@" -w '%{http_code}\n' | tr -d '\n'; echo; }
bad $P "{\"inputs\":[$(t x INT32 '[2,4]' 31)]}" i32
bad $P "{\"inputs\":[$(t x INT32 '[2,4]' 33)]}" i32
bad $P "{\"inputs\":[$(t x INT32 '[1,4]' 16)]}" i32
bad $P "{\"inputs\":[$(t x INT32 '[1,4]' -1)]}" i32
bad $P "{\"inputs\":[$(t x INT32 '[1,4]' 9223372036854775807)]}" i32
bad $P "{\"inputs\":[$(t x INT32 '[2147483647]' 32)]}" i32
bad $P "{\"inputs\":[$(t x BYTES '[536870911,4]' 32)]}" i32
bad $P "{\"inputs\":[$(t x INT32 '[2,4]' 32),$(t x INT32 '[2,4]' 32)]}" i32
bad $P "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP64\",\"shape\":[1,4],\"data\":[1,2,3,4],\"parameters\":{\"binary_data_size\":32}}]}" i32
printf '\0\0\200\177' >inf; bad $I "{\"inputs\":[$(t length FP32 '[1]' 4)]}" inf
{ le 4; printf abc; } >short; bad /v2/models/topics/infer "{\"inputs\":[$(t text BYTES '[1]' 7)]}" short
{ le -1; printf abc; } >long; bad /v2/models/topics/infer "{\"inputs\":[$(t text BYTES '[1]' 7)]}" long
{ le 2; printf abc; } >behind; bad /v2/models/topics/infer "{\"inputs\":[$(t text BYTES '[1]' 7)]}" behind
{ le 1; printf '\377'; } >notext; bad /v2/models/topics/infer "{\"inputs\":[$(t text BYTES '[1]' 5)]}" notext
for n in -1 999999 x 99999999999999999999 0; do wrong $P '{}' -H "Inference-Header-Content-Length: $n" -H 'Content-Type: application/octet-stream'; done
wrong $I '{}' -H 'Content-Type: text/csv'
end
