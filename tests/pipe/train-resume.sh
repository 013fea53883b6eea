# Killed at random steps and resumed, a run ends with the bytes of one that was never stopped.
run() {
	${pre-} maas-train gpt -q --layers 2 --heads 2 --embed 16 --context 16 --batch-size 4 --steps 300 --val-split 0.1 \
	    -j 1 --dropout 0.1 --eval-every 50 "$@" "$DATA/example/corpus.txt"
}
run -j 2 -o whole.maas --log whole.jsonl
halves() { find . -name '*.??????' ! -name '*.jsonl' | sort; }
# Start in the background, wait until the log is past a step, send a signal.
stop_after() {
	halves >halves.before
	pre='exec' run -o killed.maas --checkpoint ck --checkpoint-every 10 --log log.jsonl 2>err & pid=$!
	while kill -0 $pid 2>/dev/null && [ "$(wc -l <log.jsonl)" -lt "$1" ]; do sleep 0.01; done
	kill "-$2" $pid 2>/dev/null; wait $pid 2>/dev/null; status=$?
}
: >log.jsonl
at=0
for signal in KILL KILL TERM KILL HUP; do
	at=$((at + 20 + $(od -An -N1 -tu1 /dev/urandom) % 30))
	# A busy machine may let the run end before it lets us see the log: back to where it began, and again.
	for try in 1 2 3 4 5 6 7 8; do
		rm -rf kept; mkdir kept; cp log.jsonl kept; [ ! -d ck ] || cp -r ck kept
		stop_after $at $signal
		[ -e killed.maas ] && [ $try -lt 8 ] || break
		rm -rf ck killed.maas; cp -r kept/. .
	done
	echo "$signal: $status"
	[ -e killed.maas ] && echo "ended too early"
	# What stands in the folder: two checkpoints, three if killed between writing one and removing one;
	# a signal that can be caught leaves nothing half-written behind.
	[ "$(find ck -name 'step-*.ckpt' | wc -l)" -le 3 ] || ls ck
	[ $signal = KILL ] || halves | comm -13 halves.before -
done
# With a log of its own a resumed run begins above step 0, where the newest checkpoint stands.
cp -r ck ck2
run -o other.maas --checkpoint ck2 --checkpoint-every 10 --resume must --log rest.jsonl
cmp whole.maas other.maas && echo "the same bytes"
newest=$(ls ck | sed -n 's/step-\([0-9]*\)\.ckpt$/\1/p' | sort -n | tail -n 1)
jq -n --argjson newest "$newest" '[input.step == $newest + 1, $newest > 0]' -c rest.jsonl
# With the old one, it is cut back and continued: each step stands in it once, with the same losses.
run -o killed.maas --checkpoint ck --checkpoint-every 10 --resume must --log log.jsonl
cmp whole.maas killed.maas && echo "the same bytes"
jq -c '[.step, .loss, .val_loss]' whole.jsonl >a; jq -c '[.step, .loss, .val_loss]' log.jsonl >b
cmp a b && echo "the same log"
# A finished run has nothing to do, and writes its model again.
rm killed.maas; run -o killed.maas --checkpoint ck --log log.jsonl && cmp whole.maas killed.maas && echo "again"
jq -c '[.step, .loss, .val_loss]' log.jsonl | cmp a - && echo "the log stays"
# Of other data, settings or seed: refused, with what differs.
run -o no.maas --checkpoint ck --lr 0.1 2>&1 | sed 's/step-[0-9]*/step-N/'
run -o no.maas --checkpoint ck --seed 5 2>&1 | sed 's/step-[0-9]*/step-N/'
run -o no.maas --checkpoint ck --val-split 0.2 2>&1 | sed 's/step-[0-9]*/step-N/'
run -o no.maas --checkpoint ck "$DATA/example/train.tsv" 2>&1 | sed 's/step-[0-9]*/step-N/; s/[0-9a-f]\{16\}/DIGEST/g'
# One flipped byte.
last=$(ls ck/step-* | sort -t- -k2 -n | tail -n 1)
size=$(wc -c <"$last"); byte=$(($(od -An -N4 -tu4 /dev/urandom) % size))
old=$(od -An -j $byte -N1 -tu1 "$last"); printf "$(printf '\\%03o' $((255 - old)))" | dd of="$last" bs=1 seek=$byte conv=notrunc 2>/dev/null
run -o no.maas --checkpoint ck --resume must 2>err; echo "exit $?, $(wc -l <err) line"; grep -o 'step-300.ckpt' err | wc -l
# The one before it is whole: a run that may choose goes on from there, and says why; where none is, nothing begins.
cp -r ck one; cp -r ck none.ck; cp log.jsonl one.jsonl
run -o one.maas --checkpoint one --log one.jsonl 2>err; echo "exit $?, $(wc -l <err) line"; sed 's/.*: //' err
cmp whole.maas one.maas && jq -c '[.step, .loss, .val_loss]' one.jsonl | cmp a - && echo "the same bytes"
for f in none.ck/step-*.ckpt; do truncate -s 1000 "$f"; done
run -o no.maas --checkpoint none.ck 2>err; echo "exit $?, $(wc -l <err) lines"; [ ! -e no.maas ]
# Anew, over what is there.
run -o new.maas --checkpoint ck --resume never --checkpoint-every 100 && cmp whole.maas new.maas && ls ck
run -o no.maas --checkpoint none --resume must; echo "exit $?"
[ ! -e no.maas ]
