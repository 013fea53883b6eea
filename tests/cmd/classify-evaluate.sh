# The report, its numbers as JSON, the confusion, the wrong rows, and what fails under.
printf 'red apple\tfruit\ngreen apple\tfruit\nripe plum\tfruit\ngreen leek\tgreens\nripe leek\tgreens\nred chard\tgreens\n' >train.tsv
printf 'apple\tfruit\nplum\tfruit\nchard\tfruit\nleek\tgreens\nred leek\tgreens\napple stone\tthings\n' >test.tsv
maas-train logistic -q -o m.maas train.tsv
maas-classify evaluate -m m.maas --confusion --errors wrong.tsv test.tsv; echo "exit $?"
cut -f 1,2,4- wrong.tsv
maas-classify evaluate -m m.maas --json test.tsv | jq -c '[keys_unsorted, .n, .accuracy, .labels, .confusion, .per_label.greens, .baseline]'
maas-classify evaluate -m m.maas --fail-under accuracy=0.6 --fail-under log_loss=20 test.tsv >out; echo "exit $?"
maas-classify evaluate -m m.maas --fail-under accuracy=0.7 --fail-under log_loss=0.1 test.tsv 2>&1 >again | sed 's/[0-9]*,/X,/'
maas-classify evaluate -q -m m.maas --fail-under log_loss=0.1 test.tsv >again 2>said; echo "exit $?"
cmp out again
maas-classify evaluate -m m.maas --fail-under acuracy=0.7 test.tsv; echo "exit $?"
maas-classify evaluate -m m.maas --fail-under accuracy test.tsv; echo "exit $?"
echo "by columns named anew"
sed 's/\(.*\)	\(.*\)/\2	7	\1/' test.tsv >turned.tsv
maas-classify evaluate -m m.maas --text 3 --label 1 --drop 2 turned.tsv | cmp - out && echo the same
echo "thresholds and what mistakes cost"
head -n 5 test.tsv >two.tsv
maas-classify evaluate -m m.maas --cost fn=5,fp=1 --plot two.svg two.tsv | sed -n '/^.greens/,$p' | sed 's/threshold 0\.[0-9]*/threshold X/'
maas-classify evaluate -m m.maas --positive fruit --sweep two.tsv | grep -c ' 0\...  '
maas-classify evaluate -m m.maas --json --cost fp=2 two.tsv | jq -c '[.positive, (.thresholds | length), .thresholds[9].threshold, (.best_f1 | keys_unsorted), .cost, .best_cost.cost]'
for o in "--cost fn=-1" "--cost 5" "--positive nothing" "--plot x.gif" "--plot two.tsv" "--fail-under r2=0.5"; do
	# shellcheck disable=SC2086 # two words
	maas-classify evaluate -q -m m.maas $o two.tsv >said 2>&1; echo "exit $?"; head -n 1 said
done
maas-train logistic -q --text 1 --label 2 -o three.maas - <<'.'
red apple	fruit
green leek	greens
grey stone	things
.
maas-classify evaluate -q -m three.maas --sweep two.tsv >said 2>&1; echo "exit $?"; head -n 1 said
maas-classify evaluate -q -m three.maas --sweep --positive things two.tsv | grep things
echo "pictures"
grep -c '<rect' two.svg; grep -c 'area 0\.\|area 1\|average precision' two.svg
maas-classify evaluate -m m.maas --plot three.svg test.tsv >/dev/null
maas-classify evaluate -m m.maas --plot again.svg test.tsv >/dev/null; cmp three.svg again.svg && grep -o '>things<\|>fruit<' three.svg
echo "a label a row: no table of so many"
seq 1 3000 | sed 's/.*/apple	l&/' >many.tsv
maas-classify evaluate -m m.maas --json many.tsv | jq -c '[.n, (.labels | length), .confusion]'
maas-classify evaluate -m m.maas --confusion many.tsv 2>&1 | tail -n 1
echo "a label the model does not know is one that it gave no probability"
printf 'apple pear\tnever seen\n' >unknown.tsv
maas-classify evaluate -q -m m.maas --json unknown.tsv | jq -c '[.accuracy, .log_loss > 36, .brier >= 0.75]'
