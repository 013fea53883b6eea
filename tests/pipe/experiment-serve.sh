# data/experiments/maintenance: from measures of machines to a service, on measures that are made up, and where they are, real ones.
cp -r "$TOP/data/experiments/maintenance" m && rm -rf m/out && cd m || exit 1
unset MAKEFLAGS MFLAGS
unset MAAS_REGISTRY
# what must hold of any such data: the threshold that was chosen costs less than half of 0.5's, and a network less than a line
facts() {
	[ "$(of missed "$1" alarm)" -le 8 ] || echo "$1: too many missed"
	[ $((2 * $(of cost "$1" alarm))) -lt "$(of 'cost at 0.5' "$1" alarm)" ] || echo "$1: the threshold does not pay"
	[ "$(of cost "$1" alarm)" -lt "$(of cost "$1" line)" ] || echo "$1: the network does not pay"
	grep -cE '^  row [1-5]: [A-Z].*\(\+[0-9.]*\)' "out/$1/story.txt"
	sed -n '/^Registered/,/a warm hall/p' "out/$1/story.txt"
}
of() { sed -n "s/^$1	//p" "out/$2/$3.test"; }
echo "== a gate that is not met: nothing is registered, nothing served"
make -s GATE='--fail-under roc_auc=0.9999' >said 2>&1; echo "exit $?"; sed 's/is 0[0-9.]*,/is .../' said; ls out/machines/registry out/machines/served.txt 2>&1 | sed 's/.*: //'
echo "== made up"
make -s >story || exit 1
cmp story out/machines/story.txt; grep -A1 '^Looked' story; facts machines
make -q && echo "nothing left to do"
# it counts as evaluate does
maas-classify evaluate -m out/machines/alarm.maas --cost fn=50,fp=1 --json out/machines/test.csv | jq .cost >b; of 'cost at 0.5' machines alarm | cmp - b && echo "counted as evaluate counts"
cp out/machines/alarm.maas first.maas; rm -r out; make -s >again && cmp again story && cmp out/machines/alarm.maas first.maas && echo "the same again"
if [ -n "${MAAS_TEST_DATA-}" ]; then
	make -s FROM="$MAAS_TEST_DATA/data/ai4i2020.csv" >real || exit 1
	facts ai4i2020 | grep ai4i2020
	grep -q 'usual rows: nothing moved' real && grep -q 'warm hall: these are not' real || cat real
fi
