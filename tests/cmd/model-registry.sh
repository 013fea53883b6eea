# A registry: versions, labels, and what keeps anything from being lost.
exec 2>&1
export MAAS_REGISTRY=reg
printf 'a,label\n1,x\n2,x\n3,y\n4,y\n' >d.csv
maas-train logistic -q -o m.maas d.csv
maas-train logistic -q --C 9 -o n.maas d.csv
reg() { maas-model "$@"; rc=$?; [ $rc -eq 0 ] || echo "exit $rc"; }
list() { maas-model list "$@" | cut -f 1-4; }
echo '== versions and labels'
list
reg register m.maas topics --label stable
reg register n.maas topics --label canary --label next
reg register m.maas topics
reg register m.maas other
list
cmp m.maas reg/topics/1/model.maas && cmp n.maas reg/topics/2/model.maas
[ "$(maas-model list topics | sed -n 2p | cut -f 5,7)" = "$(wc -c <m.maas)	$(sha256sum m.maas | cut -d ' ' -f 1)" ] && echo "digest and size"
maas-model list --json | jq -c '.models[] | [.name, [.versions[] | [.version, .labels, .kind]]]'
reg label topics 2 stable; reg label topics 3 stable; reg label topics 3 stable
cat reg/topics/labels
reg rollback topics; reg rollback topics; reg rollback topics
reg rollback topics --label none; reg rollback topics --label canary
list topics
echo '== every command finds them'
maas-classify predict -m topics d.csv | head -n 2 >by-name; maas-classify predict -m m.maas d.csv | head -n 2 | cmp - by-name && echo "by name"
maas-classify predict -m topics@2 d.csv >by-version; maas-classify predict -m n.maas d.csv | cmp - by-version && echo "by version"
maas-classify predict -m topics@canary d.csv | cmp - by-version && echo "by label"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" gpt.maas tok.json; reg register gpt.maas words
echo 'To be' | maas-tokenize encode -m words >ids; echo 'To be' | maas-tokenize encode -m tok.json | cmp - ids && echo "a tokeniser"
reg tensors words@1 | head -n 1; reg verify topics@canary
cp n.maas topics; maas-classify predict -m topics d.csv | cmp - by-version && echo "a path that exists wins"; rm topics
for m in topics@9 topics@none nobody nobody@1 words.maas ./topics topics@ @1; do reg verify "$m"; done
reg register topics@2 copied; cmp reg/copied/1/model.maas n.maas && reg remove copied 1 --purge
MAAS_REGISTRY=none reg info topics
echo '== removing'
reg remove topics 1
reg remove topics 3; list topics; ls -A reg/topics
reg register m.maas topics; reg remove topics 4 --purge; reg remove topics 3 --purge
reg register m.maas topics
ls -A reg/topics
reg label topics 5 stable; reg remove topics 1; reg rollback topics
for i in 6 7 8; do reg register m.maas topics; done
reg prune; reg prune --keep 1; list; reg prune -q --keep 0; list
maas-model log topics | sed 's/^....-..-..T..:..:..Z/WHEN/; s/\t[0-9a-f]\{64\}$/\tDIGEST/' | tail -n 12
printf 'half a line' >>reg/topics/log; maas-model log topics | grep -c half; reg register m.maas topics; maas-model log topics | grep -c half
echo '== names'
for n in .hid ../up a/b '' -- 'a b' x.maas "$(printf '%065d' 7)"; do reg register m.maas "$n" | head -n 1; done
reg label other 1 7; reg label other x stable; reg label other 2 stable; reg label nobody 1 stable
reg register m.maas "$(printf '%064d' 7)"; [ ! -e up ] && echo "nothing beside"
echo '== what is no model is refused, and leaves nothing'
reg register nowhere.maas new
echo 'no model' >bad.maas; reg register bad.maas new
head -c 300 m.maas >cut.maas; reg register cut.maas new
mkdir empty; reg register empty new
"$BIN/tool/make_gpt" liar.maas tok.json selftest='[["To be","another answer"]]'; reg register liar.maas new 2>&1 | sed "s/the answer is '[^']*'/the answer is '...'/"
[ ! -e reg/new ] && ls -A reg
echo '== a writer that was killed'
mkdir reg/other/.new; echo half >reg/other/.new/model.maas; echo half >reg/other/labels.Ab12Cd
list other; reg register m.maas other; ls -A reg/other
echo '== a full disk'
# shellcheck disable=SC3045
(trap '' XFSZ; ulimit -f 0; reg register m.maas other; reg register m.maas full; reg label topics 2 fresh) 2>&1 | cat
ls -A reg/other; [ ! -e reg/full ] && list topics
echo '== killed in the middle'
for i in 1 2 3 4 5 6 7 8; do
	maas-model register -q gpt.maas killed 2>killed & pid=$!
	sleep "0.00$i"; kill -9 $pid 2>killed; wait $pid 2>killed
done
reg register -q gpt.maas killed
maas-model list killed | cut -f 2 | sed 1d >killed; sort -c -n killed && while read -r v; do maas-model verify -q "killed@$v" || echo "exit $?"; done <killed
[ ! -e reg/killed/.new ] && echo "nothing is left"
echo '== two writers'
for i in 1 2 3 4 5 6; do maas-model register m.maas both >out.$i & done; wait
cat out.? | sort; list both
echo '== where it cannot be written'
echo file >reg2; reg register m.maas a --registry reg2; reg list --registry reg2
printf 'stable\tone\n' >reg/other/labels; reg list other
