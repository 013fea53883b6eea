# The experiment of data/experiments/first: everything once, then nothing, then what a change asks for.
cp "$TOP"/data/experiments/first/* "$DATA"/example/*.t* . || exit 1
unset MAKEFLAGS MFLAGS
stamps() { stat -c '%n %Y %i' tok.json ./*.maas language.txt topics.txt report.txt; }
make -s DATA=. || exit 1
cut -f 1 language.txt
grep -o accuracy report.txt
stamps >before
make -q DATA=. && echo "the second time there is nothing to do"
make -s DATA=.; stamps | cmp - before && echo "and nothing is touched"
sleep 1; touch test.tsv
make -n DATA=. | cut -d ' ' -f 1,2
sed -i 's/	delivery$/	repair/' test.tsv
make -s DATA=. >said 2>&1; echo "bad labels: exit $?"
make -q DATA=. || echo "half a report takes no name, and is asked for again"
