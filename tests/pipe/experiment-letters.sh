# data/experiments: all of it once, then nothing; killed with -9 at every stage and begun again, it ends with the same bytes.
mkdir a b
for d in a b; do (cd "$TOP/data/experiments" && tar -cf - --exclude=out Makefile make-letters make-report go-on ./*.yaml sizes) | tar -xf - -C $d; done
unset MAKEFLAGS MFLAGS
cd a || exit 1
make -s || exit 1
make -q && echo "the second time there is nothing to do"
grep -o 'B is better' out/compare.txt; grep -c 'Reading first is better' out/report.html
grep -c '<svg' out/report.html; grep -cE '<script|src=|href=|@import|url[(]' out/report.html
sed -n '/A search among/,/<\/table>/p' out/report.html | grep -c '<tr' # a head, and the nine trials of search.yaml
echo "== a generator that writes what it wrote"
touch make-letters
make | grep -c maas-
echo "== a gate"
make -s READER_GATE='--fail-under accuracy=0.999' >said 2>&1 && echo "no new evaluation was asked for"
touch out/test.tsv; make -s READER_GATE='--fail-under accuracy=0.999' >said 2>&1; echo "exit $?"; cat said
make -s || exit 1
echo "== what is gone is made again"
rm out/test.tsv out/words.maas out/compare.txt; make -s || exit 1; ls out/test.tsv out/words.maas out/compare.txt
cd ../b || exit 1
echo "== killed"
# run it until the command says yes, then kill all of it, or make alone, which leaves what it has begun running
killed() {
	whom=$1; shift
	setsid make -s >said 2>&1 & it=$!
	tries=0
	until "$@" 2>said.not; do
		kill -0 $it 2>said.not && [ $tries -lt 2000 ] || { echo "not killed: $*"; cat said; break; }
		sleep 0.02; tries=$((tries+1))
	done
	case $whom in all) kill -s KILL -- "-$it" ;; make) kill -s KILL $it ;; esac
	wait $it 2>said.not
}
steps() { [ "$(grep -c '"loss"' "out/$1.log")" -ge "$2" ]; }
killed all test -e out/new
killed all test -e out/tok.stamp.new -o -e out/tok.json
killed all steps small 30
killed all steps medium 120
killed make steps large 60
killed all steps large 170
killed all grep -q trial out/words.log
killed all test -e out/reader.ck
killed all test -e out/reader.txt
: >out/tok.json.a1b2C3  # what a killed command leaves
make -s 2>said || { cat said; exit 1; }
stat -c '%n %Y %i' out/* >before; make | grep maas-; stat -c '%n %Y %i' out/* | cmp - before && echo "whole, and nothing left to do"
cd ..
ls a/out >a.names; ls b/out | diff a.names - && for f in $(grep -vE '\.log$' a.names); do cmp "a/out/$f" "b/out/$f"; done
for s in small medium large; do for d in a b; do jq -c '[.step, .loss, .val_loss]' $d/out/$s.log >$d.log; done; cmp a.log b.log; done
echo "the same bytes"
echo "== what a killed run leaves is of no use to another"
cd a || exit 1
rm out/small.log; touch sizes/small.yaml; killed all steps small 60
sed -i 's/^lr: .*/lr: 0.003/' sizes/small.yaml
make -s out/small.maas 2>&1 | grep -v '^maas-train'
cmp -s out/small.maas ../b/out/small.maas || echo "another rate, another model"
rm out/tok.json; make -s out/tok.json; cmp out/tok.json ../b/out/tok.json && echo "the same tokeniser"
