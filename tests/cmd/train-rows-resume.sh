# Networks of rows keep checkpoints: cut off and gone on with, the bytes of a run that never was; so the result and the log.
data=$DATA/example/train.tsv
run() { maas-train "$@" --epochs 4 --val-split 0.2 --early-stop 2 --schedule plateau --json --log log "$data"; }
for kind in 'mlp --dropout 0.2' 'gpt --task class --layers 1 --heads 2 --embed 32 --context 64 --dropout 0.1'; do
	set -f; set -- $kind; set +f
	run "$@" -q -o whole.maas >whole.json; sed 's/,"seconds.*//' log >whole.log; rm log
	n=0; rm -rf ck
	until grep -qs '"done":true' cut.json || [ $((n += 1)) -gt 60 ]; do
		run "$@" -q --checkpoint ck --checkpoint-every 3 --max-time 0.001s -o cut.maas >cut.json || break
	done
	echo "$1: $((n > 2))"
	sed 's/,"seconds.*//' log | cmp - whole.log; cmp whole.maas cut.maas && cmp whole.json cut.json && echo same
	# A finished run writes again; another's data or settings are refused.
	run "$@" -q --checkpoint ck -o again.maas | cmp - whole.json; cmp again.maas whole.maas
	run "$@" -q --checkpoint ck --lr 0.5 -o no.maas; echo "exit $?"
	head -n 90 "$data" | maas-train "$@" -q --epochs 4 --val-split 0.2 --early-stop 2 --schedule plateau --checkpoint ck -o no.maas 2>&1 | sed 's/[0-9a-f]\{16\}/DIGEST/g'
	rm cut.json log
done
# Of a damaged checkpoint it is said, and an older one taken; the log is cut back to there.
set -- mlp --dropout 0.2 -q --checkpoint two --keep 3 --checkpoint-every 3
run "$@" -o cut.maas >two.json; sed 's/,"seconds.*//' log >two.log; ls two | wc -l
printf 'not this' | dd of="$(ls -d two/step-* | sort -t- -k2n | tail -n 1)" bs=1 seek=3000 conv=notrunc 2>/dev/null
run "$@" --resume must -o no.maas 2>&1 | sed 's/:.*damaged:.*/ is damaged/'
run "$@" -o more.maas 2>err | cmp - two.json; sed 's/damaged: tensor .* does/damaged: tensor T does/' err
cmp cut.maas more.maas && sed 's/,"seconds.*//' log | cmp - two.log && echo same
maas-train mlp --resume must --checkpoint none -q -o no.maas "$data"; echo "exit $?"
maas-train mlp --resume must -q -o no.maas "$data" 2>&1 | head -n 1
maas-train mlp --checkpoint ck --cv 3 -o no.maas "$data" 2>&1 | head -n 1
maas-train mlp --checkpoint ck --checkpoint-every often -o no.maas "$data" 2>&1 | head -n 1
[ ! -e no.maas ] && echo 'nothing is left'
