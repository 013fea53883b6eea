# A network that is too sure of itself, and its temperature: the same answers, probabilities that mean what they say.
prepared="--drop price --impute mean --scale standard"
{ head -n 1 "$DATA/folds.csv"; sed -n '2,50p' "$DATA/folds.csv"; } >train.csv
{ head -n 1 "$DATA/folds.csv"; sed -n '51,84p' "$DATA/folds.csv"; } >test.csv
train() { maas-train mlp -q $prepared --epochs 200 --lr 0.01 "$@" train.csv; }
train --val test.csv --json -o plain.maas | jq -c '.temperature'
train --val test.csv --json --calibrate -o warm.maas | jq -c '.temperature > 2'
for m in plain warm; do
	maas-classify predict -m $m.maas test.csv | cut -f 1 >$m.labels
	maas-classify evaluate -m $m.maas --json test.csv >$m.json
	maas-model verify $m.maas
done
cmp plain.labels warm.labels && echo the same answers
jq -nc --slurpfile a plain.json --slurpfile b warm.json '[$a[0].ece > $b[0].ece, $a[0].log_loss > $b[0].log_loss, $a[0].accuracy == $b[0].accuracy]'
echo "a temperature as scipy finds it (scripts/make-golden-folds temperature), of three labels and of two"
sed 's/fair/cheap/' train.csv >two.csv; sed 's/fair/cheap/' test.csv >two-test.csv
for d in "train test" "two two-test"; do
	maas-train logistic -q $prepared --C 100 --tol 1e-9 --val "${d#* }.csv" --calibrate --json -o two.maas "${d% *}.csv" |
		jq -r '"\(.temperature * 1e4 | round / 1e4) \(.val_loss * 1e6 | round / 1e6)"'
done
exec 2>&1
maas-train logistic --calibrate -o m.maas train.csv 2>&1 | head -n 1
maas-train linear --label price --drop label --impute mean --val test.csv --calibrate -o m.maas train.csv 2>&1 | head -n 1
printf 'x,label\n1,a\n2,a\n3,b\n4,b\n' >easy.csv
maas-train logistic --val easy.csv --calibrate -o m.maas easy.csv 2>&1 | head -n 1
