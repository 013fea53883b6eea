# Convolutions along texts: the kind cnn where the rows are texts; labels, values and tags.
cp "$DATA/example/train.tsv" "$DATA/example/test.tsv" .
tiny='--embed 16 --conv 16x2,24x3 --lr 0.01'
maas-train cnn -q $tiny --epochs 10 --val-split 0.2 --json -o c.maas train.tsv |
	jq -c '[.kind, .rows, .labels, (.val_accuracy > .baseline + 0.4)]'
maas-model verify c.maas && maas-classify evaluate -m c.maas --json test.tsv | jq -c '[.n, (.accuracy > 0.7)]'
maas-train cnn -q --epochs 1 -o usual.maas train.tsv && maas-model info usual.maas | grep -e ^conv -e ^pool
# Tensors have PyTorch's names.
maas-model tensors c.maas | cut -f 1-3 | grep -v ^maas
# The same bytes for any number of threads; a row is answered alone as among others, by lines or by blocks.
for j in 1 3; do maas-train cnn -q -j $j $tiny --epochs 2 --dropout 0.1 -o $j.maas train.tsv; done
cmp 1.maas 3.maas
cut -f 1 test.tsv >texts
maas-classify predict -m 1.maas --proba -j 1 texts >all && maas-classify predict -m 1.maas --proba -j 3 texts | cmp - all
head -n 7 texts | tail -n 1 | maas-classify predict -m 1.maas --proba | tail -n 1 >alone
head -n 8 all | tail -n 1 | cmp - alone
# Stopped and gone on with, again and again: the bytes of a run that was not; stopped where it gets worse.
run() { maas-train cnn -q $tiny --epochs 3 --dropout 0.1 --json "$@" train.tsv; }
run -o whole.maas >whole.json
n=0
until grep -qs '"done":true' cut.json || [ $((n += 1)) -gt 60 ]; do
	run --checkpoint ck --checkpoint-every 3 --max-time 0.001s -o cut.maas >cut.json || break
done
cmp whole.maas cut.maas && cmp whole.json cut.json && echo "same, $((n > 2))"
maas-train cnn -q $tiny --epochs 60 --early-stop 3 --min-delta 0.02 --val-split 0.3 --json -o s.maas train.tsv | jq '.stopped_epoch < 60'
# Begun with itself; in folds; searched.
maas-train cnn -q --init-from c.maas --epochs 1 -o d.maas train.tsv && maas-model verify d.maas
maas-train cnn -q $tiny --epochs 2 --cv 2 --json -o v.maas train.tsv | jq '.cv_accuracy > 0.3'
maas-train cnn -q --search grid --try pool=max,mean --embed 8 --epochs 1 --val-split 0.2 --json -o b.maas train.tsv | jq '.trials | length'
# Texts of no length and of any; why; a number; words' tags.
{ echo; yes 'a very long letter' | head -n 20000 | tr '\n' ' '; echo; } >odd
maas-classify predict -m c.maas --format text odd | wc -l
for how in occlusion gradient; do
	sed -n 5p test.tsv | maas-classify explain -m c.maas --method $how --jsonl | jq -c '[(.contributions | length)]'
done
awk -F '\t' -v OFS='\t' '{ print $1, 100 + length($1) }' train.tsv >sizes
maas-train cnn -q --task regress $tiny --pool mean --epochs 40 --val-split 0.2 --json -o v.maas sizes | jq '.val_r2 > 0.3'
awk 'BEGIN { for (i = 0; i < 240; i++) print i % 7 "a\tO\n" i % 5 "b\t" (i % 2 ? "B-X\nend" : "O\nstop") "\tO\n" }' >t.conll
maas-train cnn -q $tiny --conv 24x7 --task tag --epochs 4 --val t.conll --json -o t.maas t.conll | jq -c '[.kind, .labels, .val_f1]'
maas-model verify t.maas && maas-classify evaluate -m t.maas --json t.conll | jq -c '[.sentences, .entity_f1]'
# What is refused.
t() { maas-train cnn -q --epochs 1 -o no.maas "$@" 2>&1 | grep -v ^usage; }
t --drop id --label label "$DATA/example/data.csv"
t --conv 3 train.tsv
t --conv 8x100 train.tsv
t --conv 8x3, train.tsv
t --conv 1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1 train.tsv
t --hidden 10 train.tsv
t --vectorizer x train.tsv
t -o /dev/full train.tsv
