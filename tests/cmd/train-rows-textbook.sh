# Gradient descent as a textbook has it: every number of it, the loss on the way, each step in the log, three pictures.
printf 'a,b,y\n0,0,1\n0,1,2\n1,0,2\n1,1,3.5\n2,1,4\n2,2,6\n' >yr.csv
book() { maas-train linear --lr 0.01 "$@" --init zeros --no-intercept --json yr.csv; }
book --optimizer gd --epochs 1000 --batch-size all --log-every 100 --log gd.jsonl --plot gd.svg -o gd.maas 2>lines | jq -c '.coef, .intercept, .epochs, .steps'
sed 's/^maas-train: //; s/\(loss [0-9]*\.[0-9]\{9\}\)[0-9]*/\1/' lines
jq -c 'select(.train_loss == null) | keys_unsorted' gd.jsonl | sort -u
jq -c 'select(.train_loss) | keys_unsorted' gd.jsonl | sort -u
book -q --optimizer sgd --batch-size 1 --epochs 50 --log sgd.jsonl --plot sgd.svg -o sgd.maas | jq -c '.solver, .steps, .epochs, (.train_loss < 0.4)'
book -q --optimizer sgd --batch-size 4 --epochs 50 --log mini.jsonl --plot mini.svg -o mini.maas | jq -c '.solver, .steps, .epochs'
for f in gd sgd mini; do echo "$f: $(jq -c 'select(.loss) | .step' $f.jsonl | sort -un | wc -l) steps, $(jq -c 'select(.train_loss) | .epoch' $f.jsonl | wc -l) epochs, $(grep -c '>mean squared error<' $f.svg) picture"; done
grep -o '>\(r2\|epoch\|answer = label\)<' gd.svg | sort | uniq -c
echo "solved at once: scikit-learn's numbers of six digits"
maas-train linear -q --json -o ls.maas yr.csv | jq -c '[.coef[], .intercept | . * 1e6 | round / 1e6], .solver, .epochs'
maas-train linear -q --impute mean --scale standard --label price --drop label --cv 5 --json -o cv.maas "$DATA/folds.csv" | jq -c '[.cv_r2, .cv_r2_std, .cv_baseline | . * 1e6 | round / 1e6]'
echo "held out"
maas-train linear -q --impute mean --label price --drop label --val-split 0.25 --json -o m.maas "$DATA/folds.csv" | jq -c 'keys_unsorted'
maas-train linear --impute mean --scale standard --label price --drop label --val-split 0.25 --optimizer gd --lr 0.5 --epochs 500 --early-stop 2 --until r2=0.3 -o m.maas "$DATA/folds.csv" 2>&1 | sed 's/[0-9]*\.[0-9]*/X/g'
maas-train linear --impute mean --scale standard --label price --drop label --val-split 0.25 --optimizer gd --lr 0.05 --epochs 500 --early-stop 2 --min-delta 0.01 --json -o m.maas "$DATA/folds.csv" 2>said | jq -c '.stopped_epoch - .best_epoch, .epochs == .stopped_epoch'
grep -o 'stopped after epoch [0-9]*, best epoch [0-9]*' said | sed 's/[0-9][0-9]*/N/g'
cut -d , -f 1-4 "$DATA/folds.csv" | { read -r head; echo "$head"; sort -t , -g -k 4; } >sorted.csv
maas-train linear --impute mean --cv 3 -o m.maas sorted.csv 2>&1 | grep -c 'order of their label'
maas-train linear --impute mean --cv 3 --shuffle -o m.maas sorted.csv 2>&1 | grep -c 'order of their label' || :
echo "a rate that is too high, and folds that are too small"
book --optimizer gd --lr 100 --epochs 200 --log far.jsonl -o far.maas 2>&1 | sed 's/after [0-9]* steps/after N steps/'
jq -s 'map(.loss == null) | any' far.jsonl
maas-train linear --cv 6 -o m.maas yr.csv 2>&1; echo "exit $?"
