# Sealed models: made, opened, used by every command with the key, and refused without it or when they were touched.
exec 2>&1; umask 077
maas-model keygen probe || { [ $? -eq 69 ] && { echo "built without libsodium"; exit 77; }; }
export MAAS_REGISTRY=reg
try() { "$@"; rc=$?; [ $rc -eq 0 ] || echo "exit $rc"; }
printf 'a,b,label\n1,2,x\n2,1,x\n3,5,y\n4,3,y\n' >d.csv
maas-train logistic -q --val-split 0.5 --description 'sorts parcels' -o m.maas d.csv
maas-pca fit -q -n 1 --label 3 -o p.maas d.csv
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"; "$BIN/tool/make_gpt" g.maas tok.json
echo '== keys'
try maas-model keygen key; stat -c '%a %s' key; grep -cx '[0-9a-f]\{64\}' key; cmp -s key probe || echo "two keys are two"
try maas-model keygen key; try maas-model keygen none/key; try maas-model keygen; try maas-model keygen - | head -n 1; try maas-model keygen -t none k2 | head -n 1
echo '== sealed and opened'
for m in m p g; do try maas-model seal --key-file key $m.maas $m.sealed; try maas-model open --key-file key $m.sealed back; cmp $m.maas back && echo "$m the same"; done
[ "$(wc -c <m.sealed)" -eq $(($(wc -c <m.maas) + 57)) ] && ! grep -q logistic m.sealed && echo "57 bytes more, and nothing to be read in it"
try maas-model seal --key-file key m.maas again; cmp -s m.sealed again || echo "sealed twice it is another"
maas-model seal --key-file key - - <m.maas | maas-model open --key-file key - - | cmp - m.maas && echo "in a pipe"
# shellcheck disable=SC2002 # a pipe is meant
cat key | maas-model open --key-file /dev/stdin m.sealed - | cmp - m.maas && echo "the key from a pipe"
base64 -w 0 >key64 <<END
$(seq 1 99)
END
head -c 44 key64 >short; try maas-model seal --key-file short m.maas x.sealed; od -An -v -tx1 key | tr -d ' \n' >twice; try maas-model seal --key-file twice m.maas x.sealed
printf '%s' "$(cat key)" | tr a-f A-F >upper; try maas-model open --key-file upper m.sealed - | cmp - m.maas && echo "capitals, no line end"
cp m.maas place.maas; try maas-model seal --key-file key place.maas place.maas; try maas-model open --key-file key place.maas place.maas; cmp m.maas place.maas && echo "in place"
: >empty; try maas-model seal --key-file key empty e.sealed; try maas-model open --key-file key e.sealed - | wc -c
seq 1 400 | cmp - /dev/fd/3 3<<END && echo "what another implementation sealed opens"
$(printf '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f' >gold; maas-model open --key-file gold "$DATA/numbers.sealed" -)
END
echo '== used'
for with in '--key-file key' '--key-file=key -q' ENV; do
	[ "$with" = ENV ] && { with=; export MAAS_KEY_FILE=key; }
	# shellcheck disable=SC2086
	for m in maas sealed; do
		maas-classify predict $with -m m.$m d.csv; maas-classify explain $with -m m.$m d.csv; maas-classify evaluate $with -m m.$m d.csv
		maas-pca transform $with -m p.$m d.csv; maas-generate $with -m g.$m -p To -n 5; echo 'To be' | maas-tokenize encode $with -m g.$m
		maas-model info $with m.$m; maas-model tensors $with m.$m; maas-model card $with m.$m; maas-model verify -q $with m.$m
		maas-model quantize $with -t q8 g.$m q.$m
		maas-train logistic -q $with --init-from m.$m -o t.$m d.csv
	done >all.txt; [ -s all.txt ] || echo nothing
	awk '{ l[NR] = $0 } END { for (i = 1; i <= NR / 2; i++) if (l[i] != l[NR / 2 + i]) print "differ: " l[i] " " l[NR / 2 + i]; print NR % 2 }' all.txt
	cmp t.maas t.sealed && cmp q.maas q.sealed && echo "every command"
done
unset MAAS_KEY_FILE
echo 'key-file: key' >c.yaml; maas-classify predict -c c.yaml -m m.sealed d.csv | cmp - /dev/fd/3 3<<END && echo "from a configuration"
$(maas-classify predict -m m.maas d.csv)
END
echo '== registered as sealed'
try maas-model register m.sealed parcels; [ ! -e reg/parcels ] && echo "not without the key"
export MAAS_KEY_FILE=key
try maas-model register m.sealed parcels --label stable; cmp m.sealed reg/parcels/1/model.maas && maas-model list | cut -f 1-4,9
maas-classify predict -m parcels@stable d.csv | head -n 1; try maas-model open --key-file key parcels back; cmp back m.maas && echo opened
try maas-model card parcels --set license=MIT; try maas-model card m.sealed --set license=MIT; maas-model seal --key-file key parcels x.sealed
unset MAAS_KEY_FILE
try maas-classify predict -m parcels d.csv
echo '== refused'
maas-model keygen other
try maas-model open --key-file other m.sealed out; try maas-classify predict --key-file other -m m.sealed d.csv
try maas-model info m.sealed; try maas-model open m.sealed out | head -n 1; try maas-model open --key-file none m.sealed out; try maas-model open --key-file d.csv m.sealed out
try maas-model open --key-file key m.maas out; try maas-model open --key-file key nowhere out; try maas-model open --key-file key m.sealed none/out
try maas-model open --key-file key m.sealed | head -n 1; mkdir folder; try maas-model seal --key-file key folder out; try maas-model open --key-file key m.sealed folder
size=$(wc -c <g.sealed)
for cut in 0 7 39 40 56 57 5000 65593 65594 65611 $((size - 1)); do head -c $cut g.sealed >short.sealed; maas-model open --key-file key short.sealed out; echo "$cut: $?"; done
(cat g.sealed; echo) >long.sealed; try maas-model open --key-file key long.sealed out; try maas-model verify --key-file key long.sealed
for at in 0 9 13 20 41 66000 $((size - 1)); do
	cp g.sealed x; printf '\252' | dd of=x bs=1 seek=$at conv=notrunc status=none; cmp -s x g.sealed && echo "the same"
	maas-model open --key-file key x out; echo "byte $at: $?"; maas-model info --key-file key x; echo "$?"
done
[ ! -e out ] && echo "nothing was written"
maas-model open --key-file key g.sealed - >/dev/full; echo "exit $?"
(ulimit -f 1; trap '' XFSZ; maas-model seal --key-file key g.maas out; echo "exit $?") 2>&1 | cat; [ ! -e out ] && echo "a full disk leaves nothing"
echo '== a key that others can read'
for mode in 644 640 604; do chmod $mode key; try maas-model info -q --key-file key m.sealed; done; try maas-model seal --key-file key m.maas none.sealed; try maas-classify predict --key-file key -m m.maas d.csv | wc -l
MAAS_KEY_FILE=key maas-classify predict -m m.sealed d.csv; echo "exit $?"
