# The report, its numbers as JSON, the confusion, the wrong rows, and what fails under.
printf 'red apple\tfruit\ngreen apple\tfruit\nripe plum\tfruit\ngreen leek\tgreens\nripe leek\tgreens\nred chard\tgreens\n' >train.tsv
printf 'apple\tfruit\nplum\tfruit\nchard\tfruit\nleek\tgreens\nred leek\tgreens\na stone\tthings\n' >test.tsv
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
