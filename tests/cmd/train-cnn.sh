# maas-train cnn: labels and numbers of pictures, the same bytes for any number of threads, stopped and gone on with.
. "$TOP/tests/alike.sh"
# Pictures of 9 x 8 for A-B, a bar amid noise: standing (a), lying (b), none (c); and a label or the bar's place a line.
pictures() {
	awk -v from="$1" -v to="$2" -v words="$3" -v place="$4" 'BEGIN {
		n = to - from + 1
		printf "\\000\\000\\010\\003\\000\\000\\%03o\\%03o\\000\\000\\000\\011\\000\\000\\000\\010", int(n / 256), n % 256
		for (i = from; i <= to; i++) {
			at = i * 7 % 8; print (i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "c") >words; print 100 + (i % 3 < 2 ? 10 * at + 80 * (i % 3) : 300) >place
			for (y = 0; y < 9; y++)
				for (x = 0; x < 8; x++)
					printf "\\%03o", (i % 3 == 0 && x == at) || (i % 3 == 1 && y == at) ? 200 + (x * y + i) % 50 : (i * 31 + x * 17 + y * 29 + x * y * i) % 101
		}
	}' >octal
	# shellcheck disable=SC2059 # octal escapes
	printf "$(cat octal)"
}
pictures 1 300 labels places >bars.idx
pictures 301 400 new.labels new.places >new.idx
tiny='--conv 6x3,8x3 --hidden 16 --lr 0.02'
# shellcheck disable=SC2086 # options, to the end
train() { maas-train cnn -q $tiny "$@"; }
train --epochs 8 --val-split 0.2 --early-stop 3 --labels labels --json -o m.maas bars.idx |
	jq -c '[.kind, .rows, .labels, (.val_accuracy > 0.9)]'
maas-model verify m.maas
maas-classify evaluate -m m.maas --json --labels new.labels new.idx | jq -c '[.n, (.accuracy > 0.9)]'
maas-model tensors m.maas | cut -f 1-3 | grep -v maas
maas-model info m.maas --json | jq -c '.settings // .' | tr , '\n' | grep -E '"(conv|hidden|dropout)"' | sort
echo '# the same bytes for any number of threads; a picture is answered alone as among others, by lines or by blocks'
for j in 1 3; do train -j $j --epochs 2 --dropout 0.2 --class-weight balanced --labels labels -o $j.maas bars.idx; done
cmp 1.maas 3.maas && maas-model diff 1.maas 3.maas
train --epochs 2 --seed 7 --dropout 0.2 --class-weight balanced --labels labels -o other.maas bars.idx
maas-model diff 1.maas other.maas | grep -v maas | cut -f 1,2
maas-classify predict -m m.maas --proba -j 1 new.idx >all && maas-classify predict -m m.maas --proba -j 3 new.idx | cmp - all
maas-classify predict -m m.maas --proba --rows 77 new.idx | tail -n 1 >alone; sed -n 78p all | cmp - alone
echo '# what is held out stops it, and its best weights stay'
maas-train cnn $tiny --epochs 200 --val-split 0.3 --early-stop 2 --min-delta 0.02 --labels labels -o early.maas bars.idx 2>&1 | grep -c 'stopped after epoch'
echo '# killed and gone on with'
run() { train --epochs 3 --val-split 0.2 --dropout 0.1 --labels labels --json "$@" bars.idx; }
run -o whole.maas >whole.json
n=0
until grep -qs '"done":true' cut.json || [ $((n += 1)) -gt 60 ]; do
	run --checkpoint ck --checkpoint-every 3 --max-time 0.001s -o cut.maas >cut.json || break
done
echo $((n > 2)); cmp whole.maas cut.maas && cmp whole.json cut.json && echo same
train --epochs 3 --val-split 0.2 --dropout 0.1 --conv 6x3 --labels labels --checkpoint ck -o no.maas bars.idx 2>&1 | cut -d : -f 1-2; ls no.maas 2>&1
echo '# a number; why'
train --task regress --epochs 30 --labels places --val-split 0.2 --json -o v.maas bars.idx | jq -c '[.kind, (.val_r2 > 0.5)]'
maas-classify explain -m m.maas --rows 1 --method gradient --jsonl new.idx | jq -c '(.contributions | length)'
maas-classify explain -m m.maas --rows 1 --saliency s.svg --top 1 new.idx | cut -f 1,2 | tail -n 1; head -c 4 s.svg; echo
echo '# refused'
no() { maas-train cnn -q -o no.maas "$@" 2>&1 | grep -v '^usage\|Usage'; }
no --labels labels --conv 6x3,8x3,8x3,8x3 bars.idx
no --labels labels --conv 6 bars.idx
no --labels labels --conv 6x12 bars.idx
no --labels labels --hidden 0 bars.idx
no --labels labels --pca 3 bars.idx
no --label label --drop id "$DATA/example/data.csv"
no --labels new.labels bars.idx
head -c 2000 bars.idx >cut.idx; no --labels labels cut.idx
no --labels labels -o /dev/full bars.idx
[ ! -e no.maas ] && echo 'nothing is left'
