# A network with a head of rows is served as any classifier: the answers of maas-classify, alone and in company; why; no completions.
. "$TOP/tests/serve.sh"
maas-train gpt -q --task class --layers 1 --heads 2 --embed 32 --context 64 --epochs 4 --lr 0.003 -o m.maas "$DATA/example/train.tsv"
maas-model quantize -q -t q8 m.maas q.maas
maas-train lstm -q --embed 16 --hidden 16 --epochs 3 --lr 0.01 --pool max --bidirectional -o l.maas "$DATA/example/train.tsv"
serve -m m.maas -m q=q.maas -m l.maas -j 2
cut -f 1 "$DATA/example/test.tsv" >texts
jq -Rs '{text: (. / "\n")[:-1]}' texts >list.json
for m in m q; do
	maas-classify predict -q -m $m.maas --jsonl texts | jq -cS '[.label, .probability, .scores]' >cli
	post /v1/models/$m/predict @list.json | jq -cS '.predictions[] | [.label, .score, (.scores | map({(.label): .score}) | add)]' | cmp - cli && echo "$m: the same"
done
for m in m l; do
	maas-classify explain -q -m $m.maas --jsonl texts | head -n 1 | jq -cS '[.parts[] | .[2]]' >cli
	jq -Rs '{text: (. / "\n")[0]}' texts | post /v1/models/$m/explain @- | jq -cS '[.contributions[] | select(.start) | [.start, .contribution]] | sort | map(.[1])' | cmp - cli && echo "why, $m: the same"
done
ask http://localhost/v1/models/m | jq -c '[.kind, .card.task, .card.classes]'
refused /v1/completions '{"model":"m","prompt":"x","max_tokens":1}'
end
