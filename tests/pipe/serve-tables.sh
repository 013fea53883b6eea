# Tables as bodies: answered as maas-classify and maas-pca answer them, byte for byte; what is wrong with a row stands in its place.
. "$TOP/tests/serve.sh"
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
maas-train logistic -q --id id --label label -o sizes.maas "$DATA/example/data.csv"
maas-pca fit -q -n 2 --features length,width,height,weight -o pca.maas "$DATA/example/data.csv"
# arrays of numbers, by their first bytes
one='\0\0\0\0\0\0\360\77' two='\0\0\0\0\0\0\0\100' three='\0\0\0\0\0\0\10\100'
# shellcheck disable=SC2059 # bytes
printf "\223NUMPY\1\0\166\0%-117s\n$one$two$two$one$three$one" "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }" >npy
maas-pca fit -q -n 1 -o array.maas npy
serve -m topics.maas -m sizes.maas -m pca.maas -m array.maas -j 2
T=/v1/models/topics/predict S=/v1/models/sizes/predict C=/v1/models/pca/predict
# table PATH TYPE ACCEPT [CURL ARGUMENTS]: standard input as the body
table() { t=$1 type=$2 accept=$3; shift 3; ask --data-binary @- -H "Content-Type: $type" -H "Accept: $accept" "$@" "http://localhost$t"; }
TSV=text/tab-separated-values CSV=text/csv LINES=application/x-ndjson

# CSV with a header, TSV without, by type and by nothing at all
maas-classify predict -q -m sizes.maas "$DATA/example/data.csv" >cli
table $S $CSV $TSV <"$DATA/example/data.csv" | cmp - cli && echo "csv: the same"
ask --data-binary "@$DATA/example/data.csv" -H "Accept: $TSV" http://localhost$S | cmp - cli && echo "as curl sends it: the same"
table $S $CSV $CSV <"$DATA/example/data.csv" | tr , '\t' | cmp - cli && echo "csv to csv: the same"
table $S $CSV '*/*' <"$DATA/example/data.csv" | jq -r '.predictions[] | .label' | cmp - "$(cut -f 1 cli >labels; echo labels)" && echo "in JSON: the same"
cut -f 1 "$DATA/example/test.tsv" >texts
maas-classify predict -q -m topics.maas texts >cli
table $T text/plain $TSV <texts | cmp - cli && echo "texts: the same"
# thousands of rows, over many blocks
for _ in 1 2 3 4 5 6 7 8 9 10; do cat texts texts texts texts texts; done >many
for _ in 1 2 3 4 5 6 7 8 9 10; do cat many; done >lots
maas-classify predict -q -m topics.maas lots >cli
table $T $TSV $TSV <lots | cmp - cli && echo "$(($(wc -l <lots) > 2048)): many blocks, the same"
# rows without an answer between others
awk -F , -v OFS=, 'NR % 5 == 3 { $2 = "long" } NR % 11 == 9 { $0 = "" } 1' "$DATA/example/data.csv" >holes
maas-classify predict -q -m sizes.maas holes >cli 2>said
table $S $CSV $TSV <holes | cmp - cli && echo "$(grep -c '^$' cli) holes: the same"
# a line of JSON for one of JSON
printf '{"length":1,"width":2,"height":3,"weight":4}\n{"length":"long"}\n\n{"length":5,"width":2,"height":3,"weight":4}\n' >rows
table $S $LINES '*/*' <rows | jq -c '[.label, .error.code, .error.message]'
table $S $LINES application/json <rows | jq -c '[.predictions[] | .label, .error.code]'
table $S $LINES $TSV <rows | cut -f 1
# reasons
table /v1/models/topics/explain text/plain '*/*' <texts | jq -c '[.predictions[0] | .label, (.contributions | length > 0)]'
# an array
maas-pca transform -q -m array.maas npy | cmp - "$(table /v1/models/array/predict application/octet-stream $TSV <npy >got; echo got)" && echo "array: the same"
# components, of tables, of rows, of a row
maas-pca transform -q -m pca.maas "$DATA/example/data.csv" | tail -n +2 >cli
table $C $CSV $TSV <"$DATA/example/data.csv" | cmp - cli && echo "components: the same"
post $C '{"rows":[{"length":1,"width":2,"height":3,"weight":4},{"length":5,"width":2,"height":3,"weight":4}]}' | jq -c '.predictions | map(.components | length)'
post $C '{"row":{"length":1,"width":2,"height":3,"weight":4}}' | jq -c '.components | length'
post $C '{"rows":[]}' | jq -c .predictions

# refused
refused $C '{"rows":[{"length":1,"width":2,"height":3,"weight":4},{"length":"long"}]}'
refused $C '{"text":"a"}'
refused /v1/models/pca/explain '{"row":{"length":1}}'
for type in $CSV $LINES application/octet-stream text/html application/xml; do
	for body in '' 'x' '{' '1,2' "$(printf '\223NUMPY')" "$(printf '\037\213\010')"; do
		printf '%s' "$body" | table $S $type '*/*' -w ' %{http_code}\n' -o answer
		jq -r '.predictions // .error.code // .label | tostring' answer | cut -c 1-60
	done
done
printf 'length,width\n1,2\n' | table $S $CSV '*/*' | jq -r .error.message
printf '1,2,3,4\n' | table $S 'text/csv; header=absent' '*/*' | jq -c '[.predictions[].error.code, .error.code]'
table $S $CSV '*/*' -H 'Content-Encoding: br' </dev/null | jq -r .error.code
head -c 70000000 /dev/zero | table $S $CSV '*/*' | jq -r .error.code
head -c 9000000 /dev/zero | table $S application/json '*/*' | jq -r .error.code
yes 1 | head -n 1000001 | table $S 'text/csv; header=absent' $TSV | jq -r .error.code
head -c 3000000 /dev/zero | table $S application/octet-stream '*/*' | jq -c '[.error.code, (.predictions | length)]'
ask -o /dev/null -w '%{http_code}\n' http://localhost/healthz
end
