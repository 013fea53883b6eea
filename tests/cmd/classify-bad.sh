# Each wrong command line, model and row: one clear line, the right exit status.
cp "$DATA/example/train.tsv" "$DATA/example/test.tsv" "$DATA/example/prompts.txt" .
maas-train logistic -q -o m.maas train.tsv
try() { echo "$*"; "$@" </dev/null 2>&1; echo "exit $?"; }
try maas-classify predict
try maas-classify predict -m none.maas
try maas-classify predict -m .
try maas-classify predict -m train.tsv
try maas-classify predict -m m.maas none.tsv
try maas-classify predict -m m.maas .
try maas-classify predict -m m.maas -k 2 --proba test.tsv
try maas-classify predict -m m.maas --threshold 2 test.tsv
try maas-classify evaluate -m m.maas /dev/null
try maas-classify evaluate -m m.maas prompts.txt
try maas-classify evaluate -m m.maas --errors none/x test.tsv | grep -E 'none|exit'
head -c 5000 m.maas >cut.maas
try maas-classify predict -m cut.maas test.tsv | sed 's/[0-9][0-9]*/N/g'
printf 'a\tb\tc\n' >three.tsv
try maas-classify predict -m m.maas three.tsv
maas-classify predict -m m.maas test.tsv >/dev/full; echo "exit $?"
maas-classify evaluate -m m.maas test.tsv >/dev/full; echo "exit $?"
maas-classify explain -m m.maas test.tsv >/dev/full; echo "exit $?"
yes 'my bell' | maas-classify predict -m m.maas | head -n 1 | cut -f 1; echo "exit $?"
