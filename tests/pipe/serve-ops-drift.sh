# What models are asked beside what they learnt from: /metrics says what maas-classify says of the same rows.
. "$TOP/tests/serve.sh"
ex=$DATA/example
maas-train logistic -q -o topics.maas "$ex/train.tsv"
awk 'BEGIN { OFS = ","; print "size,kind,grade"; for (i = 0; i < 400; i++) print (i * 7 % 100) / 10 + (i % 2), substr("abc", i % 3 + 1, 1), i % 2 ? "good" : "bad" }' >t.csv
maas-train logistic -q -o t.maas t.csv
grep -v repair "$ex/train.tsv" | cut -f 1 >narrow
sed 's/[a-z]\{4,\}/x&x/g; s/\t.*//' "$ex/test.tsv" >strange
awk -F, 'NR > 1 { $1 += 3 } 1' OFS=, t.csv >large.csv
seq 999 | awk -F, 'NR == FNR { if (FNR > 1) row[n++] = $0; else print; next } { for (i = 0; i < 16; i++) print row[(16 * FNR + i) % n] }' t.csv - >many.csv
serve -j 2 -m like=topics.maas -m narrow=topics.maas -m strange=topics.maas -m large=t.maas -m many=t.maas -m idle=t.maas
said() { metric "$1" | awk '{ printf "%.4f\n", $1 }'; }
drift() { metric "maas_model_drift_rows{model=\"$1\",version=\"1\"}"; said "maas_model_drift_index{model=\"$1\",version=\"1\",of=\"all\"}"; said "maas_model_drift_chance_index{model=\"$1\",version=\"1\"}"; }
# the same of maas-classify: rows, the index, what chance gives
want() { maas-classify predict -m "$1" --drift "$2" 2>&1 >/dev/null | sed -n 's/.*drift: \([0-9]*\) rows, .* index \([0-9.]*\) (by chance \([0-9.]*\)).*/\1 \2 \3/p' | tr ' ' '\n'; }
same() { want "$2" "$3" >want; measured() { drift "$1" >found; cmp -s want found; }; await measured "$1" && echo "$1: as maas-classify says"; }
above() { said "maas_model_drift_index{model=\"$1\",version=\"1\",of=\"all\"}" | awk -v n="$1" '{ print n, ($1 > 0.2 ? "moved" : "did not move") }'; }
texts() { jq -Rcn '{text: [inputs]}' <"$2" | post "/v1/models/$1/predict" @- -o answers; }
cut -f 1 "$ex/train.tsv" >like
texts like like
texts narrow narrow
# one by one, explained too
head -n 30 strange | while read -r line; do jq -cn --arg t "$line" '{text: $t}' | post /v1/models/strange/predict @- -o answer; done
tail -n +31 strange | jq -Rcn '{text: [inputs]}' | post /v1/models/strange/explain @- -o answer
ask -H 'Content-Type: text/csv; header=present' --data-binary @large.csv http://localhost/v1/models/large/predict -o answers
same like topics.maas like; above like
same narrow topics.maas narrow; above narrow
same strange topics.maas strange; above strange
same large t.maas large.csv; above large
maas-classify predict -m topics.maas --drift strange 2>&1 >/dev/null | grep -o 'vocabulary [0-9.]*' | sed 's/.* //' >want
said 'maas_model_unknown_terms_ratio{model="strange",version="1"}' | cmp - want && echo "terms that are no feature"
metric 'maas_model_drift_index{model="narrow",version="1",of="columns"}' | wc -l
metric 'maas_model_drift_rows{model="idle",version="1"}'
# answers by label, and how sure they are
maas-classify predict -m topics.maas like >answered
cut -f 1 answered | sort | uniq -c | awk '{ print $2, $1 }' >want
for l in $(cut -d ' ' -f 1 want); do echo "$l $(metric "maas_predictions_total{model=\"like\",version=\"1\",label=\"$l\"}")"; done | cmp - want && echo "answers by label"
awk '{ s += $2 } END { printf "%.4f\n", s / NR }' answered >want
said 'maas_model_mean_score_ratio{model="like",version="1"}' | cmp - want && echo "how sure they are"
# of a large table each sixteenth row
wc -c <many.csv | awk '{ print ($1 > 65536) }'
ask -H 'Content-Type: text/csv; header=present' --data-binary @many.csv http://localhost/v1/models/many/predict -o answers
await metric_is 'maas_model_drift_rows{model="many",version="1"}' 999 && above many
metric 'maas_predictions_total{model="many",version="1",label="good"}'
# nothing of a text is there
ask http://localhost/metrics >metrics
grep -c -F xMyx metrics
end
# the window rolls on
serve -m like=topics.maas --drift-window 2s
texts like like
await metric_is 'maas_model_drift_rows{model="like",version="1"}' 180 && await metric_is 'maas_model_drift_rows{model="like",version="1"}' 0 && echo "forgotten"
metric 'maas_predictions_total{model="like",version="1",label="repair"}'
end
