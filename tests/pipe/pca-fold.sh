# Components inside a model answer as components before it do; the model itself is about features.
sed -n '1p;2,45p' "$DATA/example/data.csv" >train.csv; sed -n '1p;46,$p' "$DATA/example/data.csv" >test.csv
maas-pca fit -q -n 2 --drop id,label -o pca.maas train.csv
maas-pca transform -m pca.maas --keep id,label train.csv >pc.tsv; maas-pca transform -m pca.maas --keep id,label test.csv >pct.tsv
same() { # two columns of numbers, near to each other
	paste "$1" "$2" | awk 'NR > 1 { n++; d = $1 - $3; if (d < 0) d = -d; if (d > 2e-5) bad++ } END { print n " rows, " bad + 0 " of them answered otherwise" }'
}
maas-train logistic -q --tol 1e-10 --label label --drop id -o before.maas pc.tsv
maas-train logistic --tol 1e-10 --label label --drop id --pca 2 -o inside.maas train.csv
maas-classify predict -m before.maas --proba pct.tsv >before; maas-classify predict -m inside.maas --proba test.csv >inside
same before inside
maas-model tensors inside.maas | grep -E '^(coef|intercept)' | cut -f 1-3
# Fewer texts than words: by products of rows; all components say what all features say
maas-train logistic -q --text 1 --label 2 --pca all --tol 1e-10 --C 1e3 -o words.maas "$DATA/example/train.tsv"
maas-classify evaluate -m words.maas "$DATA/example/train.tsv" --json | jq .accuracy
# A perceptron's first layer takes components apart; what it says of held-out rows is said by the folded weights
maas-train mlp -q --hidden 8 --epochs 30 --label label --drop id --pca 3 --val test.csv --log log.jsonl -o mlp.maas train.csv
maas-model tensors mlp.maas | grep layers | cut -f 1-3
seen=$(jq -s '[.[] | select(.val_loss)] | last | .val_loss' log.jsonl)
told=$(maas-classify evaluate --json -m mlp.maas test.csv | jq .log_loss)
echo "$seen $told" | awk '{ d = $1 - $2; print (d < 0 ? -d : d) < 1e-4 ? "the same loss" : "other losses: " $0 }'
maas-train logistic --label label --drop id --pca 9 -o no.maas train.csv
echo "exit $?"
maas-train logistic --label label --pca 0 -o no.maas train.csv
echo "exit $?"
# A number is learnt from components as from columns of them
maas-pca fit -q -n 1 --drop id,label,width -o pca.maas train.csv
maas-pca transform -m pca.maas --keep id,width train.csv >pc.tsv; maas-pca transform -m pca.maas --keep id,width test.csv >pct.tsv
for l2 in 0 5; do
	maas-train linear -q --l2 $l2 --label width --drop id -o before.maas pc.tsv
	maas-train linear -q --l2 $l2 --label width --drop id,label --pca 1 -o inside.maas train.csv
	maas-classify predict -m before.maas pct.tsv >before; maas-classify predict -m inside.maas test.csv >inside
	paste before inside | awk '{ n++; d = $1 - $2; if (d < 0) d = -d; if (d > 1e-4) bad++ } END { print n " rows, " bad + 0 " of them answered otherwise" }'
done
maas-model tensors inside.maas | grep -E '^(coef|intercept)' | cut -f 1-3
