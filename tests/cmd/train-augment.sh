# --augment: training rows changed anew each epoch, a function of seed, epoch and row; what is measured stays as it is.
# Twelve pictures of 6 x 6: a spot in one corner (a) or two (b).
{
	printf '\000\000\010\003\000\000\000\014\000\000\000\006\000\000\000\006'
	# shellcheck disable=SC2059 # octal escapes
	printf "$(awk 'BEGIN { for (i = 0; i < 12; i++) for (y = 0; y < 6; y++) for (x = 0; x < 6; x++) {
		a = (x - 1 - i % 3) ^ 2 + (y - 1) ^ 2 < 2; b = (x - 4) ^ 2 + (y - 4) ^ 2 < 2
		printf "\\%03o", (a || (b && i % 2)) ? 180 + i : (x * y + i) % 9 } }')"
} >spots.idx
printf '%s\n' a b a b a b a b a b a b >labels
train() { maas-train cnn -q --conv 4x3 --hidden 8 --lr 0.01 --labels labels -b 4 --augment shift=1 "$@" spots.idx; }
for j in 1 3; do train -j $j --epochs 5 -o $j.maas; done
cmp 1.maas 3.maas && echo the same bytes
train --epochs 5 --augment shift=2 -o two.maas; cmp -s 1.maas two.maas || echo otherwise by two pixels
train --epochs 5 -s 8 -o eight.maas; cmp -s 1.maas eight.maas || echo and by another seed
maas-model info 1.maas --json | grep -c augment
echo '# killed and gone on with'
train --epochs 6 --val-split 0.25 --json -o whole.maas >whole.json
n=0
until grep -qs '"done":true' cut.json || [ $((n += 1)) -gt 40 ]; do
	train --epochs 6 --val-split 0.25 --json --checkpoint ck --checkpoint-every 2 --max-time 0.0001s -o cut.maas >cut.json || break
done
echo $((n > 2)); cmp whole.maas cut.maas && cmp whole.json cut.json && echo same
train --epochs 6 --val-split 0.25 --augment shift=2 --checkpoint ck -o no.maas 2>&1 | cut -d : -f 2-3
echo '# what is held out stays as it is: at a rate of 0 it is measured alike'
for a in 1 2 3; do train --augment shift=$a --epochs 2 --lr 0 --val-split 0.25 --json -o v.maas | jq -c .val_loss; done | uniq | wc -l
for a in 1 2 3; do train --augment shift=$a --epochs 2 --lr 0 --val-split 0.25 --json -o v.maas | jq -c .train_loss; done | uniq | wc -l
echo '# each epoch otherwise, which the loss at a rate of 0 shows; without, ever the same'
losses() { maas-train cnn -q --conv 4x3 --hidden 8 --lr 0 --epochs 4 -b all --labels labels --log - "$@" -o v.maas spots.idx | jq 'select(.loss) | .loss * 1e5 | round' | uniq | wc -l; }
losses --augment shift=2; losses
echo '# texts: tokens are left out'
for j in 1 3; do maas-train gru -q -j $j --embed 8 --hidden 8 --epochs 2 --augment drop=0.2 -o t$j.maas "$DATA/example/train.tsv"; done
cmp t1.maas t3.maas
maas-train gru -q --embed 8 --hidden 8 --epochs 2 -o t.maas "$DATA/example/train.tsv"; cmp -s t.maas t1.maas || echo otherwise
echo '# a picture that is read row by row is moved, too; places with two ids go as one'
for a in 1 2; do maas-train gru -q --hidden 8 --epochs 2 -b 4 --labels labels --augment shift=$a -o g$a.maas spots.idx; done; cmp -s g1.maas g2.maas || echo otherwise
maas-train gru -q --analyzer cjk --embed 8 --hidden 8 --epochs 2 --augment drop=0.3 -o bags.maas "$DATA/example/train.tsv" && echo learnt
printf 'kind: cnn\naugment: shift=1\nlabels: labels\n' >c.yaml
maas-train -c c.yaml -q --conv 4x3 --hidden 8 --lr 0.01 -b 4 --epochs 5 -o c.maas spots.idx; cmp c.maas 1.maas
echo '# kinds that learn rows as they are go without it in a search'
maas-train search --try kind=cnn,logistic --augment shift=1 --val-split 0.25 --labels labels -o s.maas spots.idx 2>&1 | grep augment
echo '# refused'
no() { maas-train "$@" -q -o no.maas 2>&1 | grep -v '^usage\|--help'; }
no cnn --labels labels --augment shift=9 spots.idx
no cnn --labels labels --augment shift=0.5 spots.idx
no cnn --labels labels --augment turn=5 spots.idx
no cnn --labels labels --augment drop=0.1 spots.idx
no cnn --labels labels --augment shift=1,drop=0.1 spots.idx
no mlp --labels labels --augment shift=1 --pca 3 spots.idx
no mlp --augment shift=1 "$DATA/example/data.csv"
no mlp --augment drop=0.1 "$DATA/example/train.tsv"
no gru --hidden 8 --epochs 1 --labels labels --augment drop=0.1 spots.idx
no logistic --labels labels --augment shift=1 spots.idx
no lstm --augment shift=1 "$DATA/example/train.tsv"
no gpt --augment drop=0.1 "$DATA/example/corpus.txt"
[ ! -e no.maas ] && echo 'nothing is left'
