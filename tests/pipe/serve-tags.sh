# A model that tags words: sentences in, their words with their tags out, as maas-classify tags them.
. "$TOP/tests/serve.sh"
cp "$DATA/example/names.conll" "$DATA/example/names-test.conll" .
maas-train gpt -q --task tag --layers 1 --heads 2 --embed 32 --context 64 --lr 0.01 --epochs 12 -o names.maas names.conll
maas-train lstm -q --task tag --bidirectional --hidden 16 --lr 0.01 -o parts.maas names.conll
serve -m names.maas -m parts.maas -j 2
P=/v1/models/names/predict
answer='[.tokens, .tags, .probabilities]'

maas-classify predict -q -m names.maas --jsonl names-test.conll | jq -c "$answer" >cli
awk -F '\t' 'NF { printf "%s%s", n++ ? " " : "", $1; next } { print ""; n = 0 }' names-test.conll >texts
jq -Rs '{text: (. / "\n")[:-1]}' texts | post $P @- | jq -c ".predictions[] | $answer" | cmp - cli && echo "texts: the same"
jq -Rsc '{rows: [(. / "\n")[:-1][] | {text: .}]}' texts | post $P @- | jq -c ".predictions[] | $answer" | cmp - cli && echo "rows: the same"
ask -H 'Content-Type: text/plain' --data-binary @names-test.conll http://localhost$P | jq -c ".predictions[] | $answer" | cmp - cli && echo "sentences: the same"
jq -Rc '{text: .}' texts | ask -H 'Content-Type: application/x-ndjson' --data-binary @- http://localhost$P | jq -c "$answer" | cmp - cli && echo "lines: the same"
ask -H 'Content-Type: text/plain' -H 'Accept: text/csv' --data-binary @names-test.conll http://localhost$P | jq -c ".predictions[] | $answer" | cmp - cli && echo "no table: JSON"

maas-classify predict -q -m parts.maas --jsonl names-test.conll | jq -c "$answer" >cli
jq -Rs '{text: (. / "\n")[:-1]}' texts | post /v1/models/parts/predict @- | jq -c ".predictions[] | $answer" | cmp - cli && echo "words with their parts: the same"
post $P '{"text":"Dear Ada Brook rode to Old Marsh ."}' | jq -c 'del(.request_id, .probabilities)'
post $P '{"text":["","  "," Mr  Ada\tHill "]}' | jq -c '.predictions[] | del(.probabilities)'
post $P '{"rows":[]}' | jq -c .predictions
yes old | head -n 100000 | tr '\n' ' ' | jq -Rs '{text: .}' | post $P @- | jq '.tags | length'
printf 'a O\n\nb O\nc\n' | ask -H 'Content-Type: text/plain' --data-binary @- http://localhost$P | jq -c '.predictions[] | [.tags, .error.code, .error.message]'
refused $P '{"text":5}'
refused $P '{"row":{"words":"a"}}'
refused /v1/models/names/explain '{"text":5}'
post /v2/models/names/infer '{"inputs":[]}' | jq -c .error
ask http://localhost/v2/models/names | jq -c .outputs
ask http://localhost/v1/models/names | jq -c '[.card.task, .card.classes, .inputs]'
ask http://localhost/openapi.json | jq -c '.components.schemas.Answer.properties | [.tokens, .tags, .probabilities]'
ask http://localhost/metrics | grep '^maas_predictions_total' | sed 's/ .*//' | sort
end
