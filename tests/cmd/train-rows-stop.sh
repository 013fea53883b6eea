# A training that is stopped: by a signal, which leaves the old model alone, or by the clock, which does not; and one that is planned.
prepared="--drop price --impute mean --scale standard"
echo old >m.maas
maas-train mlp $prepared --epochs 1e7 --log log.jsonl -o m.maas "$DATA/folds.csv" 2>said &
pid=$!
while [ ! -s log.jsonl ]; do sleep 0.02; done
{ sleep 30; kill -KILL $pid; } 2>/dev/null &
dog=$!
kill -TERM $pid; { wait $pid; echo "exit $?"; } 2>/dev/null
kill $dog
cat said m.maas
maas-train mlp -q $prepared --epochs 1e7 --max-time 0.2s --json -o m.maas "$DATA/folds.csv" | jq -c '.done'
maas-model verify m.maas
maas-train mlp $prepared --epochs 20 --dry-run "$DATA/folds.csv" | grep '^#' | sed 's/[0-9.]* [kM]*B/N B/'
maas-train logistic $prepared --val-split 0.25 --dry-run "$DATA/folds.csv" | grep '^# \(rows\|param\|steps\)'
maas-train linear --impute mean --label price --drop label --dry-run "$DATA/folds.csv" >plan.yaml
grep '^# param' plan.yaml; maas-train -q -c plan.yaml -o p.maas && maas-model verify p.maas
