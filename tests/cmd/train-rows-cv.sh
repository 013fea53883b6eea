# Cross-validation: scikit-learn's numbers (scripts/make-golden-folds scores), and the model of all rows at the end.
prepared="--impute mean --scale standard"
cv() { maas-train "$@" -q $prepared --json -o m.maas "$DATA/folds.csv" | jq -c '{cv_accuracy, cv_accuracy_std, cv_baseline} | map_values(. * 1e6 | round / 1e6)'; }
cv logistic --tol 1e-10 --drop price --cv 5
cv logistic --tol 1e-10 --drop price --cv 5 --shuffle -j 1 >one
cv logistic --tol 1e-10 --drop price --cv 5 --shuffle -j 3 | cmp - one && echo any threads
cv logistic --tol 1e-10 --drop price --cv 5 --shuffle -s 9 | cmp -s - one || echo another seed, other folds
maas-train logistic -q $prepared --drop price --cv 3 -o with.maas "$DATA/folds.csv"
maas-train logistic -q $prepared --drop price -o without.maas "$DATA/folds.csv"
learnt() { tail -c "$(maas-model tensors without.maas | awk '{ n += $NF } END { print n }')" "$1"; }
learnt with.maas >with; learnt without.maas | cmp - with && maas-model card with.maas | grep -q cv_accuracy && echo the model of all rows
echo "folds in the log, and for people"
maas-train logistic -v $prepared --drop price --cv 3 --log log.jsonl --val-split 0.2 -o m.maas "$DATA/folds.csv" 2>said
grep -o '^maas-train: \(fold .*\|3 folds: .*\)' said | sed 's/[0-9]\.[0-9]*/X/g'
jq -c 'select(.accuracy) | keys_unsorted' log.jsonl; jq -r '.fold // "all"' log.jsonl | sort -u
echo "texts: words of a fold are not known to the others"
awk 'BEGIN { for (i = 0; i < 12; i++) print (i % 2 ? "day" : "night") " w" i "\t" (i % 2 ? "a" : "b") }' >texts.tsv
maas-train logistic -q --cv 3 --json -o m.maas texts.tsv | jq -c '[.features, .cv_accuracy]'
exec 2>&1
echo "what cannot be"
bad() { maas-train logistic -o none.maas "$@" 2>&1 | grep -v '^usage'; }
bad --cv 1 texts.tsv
bad --cv 7 texts.tsv
bad --cv 3 --max-time 1m texts.tsv
bad --cv 3 --early-stop 2 texts.tsv
bad --shuffle texts.tsv
printf 'x,label\n1,a\n2,a\n3,a\n4,b\n' | maas-train logistic --cv 2 --format csv -o m.maas 2>&1 | grep -v train_loss
printf 'x,label\n1,a\n2,a\n3,b\n' | maas-train logistic --cv 2 --format csv -o m.maas; echo "exit $?"
