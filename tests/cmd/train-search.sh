# A search: every choice measured on the same rows, the best learnt again; what is written is what its settings give.
data=folds.csv; cp "$DATA/$data" .
logistic() { maas-train logistic --drop price "$@" "$data"; }
said() { sed 's/^maas-train: //; s/ 0\.[0-9]*/ X/g; /train_loss/d'; }
echo "a grid"
logistic --search grid --try C=0.01,1,100 --try impute=mean,median --scale standard --cv 5 --json --log log.jsonl -o grid.maas 2>lines |
	jq -c '.best_trial, (.trials | length), (.trials[2] | .settings, .cv_accuracy, (.cv_accuracy_std * 1e6 | round / 1e6)), .cv_accuracy == (.trials | map(.cv_accuracy) | max)'
said <lines
grep -c settings log.jsonl
logistic -q --C 1 --impute mean --scale standard --cv 5 -o same.maas; cmp grid.maas same.maas && echo the model that these settings give
logistic -q -j 3 --search grid --try C=0.01,1,100 --try impute=mean,median --scale standard --cv 5 --json -o j.maas | jq -c .best_trial
cat >grid.yaml <<'END'
kind: logistic
try: ["C=0.01,1,100", "impute=mean,median"]
scale: standard
drop: price
cv: 5
output: yaml.maas
END
maas-train -q -c grid.yaml "$data"; cmp grid.maas yaml.maas && echo from YAML
echo "at random, on rows held out"
logistic --impute mean --search random --trials 4 --try C=0.001,0.01,0.1,1,10,100 --try scale=none,standard --val-split 0.3 -o random.maas 2>&1 | said >one
logistic --impute mean --search random --trials 4 --try C=0.001,0.01,0.1,1,10,100 --try scale=none,standard --val-split 0.3 -o random.maas 2>&1 | said | cmp - one && grep -c '^trial' one
logistic --impute mean --search random --trials 4 --try C=0.001,0.01,0.1,1,10,100 --try scale=none,standard --val-split 0.3 -s 5 -o random.maas 2>&1 | said | cmp -s - one || echo another seed, other trials
echo "halving, by rows and by epochs"
logistic --impute mean --search halving --try C=0.001,0.01,0.1,1,10,100,1000,1e4,1e5 --cv 3 --json -o half.maas 2>lines | jq -c '[.trials[].round]'
said <lines | sed 's/: accuracy.*//' | sort | uniq -c | sed 's/^ *//' | grep 'round\|folds' | cut -d ' ' -f 1-8 | sed 's/, .*//' | sort | uniq -c | sed 's/^ *//'
maas-train mlp -q --drop price --impute mean --scale standard --hidden 8 --search halving --resource epochs --epochs 27 --try lr=1e-4,1e-3,1e-2 --val-split 0.3 --json -o ep.maas "$data" | jq -c '.epochs, ([.trials[].round] | sort)'
echo "kinds"
maas-train search --try kind=logistic,mlp,linear --try C=0.1,1 --try 'hidden=4,"8,8"' --drop price --impute mean --scale standard --epochs 10 --val-split 0.3 -o kinds.maas "$data" 2>&1 | said
maas-train search --try kind=linear,mlp --task regress --label price --drop label --impute mean --scale standard --cv 3 --json -q -o numbers.maas "$data" | jq -c '.kind, (.trials | length), .cv_r2 > 0.3'
echo "a configuration to begin with"
maas-train -c "$TOP/data/compare-kinds.yaml" --drop id --json -q -o best.maas "$DATA/example/data.csv" | jq -c '[.trials | length, (map(.refused) | any)], .best_trial'
jq -c 'select(.settings) | .settings' trials.jsonl
echo "planned"
logistic --impute mean --try C=1,2 --cv 3 --dry-run | grep '^#'
exec 2>&1
echo "what cannot be"
bad() { logistic "$@" -o none.maas 2>&1 | grep -v '^usage'; }
bad --search grid --cv 3
bad --try C=1,2
bad --try C=1,zwei --cv 3
bad --try C= --cv 3
bad --try C --cv 3
bad --try C=1 --try C=2 --cv 3
bad --try output=a,b --cv 3
bad --try hiden=1,2 --cv 3
bad --try kind=mlp --cv 3
bad --try impute=mean,drop --cv 3
bad --search random --try C=1,2 --cv 3
bad --search grid --trials 2 --try C=1,2 --cv 3
bad --resource epochs --search halving --try C=1,2 --cv 3
bad --try impute=none --cv 3
maas-train search --try C=1,2 --cv 3 -o none.maas "$data" 2>&1 | grep -v '^usage'
maas-train search --try kind=logistic,pca --cv 3 -o none.maas "$data" 2>&1 | grep -v '^usage'
maas-train search --try kind=logistic,mlp --check "$data" 2>&1 | grep -v '^usage'
ls
echo "kinds of words that are tagged: why a trial was refused, and a model"
yes "$(printf 'Anna\tB-PER\nis\tO\nin\tO\nRome\tB-LOC\n\nthe\tO\nsea\tO\n')
" | head -n 160 >tags.conll
maas-train search --task tag --try kind=mlp,cnn,lstm --epochs 1 --val-split 0.3 -o tags.maas tags.conll 2>&1 | sed -n 's/^maas-train: trial \([0-9]\).*: \(refused\|entity_f1\).*: /\1 \2 /p' && maas-model verify tags.maas
maas-train search --try kind=lstm,mlp --epochs 1 --val-split 0.3 --drop id -o none.maas "$DATA/example/data.csv" 2>&1 | grep refused
echo "what one kind has no use for is left out, whichever is named first"
printf 'bicycle 1 2\nnowhere 2 1\n' >v.vec
for kinds in mlp,lstm lstm,mlp; do
	maas-train search --try kind=$kinds --embeddings v.vec --epochs 1 --val-split 0.3 -o words.maas "$DATA/example/train.tsv" 2>&1 |
		sed -n 's/[0-9.]*: kind/X kind/; /no use\|trial\|refused/p'
done
maas-train lstm --task tag --pool max -o none.maas tags.conll 2>&1 | grep -v '^usage'
maas-train lstm --task tag --try pool=max,mean --epochs 1 --val-split 0.3 -o none.maas tags.conll 2>&1 | grep -v '^usage'
echo "how rows are changed is tried, too; what a kind has no use for is tried once"
compare() { maas-train search --epochs 2 --val-split 0.3 "$@" -o ways.maas 2>&1 | sed -n 's/^maas-train: //; s/: [a-z]* [0-9.]*: /: X: /; /left out\|^trial\|--try/p'; }
compare --try kind=logistic,gru --try augment=none,drop=0.1,drop=0.3 --try hidden=8 "$DATA/example/train.tsv"
compare --try kind=logistic,mlp --try batch-size=4,8 --try hidden=4 "$DATA/example/train.tsv"
compare --try kind=gru,logistic --try ngrams=1,1-2 --try hidden=4 "$DATA/example/train.tsv"
compare --try kind=gru --try augment=drop=0.1,turn=3 "$DATA/example/train.tsv"
maas-train gru -q --epochs 2 --embed 8 --hidden 8 --augment none -o none.maas "$DATA/example/train.tsv"
maas-train gru -q --epochs 2 --embed 8 --hidden 8 -o same.maas "$DATA/example/train.tsv" && cmp none.maas same.maas && echo none is no augment
