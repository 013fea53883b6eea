# Transformer encoders: texts by tokens, what of their states counts; labels, values and tags.
cp "$DATA/example/train.tsv" "$DATA/example/test.tsv" .
tiny='--embed 24 --heads 3 --lr 0.003'
maas-train encoder -q $tiny --epochs 25 --val-split 0.2 --json -o e.maas train.tsv |
	jq -c '[.kind, .rows, .labels, (.val_accuracy > .baseline + 0.4)]'
maas-model verify e.maas && maas-classify evaluate -m e.maas --json test.tsv | jq -c '[.n, (.accuracy > 0.7)]'
for p in last mean max attention; do
	maas-train encoder -q $tiny --epochs 2 --layers 1 --hidden 40 --dropout 0.1 --pool $p -o $p.maas train.tsv && maas-model verify $p.maas
done
# Tensors have PyTorch's names.
maas-model tensors attention.maas | cut -f 1-3
# The same bytes for any number of threads; a row is answered alone as among others, by lines or by blocks.
for j in 1 3; do maas-train encoder -q -j $j $tiny --epochs 2 --dropout 0.1 -o $j.maas train.tsv; done
cmp 1.maas 3.maas
cut -f 1 test.tsv >texts
maas-classify predict -m 1.maas --proba -j 1 texts >all && maas-classify predict -m 1.maas --proba -j 3 texts | cmp - all
head -n 7 texts | tail -n 1 | maas-classify predict -m 1.maas --proba | tail -n 1 >alone
head -n 8 all | tail -n 1 | cmp - alone
# Stopped and gone on with, again and again: the bytes of a run that was not.
run() { maas-train encoder -q $tiny --epochs 3 --dropout 0.1 --json "$@" train.tsv; }
run -o whole.maas >whole.json
n=0
until grep -qs '"done":true' cut.json || [ $((n += 1)) -gt 60 ]; do
	run --checkpoint ck --checkpoint-every 3 --max-time 0.001s -o cut.maas >cut.json || break
done
cmp whole.maas cut.maas && cmp whole.json cut.json && echo "same, $((n > 2))"
# Stopped where what is held out gets worse.
maas-train encoder -q $tiny --analyzer token --lr 0.01 --epochs 60 --early-stop 3 --val-split 0.3 --json -o s.maas train.tsv | jq '.stopped_epoch < 60 and .best_epoch + 3 == .stopped_epoch'
# Texts of no length and of any; why; a number; words' tags.
{ echo; yes 'a very long letter' | head -n 20000 | tr '\n' ' '; echo; } >odd
maas-classify predict -m e.maas --format text odd | wc -l
for how in occlusion gradient; do
	sed -n 5p test.tsv | maas-classify explain -m e.maas --method $how --jsonl | jq -c '[(.contributions | length)]'
done
for p in e last attention; do
	maas-classify explain -m $p.maas --method attention --rows 1-9 --jsonl test.tsv |
		jq -s 'all((.contributions | map(.contribution) | add) + .rest - 1 | fabs < 1e-6)'
done
awk -F '\t' -v OFS='\t' '{ print $1, 100 + length($1) }' train.tsv >sizes
maas-train encoder -q --task regress --embed 24 --epochs 60 --lr 0.01 --val-split 0.2 --json -o v.maas sizes | jq '.val_r2 > 0.3'
awk 'BEGIN { for (i = 0; i < 240; i++) print i % 7 "a\tO\n" i % 5 "b\t" (i % 2 ? "B-X\nend" : "O\nstop") "\tO\n" }' >t.conll
maas-train encoder -q $tiny --task tag --epochs 4 --val t.conll --json -o t.maas t.conll | jq -c '[.kind, .labels, .val_f1]'
maas-model verify t.maas && maas-classify evaluate -m t.maas --json t.conll | jq -c '[.sentences, .entity_f1]'
# What is refused.
t() { maas-train encoder -q --epochs 1 -o no.maas "$@" 2>&1 | grep -v ^usage; }
t --drop id --label label "$DATA/example/data.csv"
t --embed 100 --heads 3 train.tsv
t --embed 1024 --heads 1 train.tsv
t --heads 0 train.tsv
t -o /dev/full train.tsv
