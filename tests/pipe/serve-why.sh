# Why a row got its answer: what maas-classify explain says by each method that a model has, number for number.
. "$TOP/tests/serve.sh"
cp "$DATA/example/train.tsv" "$DATA/example/test.tsv" "$DATA/example/names.conll" "$DATA/example/names-test.conll" .
maas-train logistic -q --tfidf -o linear.maas train.tsv
maas-train mlp -q --tfidf --hidden 8 --epochs 4 -o mlp.maas train.tsv
maas-train cnn -q --embed 8 --conv 6x3,6x2 --epochs 2 -o cnn.maas train.tsv
maas-train gru -q --embed 8 --hidden 8 --pool attention --epochs 2 -o gru.maas train.tsv
maas-train lstm -q --task tag --bidirectional --hidden 16 --lr 0.01 -o parts.maas names.conll
maas-train encoder -q --task tag --embed 16 --heads 2 --layers 1 --lr 0.01 -o encoder.maas names.conll
serve -m linear.maas -m mlp.maas -m cnn.maas -m gru.maas -m parts.maas -m encoder.maas -j 2

echo '# labels'
cut -f 1 test.tsv | head -n 6 >texts
why='[.label, .logit, .intercept // .rest, [.contributions[] | [.value, .contribution]]]'
for one in linear:contribution linear:occlusion mlp:gradient mlp:occlusion cnn:gradient cnn:occlusion gru:gradient gru:occlusion gru:attention; do
	m=${one%:*} how=${one#*:}
	maas-classify explain -m "$m.maas" --method "$how" --jsonl texts | jq -c "$why" >cli
	jq -Rs --arg how "$how" '{text: (. / "\n")[:-1], method: $how}' texts | post /v1/models/$m/explain @- >got
	jq -c ".predictions[] | $why" got | cmp - cli && echo "$m: $(jq -r '[.predictions[].method] | unique[]' got), $(wc -l <cli) the same"
done
post /v1/models/cnn/explain '{"text":"the price of the ship"}' | jq -r .method
post /v1/models/mlp/explain '{"text":"the price of the ship","method":"auto"}' | jq -r .method
echo '# a row that is an object'
post /v1/models/mlp/explain '{"row":{"text":"the price of the ship"},"method":"occlusion"}' | jq -c '[.method, (.contributions | length > 2)]'

echo '# tags: each word that has one'
awk -F '\t' 'NF { printf "%s%s", n++ ? " " : "", $1; next } { print ""; n = 0 }' names-test.conll | head -n 8 >texts
for one in parts:occlusion parts:gradient encoder:occlusion encoder:gradient encoder:attention; do
	m=${one%:*} how=${one#*:}
	maas-classify explain -m "$m.maas" --method "$how" --format text --jsonl texts |
		jq -c '[.word, .token, .label, .logit, .rest, [.contributions[] | [.feature, .value, .contribution]]]' >cli
	jq -Rs --arg how "$how" '{text: (. / "\n")[:-1], method: $how}' texts | post /v1/models/$m/explain @- >got
	jq -c '.predictions[].explanations[] | [.word, .token, .label, .logit, .rest, [.contributions[] | [.piece, .value, .contribution]]]' got | cmp - cli &&
		[ -s cli ] && echo "$m: $(jq -r '[.predictions[].explanations[].method] | unique[]' got): the same"
done
jq -Rs '{text: (. / "\n")[:-1]}' texts | post /v1/models/parts/explain @- | jq -cS '.predictions[].explanations' >some
jq -Rsc '{rows: [(. / "\n")[:-1][] | {text: .}]}' texts | post /v1/models/parts/explain @- | jq -cS '.predictions[].explanations' | cmp - some && echo 'rows: the same'
head -n 12 names-test.conll >few.conll
ask -H 'Content-Type: text/plain' --data-binary @few.conll http://localhost/v1/models/parts/explain | jq -cS '.predictions[].explanations' | head -n 1 | cmp - "$(head -n 1 some >first; echo first)" && echo 'sentences: the same'
post /v1/models/parts/explain '{"text":"Größe, Dear Ada Brook rode to Old Marsh .","top":1}' >one
jq -c 'keys' one; jq -c '.explanations[] | [.word, .token, (.contributions | length)]' one
jq -r '.explanations[].contributions[] | [.start, .end, .piece] | @tsv' one | while read -r from to word; do
	[ "$(printf 'Größe, Dear Ada Brook rode to Old Marsh .' | jq -Rr --argjson a "$from" --argjson b "$to" '.[$a:$b]')" = "$word" ] || echo "$from-$to is not $word"; done
ask http://localhost/openapi.json | jq -c '.components.schemas.Explanation.properties | keys' >told
jq -c '.explanations[0] | keys' one | cmp - told && echo 'as the description has it'
post /v1/models/parts/explain '{"text":["","  ",". . ."]}' | jq -c '[.predictions[].explanations]'
yes Brook | head -n 256 | tr '\n' ' ' | jq -Rs '{text: ., method: "gradient", top: 1}' | post /v1/models/parts/explain @- | jq '.tags | length'

echo '# what there is not'
said() { post "$@" | jq -c '[.error.code, .error.param, .error.message]'; }
yes Brook | head -n 257 | tr '\n' ' ' | jq -Rs '{text: .}' | said /v1/models/parts/explain @-
said /v1/models/mlp/explain '{"text":"a","method":"magic"}'
said /v1/models/mlp/explain '{"text":"a","method":5}'
said /v1/models/mlp/explain '{"text":"a","method":"contribution"}'
said /v1/models/mlp/explain '{"text":"a","method":"attention"}'
said /v1/models/cnn/explain '{"text":"a","method":"attention"}'
said /v1/models/parts/explain '{"text":"a","method":"attention"}'
said /v1/models/mlp/predict '{"text":"a","method":"gradient"}'
jq -cn '{text: "a", method: ("x" * 100000)}' | said /v1/models/mlp/explain @-
end
