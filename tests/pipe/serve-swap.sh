# Versions swapped while requests run: none fails, each is answered by one version whole, and the old ones go.
. "$TOP/tests/serve.sh"
exec 2>&1
export MAAS_REGISTRY=reg
printf 'text,label\nall is good,x\nvery good,x\nthis is bad,y\nvery bad,y\n' >d.csv
maas-train logistic -q --header yes -o a.maas --register topics:stable d.csv
maas-train logistic -q --header yes --C 99 -o b.maas --register topics d.csv
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-model register -q --label stable m.maas words; maas-model register -q m.maas words
serve --registry reg
predict() { post /v1/models/topics/predict '{"text":["good","bad","all very good"]}' | jq -c '[.version, (.predictions // [] | map(.score))]'; }
stream() { post /v1/completions '{"model":"words","prompt":"To be","max_tokens":40,"temperature":0,"ignore_eos":true,"stream":true}' -w '%{http_code}\n' | sed 's/.*"text":"\([^"]*\)".*/\1/; s/^data: \[DONE\]/DONE/'; }
stream | tr -d '\n' >want; grep -c 'DONE200$' want
for i in 1 2 3; do (while [ ! -e stop ]; do predict; done >said.$i) & pids="${pids-} $!"; done
(while [ ! -e stop ]; do stream | tr -d '\n'; echo; done >streams) & pids="$pids $!"
for i in 1 2 3 4 5 6 7 8 9 10; do
	maas-model label topics $((i % 2 + 1)) stable; maas-model label words $((i % 2 + 1)) stable; kill -HUP "$server"; sleep 0.1
done
: >stop
# shellcheck disable=SC2086
wait $pids
echo "answers: $(cat said.? | sort -u | wc -l), of versions: $(cat said.? | cut -c 3 | sort -u | tr '\n' ' ')"
[ "$(sort -u streams)" = "$(cat want)" ] && echo "every stream is whole"
maas-model label topics 2 stable; maas-model label words 2 stable; maas-model remove topics 1; maas-model remove words 1; kill -HUP "$server"
await metric_is 'maas_model_resident_bytes{model="topics"}' "$(wc -c <b.maas)" && await metric_is 'maas_model_resident_bytes{model="words"}' "$(wc -c <m.maas)" && echo "the old are gone"
end
