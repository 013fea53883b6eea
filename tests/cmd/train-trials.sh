# Trials side by side, kept, cut short, drawn from ranges, that fail: always the same table and the same model.
data=folds.csv; cp "$DATA/$data" .
search() { maas-train mlp --drop price --impute mean --scale standard --hidden 8 --epochs 9 "$@" "$data"; }
said() { sed 's/^maas-train: //; s/ 0\.[0-9]*/ X/g; /train_loss/d'; }
kinds() { maas-train search --drop price --impute mean --scale standard --epochs 3 --val-split 0.3 --try kind=mlp,logistic --try hidden=4,8 --try batch-size=8,16 "$@" "$data"; }
echo "a planted space"
search --try lr=1e-9,1e-2 --val-split 0.3 --json -q -o planted.maas | jq -c '.trials[.best_trial - 1].settings'
echo "-- for any number of threads, with a plot, a log, a table"
for j in 1 2 7; do
	search -j $j --try lr=1e-5..1e-1 --try batch-size=4..32 --trials 7 --val-split 0.3 --table $j.tsv --plot $j.svg --log $j.log -o $j.maas 2>$j.err
	for f in tsv svg maas err; do cmp 1.$f $j.$f; done
	grep settings $j.log >$j.trials; cmp 1.trials $j.trials
	kinds -j $j --table kinds$j.tsv -o kinds$j.maas 2>kinds$j.err; cmp kinds1.tsv kinds$j.tsv; cmp kinds1.maas kinds$j.maas; cmp kinds1.err kinds$j.err
done
cut -f 1-3 1.tsv | head -n 1; sed 1d 1.tsv | cut -f 4- | sort | head -n 3; sed 1d 1.tsv | wc -l
cut -f 3- kinds1.tsv | sort; grep refused kinds1.err | said
grep -o '>[^<]*</text>' 1.svg | tr -d '<>' | grep 'Trials\|^log10\|best so\|batch_size' | sort -u
jq -c 'select(.trial == 2 and .step == 1) | has("loss")' 1.log
search --try lr=1e-5..1e-1 --try batch-size=4..32 --trials 3 --val-split 0.3 -o few.maas 2>&1 | sed -n 's/.*accuracy.*: //p' | head -n 3 >few
sed -n 's/.*accuracy.*: //p' 1.err | head -n 3 | cmp - few && echo "more trials begin with the same ones"
MAAS_ISA=portable search --try lr=1e-5..1e-1 --try batch-size=4..32 --trials 7 --val-split 0.3 -q --table isa.tsv -o isa.maas; cmp 1.tsv isa.tsv; cmp 1.maas isa.maas
echo "-- each factor of ten is as likely, or each difference; whole numbers are whole"
search --try lr=1e-5..1e-1 --try dropout=0..0.8 --try early-stop=2..40 --trials 400 --val-split 0.3 --dry-run | awk -F'[ =]' '
	$2 == "trial" && !bad { n++; low += $5 < 1e-3; some += $7 < 0.4; few += $9 < 9
		bad = $5 < 1e-5 || $5 > 0.1 || $7 < 0 || $7 > 0.8 || $9 < 2 || $9 > 40 || $9 != int($9) }
	END { print n, bad + 0, (low > 160 && low < 240), (some > 160 && some < 240), (few > 160 && few < 240) }'
echo "-- halving, twice"
halve() { search --search halving --try lr=1e-5..1e-1 --trials 9 --resource epochs --epochs 27 --val-split 0.3 --checkpoint half "$@"; }
halve -j 1 -q --table half.tsv -o half.maas; cut -f 3,4 half.tsv | sort | uniq -c | sed 's/^ *//'; wc -l <half/trials.jsonl
halve -j 3 --table half3.tsv -o half3.maas 2>&1 | grep -c 'measured before'; cmp half.tsv half3.tsv; cmp half.maas half3.maas
echo "-- kept, killed, gone on"
keep() { search --try lr=1e-5..1e-1 --try batch-size=4..32 --val-split 0.3 --checkpoint kept "$@"; }
keep --trials 3 -q -o part.maas; wc -l <kept/trials.jsonl
printf '{"key":"torn' >>kept/trials.jsonl
keep --trials 7 --table on.tsv -o on.maas 2>&1 | grep -c 'measured before'; cmp 1.tsv on.tsv; cmp 1.maas on.maas
keep --trials 7 --seed 2 --table other.tsv -o other.maas 2>&1 | grep -c 'measured before'
keep --trials 7 --resume never --table again.tsv -o on.maas 2>&1 | grep -c 'measured before'; cmp 1.tsv again.tsv; cmp 1.maas on.maas
sed 's/, */,/' "$data" | awk 'NR == 1 || NR > 5' >fewer.csv
maas-train mlp --drop price --impute mean --scale standard --hidden 8 --epochs 9 --try lr=1e-5..1e-1 --try batch-size=4..32 --val-split 0.3 --checkpoint kept --trials 2 -o f.maas fewer.csv 2>&1 | grep -c 'measured before'
keep --trials 2 --checkpoint none --resume must -o f.maas; echo "exit $?"
( flock 9; keep --trials 2 -o f.maas; echo "exit $?" ) 9>kept/lock
slow() { maas-train mlp -j 1 --drop price --impute mean --hidden 64 --epochs 400 --try lr=1e-3,1e-2,2e-2,3e-2,4e-2 --val-split 0.3 "$@" "$data"; }
slow --table whole.tsv -o whole.maas -q
maas-train mlp -j 1 --drop price --impute mean --hidden 64 --epochs 400 --try lr=1e-3,1e-2,2e-2,3e-2,4e-2 --val-split 0.3 --checkpoint slow -o slow.maas "$data" 2>slow.err & pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -s slow/trials.jsonl ] && break; sleep 0.05; done
kill -KILL $pid; wait $pid 2>wait.err; ls slow.maas 2>&1 | cut -c 1-20
slow --checkpoint slow --table slow.tsv -o slow.maas -q; cmp whole.tsv slow.tsv && cmp whole.maas slow.maas && echo "the same table and model"
maas-train mlp -j 1 --drop price --impute mean --epochs 300000 --try lr=1e-3,1e-2 --val-split 0.3 --checkpoint term -o term.maas "$data" 2>term.err & pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -f term/trials.jsonl ] && break; sleep 0.05; done
sleep 0.2; kill -TERM $pid; wait $pid 2>wait.err; echo "exit $?"; said <term.err; ls term.maas 2>&1 | cut -c 1-20
echo "-- fails: diverged, refused, too large; all of them"
numbers() { maas-train "$@" --label price --drop label --impute mean --val-split 0.3 --json --table bad.tsv -o bad.maas "$data"; }
numbers mlp --hidden 8 --epochs 9 --scale none --clip 0 --optimizer sgd --try lr=1e-4,100 --task regress 2>/dev/null | jq -c '.trials[1] | keys'
cut -f 1,3,4 bad.tsv
numbers linear --optimizer sgd --try lr=90,100 -q; echo "exit $?"
search --try hidden=4,3000000,'"200000,200000"' --val-split 0.3 --epochs 1 --table large.tsv -o large.maas 2>&1 | sed -n 's/; *\(.*\)//; s/[0-9.]* GB/X GB/g; s/.* \(trial .*\)/\1/; /too large/p'
cut -f 1,3,4 large.tsv | tail -n 1
echo "-- until, and the time"
for j in 1 3; do search -j $j --try lr=1e-9,1e-2,2e-2,3e-2,1e-3 --epochs 60 --val-split 0.3 --until accuracy=0.6 --table until$j.tsv -o until.maas; echo "exit $?"; done 2>&1 | said
cmp until1.tsv until3.tsv; cut -f 1,3- until1.tsv
search --try lr=1e-9,1e-8 --until accuracy=1 --cv 3 -o until.maas 2>&1 | tail -n 1
search --try lr=1e-9,1e-8 --until loss=0.5 --cv 3 -o until.maas 2>&1 | head -n 1
search --try lr=1e-3,1e-2,2e-2 --epochs 3000 --val-split 0.3 -j 1 --max-time 0.01s --table time.tsv -o time.maas 2>&1 | said | grep time; cut -f 3 time.tsv | sort | uniq -c | sed 's/^ *//'
echo "-- wrong"
bad() { search "$@" -o none.maas 2>&1 | grep -v '^usage'; }
bad --try lr=1e-1..1e-5 --trials 3 --val-split 0.3
bad --try lr=0.1.. --trials 3 --val-split 0.3
bad --try lr=1e-5..1e-1 --val-split 0.3
bad --try lr=1e-5..1e-1,0.5 --trials 3 --val-split 0.3
bad --try dropout=0..2 --trials 3 --val-split 0.3
bad --try early-stop=1..2.5 --trials 3 --val-split 0.3
bad --search grid --try lr=1e-5..1e-1 --val-split 0.3
bad --try header=yes,no --val-split 0.3
bad --table t.tsv --val-split 0.3
bad --test test.csv --try lr=1,2 --val-split 0.3
bad --try lr=1e-3,1e-2 --val-split 0.3 --table /dev/full
