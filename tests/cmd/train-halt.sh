# A row that costs too much is refused, and a signal ends a training in the middle of a step that would be long.
# Pictures of N x N (at most 255) with two labels in turns.
pictures() {
	# shellcheck disable=SC2059 # octal escapes
	printf "$(printf '\\000\\000\\010\\003\\000\\000\\000\\%03o\\000\\000\\000\\%03o\\000\\000\\000\\%03o' "$1" "$2" "$2")"
	seq 100000 9999999 | head -c $(($1 * $2 * $2))
}
pictures 200 40 >p.idx
pictures 200 200 >large.idx
awk 'BEGIN { for (i = 0; i < 200; i++) print (i % 2 ? "odd" : "even") }' >labels
echo '# refused, whatever the batch'
for b in 1 32; do maas-train cnn --conv 4096x99 --batch-size $b --labels labels -o m.maas large.idx 2>&1; echo "exit $?"; done
tr '\n' ' ' <labels >words
{ printf "label\ttext\n"; printf "odd\t%s\neven\t%s\n" "$(cat words)" "$(cat words)" "$(cat words)" "$(cat words)"; } >texts.tsv
maas-train lstm --hidden 16384 --layers 4 --embed 16384 --min-df 1 --batch-size 1 --label label -o m.maas texts.tsv 2>&1; echo "exit $?"
echo '# told before it is begun'
maas-train cnn -v --conv 4x3 --hidden 8 --epochs 1 --labels labels -o m.maas p.idx 2>&1 | grep multiply
echo '# a step of many minutes'
echo old >m.maas
maas-train cnn -v --conv 32x5,512x9 --hidden 8 --epochs 1 --batch-size 2 --accumulate 100 --labels labels --checkpoint none -o m.maas large.idx 2>said &
pid=$!
while ! grep -q multiply said; do sleep 0.02; done
{ sleep 30; kill -KILL $pid; } 2>/dev/null &
dog=$!
sleep 0.3; kill -TERM $pid; { wait $pid; echo "exit $?"; } 2>/dev/null
kill $dog
grep -v multiply said; cat m.maas; ls none
echo '# goes on from the step before, to the same bytes'
# exec: the signal is for the command, not for a shell around it.
run() { exec maas-train cnn -q --conv 16x5,256x7 --hidden 8 --dropout 0.2 --epochs 4 --batch-size 64 --val-split 0.2 --labels labels --log "$1.log" -o "$1.maas" --checkpoint "$1.ck" --checkpoint-every 2 p.idx; }
(run whole)
run cut &
pid=$!
while [ ! -e cut.ck/step-2.ckpt ]; do sleep 0.02; done
kill -TERM $pid; { wait $pid; echo "exit $?"; } 2>/dev/null
ls cut.maas 2>&1
(run cut) && cmp whole.maas cut.maas && echo same
for f in whole cut; do sed 's/,"seconds":[0-9.]*//' $f.log >$f.told; done
cmp whole.told cut.told && echo 'and the same log'
