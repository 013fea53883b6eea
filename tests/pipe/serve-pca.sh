# Components are served: as maas-pca prints them, of objects, tables and tensors; what has none is told so.
. "$TOP/tests/serve.sh"
data=$DATA/example/data.csv
maas-pca fit -q -n 2 --scale standard --drop id,label -o pca.maas "$data"
maas-pca fit -q -n 3 --impute mean --whiten --features length,width,height -o white.maas "$data"
maas-pca transform -m pca.maas "$data" >pc.tsv
serve -m pca.maas -m white.maas -j 2
ask http://localhost/v1/models/pca | jq -c '.kind, .card.task, .card.quality, [.inputs[].name]'
ask -H 'Content-Type: text/csv' -H 'Accept: text/tab-separated-values' --data-binary @"$data" http://localhost/v1/models/pca/predict >served.tsv
sed 1d pc.tsv | cmp - served.tsv && echo "the bytes of maas-pca transform"
head -n 3 "$data" | maas-pca transform -m white.maas --to jsonl | jq -c '[.pc1, .pc2, .pc3]' >told
post /v1/models/white/predict '{"rows":[{"length":25.1,"width":17.2,"height":11.5},{"height":19.1,"length":94.7,"width":48.9,"more":"x"}]}' | jq -c '.predictions[].components' | cmp - told && echo "objects"
head -n 1 told >one.told
post /v1/models/white/predict '{"row":{"length":25.1,"width":17.2,"height":11.5}}' | jq -c '.components' | cmp - one.told && echo "one object"
post /v1/models/white/predict '{"row":{"length":"NA","height":11.5}}' | jq -c '.components | length'
tensor() { echo "{\"name\":\"$1\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[$2]}"; }
post /v2/models/pca/infer "{\"inputs\":[$(tensor weight 0.58),$(tensor length 25.1),$(tensor width 17.2),$(tensor height 11.5)]}" |
	jq -c '.outputs[0] | .name, .shape, (.data | map(. * 1e6 | round))'
sed -n 2p pc.tsv | awk '{ printf "[%.0f,%.0f]\n", $1 * 1e6, $2 * 1e6 }'
echo "-- refused"
refused /v1/models/pca/predict '{"row":{"length":25.1,"width":17.2}}'
refused /v1/models/pca/predict '{"row":{"length":25.1,"width":"wide","height":1,"weight":2}}'
refused /v1/models/pca/predict '{"input":"a text"}'
post /v1/models/pca/predict '{"rows":[{"length":1,"width":2,"height":3,"weight":4},{"length":1}]}' | jq -c '.error | .code, .param'
post /v1/models/pca/explain '{"row":{"length":25.1,"width":17.2,"height":11.5,"weight":1}}' | jq -c '.error | .code, .message'
post /v1/completions '{"model":"pca","prompt":"x"}' | jq -c '.error | .code, .message'
end
