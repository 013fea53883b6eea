# The description at /openapi.json is true: its routes are those of the server, answers are as it says.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
cut -d , -f 2-5 "$DATA/example/data.csv" >numbers.csv; maas-pca fit -q -n 2 -o pca.maas numbers.csv
serve -m m.maas -m topics.maas -m pca.maas -j 2
ask http://localhost/openapi.json >api.json
jq -r '[.openapi, .info.title] | join(" ")' api.json

# the same routes as in the table
sed -n 's/^ROUTE(\([^,]*\), "\([A-Z]*\)", "\([^"]*\)".* \([01]\))$/\2 \3 \4/p' "$TOP/include/maas/routes.def" | sort >table
jq -r '.paths | to_entries[] | .key as $p | .value | to_entries[] | "\(.key | ascii_upcase) \($p) \(if .value.security == [] then 1 else 0 end)"' api.json | sort >told
[ -s table ] && cmp table told && echo "routes: the same"
# each is there: not 404 nor 405 for a model there is; without a key open as it says; other methods are refused
while read -r method path open; do
	real=$(echo "$path" | sed 's/{model}/topics/; s/{version}/1/; s/{label}/stable/')
	code=$(curl -sS --unix-socket s -o /dev/null -w '%{http_code}' -X "$method" "http://localhost$real")
	case $open$code in # a body is missing: 400
		 0401|1200|1400) ;; *) echo "$method $path: $code without a key" ;; esac
	code=$(ask -o reply -w '%{http_code}' -X DELETE "http://localhost$real")
	[ "$code" = 405 ] || grep -q "^DELETE $path " told || echo "DELETE $real: $code"
done <told
# names are given once, and all that is pointed at is there
jq -r '[.paths[][].operationId] | length == (unique | length)' api.json
jq -r '[.. | objects | ."$ref"? // empty | sub(".*/"; "")] - (.components.schemas | keys) | length' api.json
jq -r '[.paths | to_entries[] | .key as $p | .value[] | ([.parameters[]?.name] == [$p | scan("\\{([a-z]+)\\}")[]])] | all' api.json

# a reply against what is told of it: nothing is missing, nothing more, all of its types
cat >check.jq <<'JQ'
def kind: if type == "number" and . == floor then "integer" else {string: "string", number: "number", boolean: "boolean", array: "array", object: "object", null: "null"}[type] end;
def wrong($s; $where): . as $v
	| (if $s["$ref"] then $api[0].components.schemas[$s["$ref"] | sub(".*/"; "")] else $s end) as $s
	| ([$s.type] | flatten) as $types
	| if $s.type and ([kind, type] | any(. as $k | $types | index($k))) == false then "\($where): \(kind)"
	  elif type == "object" and $s.properties then
		((($s.required // []) - keys)[] | "\($where): no \(.)"),
		(keys[] as $k | if $s.properties[$k] then $v[$k] | wrong($s.properties[$k]; "\($where).\($k)") else "\($where).\($k): not told of" end)
	  elif type == "array" and $s.items then (.[] | wrong($s.items; "\($where)[]"))
	  else empty end;
JQ
# check METHOD PATH CODE: standard input is the reply
check() {
	jq -r --slurpfile api api.json --arg m "$1" --arg p "$2" --arg c "$3" "$(cat check.jq)"'
		wrong($api[0].paths[$p][$m].responses[$c].content["application/json"].schema; $m + " " + $p)' | sort -u
}
got() { ask "http://localhost$2" | check get "$1" 200; }
sent() { post "$2" "$3" | check post "$1" "${4-200}"; }
got /healthz /healthz; got /readyz /readyz; got /openapi.json /openapi.json
got /v1/models /v1/models; for m in m topics pca; do got '/v1/models/{model}' /v1/models/$m; got '/v2/models/{model}' /v2/models/$m; done
got /v1/usage /v1/usage; got /v1/terms /v1/terms; got /v2 /v2; got /v2/health/live /v2/health/live; got /v2/health/ready /v2/health/ready; got '/v2/models/{model}/ready' /v2/models/m/ready
for body in '{"text":"My chain"}' '{"text":["a","b"],"top_k":2}'; do
	sent '/v1/models/{model}/predict' /v1/models/topics/predict "$body"
	sent '/v1/models/{model}/explain' /v1/models/topics/explain "$body"
done
sent '/v1/models/{model}/explain' /v1/models/topics/explain '{"text":"My chain","method":"occlusion","top":1}'
sent '/v1/models/{model}/predict' /v1/models/pca/predict '{"rows":[{"length":1,"width":2,"height":3,"weight":4}]}'
sent /v1/completions /v1/completions '{"model":"m","prompt":"x","max_tokens":3,"logprobs":2}'
sent /v1/register /v1/register "{\"invite\":\"$(maas-serve invite --state state)\",\"name\":\"n\"}"
sent /tokenize /tokenize '{"content":"ab"}'; sent /tokenize /tokenize '{"content":"ab","with_pieces":true}'
sent /detokenize /detokenize '{"tokens":[1]}'
sent '/v2/models/{model}/infer' /v2/models/topics/infer '{"id":"1","inputs":[{"name":"text","datatype":"BYTES","shape":[1],"data":["a"]}]}'
sent '/v1/models/{model}/predict' /v1/models/none/predict '{}' default
sent /v1/embeddings /v1/embeddings '{"model":"m","input":"a"}'; sent /v1/embeddings /v1/embeddings '{"model":"m","input":[[65,66],[67]],"encoding_format":"base64"}'
sent /v1/embeddings /v1/embeddings '{"model":"topics","input":"a"}' default
sent '/v2/models/{model}/infer' /v2/models/none/infer '{}' default
KEY=$(maas-serve key add boss --scope admin --state state) sent /v1/admin/reload /v1/admin/reload ''
echo "replies: looked at"
# the check sees what is wrong
echo '{"tokens":5,"more":1}' | check post /tokenize 200

# every member that it tells of a request is known
jq -r '.paths | to_entries[] | .key as $p | .value.post.requestBody // empty | .content["application/json"].schema["$ref"] | sub(".*/"; "") | "\($p) \(.)"' api.json |
while read -r path schema; do
	real=$(echo "$path" | sed 's/{model}/topics/; s/{version}/1/')
	for member in $(jq -r --arg s "$schema" '.components.schemas[$s].properties | keys[]' api.json); do
		post "$real" "{\"model\":\"m\",\"prompt\":\"x\",\"$member\":null}" | jq -r --arg m "$member" 'select(.error.param? == $m and .error.code == "unknown_parameter") | "\($m) is not known"'
	done
done
end
