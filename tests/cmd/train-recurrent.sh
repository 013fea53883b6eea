# Recurrent networks: texts by tokens, one direction or both, what of their states counts; labels and values.
cp "$DATA/example/train.tsv" "$DATA/example/test.tsv" .
tiny='--embed 24 --hidden 24 --lr 0.005'
for k in rnn lstm gru; do
	maas-train $k -q $tiny --epochs 25 --pool max --val-split 0.2 --json -o $k.maas train.tsv |
		jq -c '[.kind, .rows, .labels, (.val_accuracy > .baseline + 0.4)]'
	maas-model verify $k.maas && maas-classify evaluate -m $k.maas --json test.tsv | jq -c '[.n, (.accuracy > 0.7)]'
done
# Tensors have PyTorch's names.
for p in last mean max attention; do
	maas-train lstm -q $tiny --epochs 2 --layers 2 --bidirectional --dropout 0.1 --pool $p -o $p.maas train.tsv && maas-model verify $p.maas
done
maas-model tensors attention.maas | cut -f 1-3 | grep -e '_l1' -e weight
# The same bytes for any number of threads; a row is answered alone as among others, by lines or by blocks.
for j in 1 3; do maas-train gru -q -j $j $tiny --epochs 2 --bidirectional -o $j.maas train.tsv; done
cmp 1.maas 3.maas
cut -f 1 test.tsv >texts
maas-classify predict -m 1.maas --proba -j 1 texts >all && maas-classify predict -m 1.maas --proba -j 3 texts | cmp - all
head -n 7 texts | tail -n 1 | maas-classify predict -m 1.maas --proba | tail -n 1 >alone
head -n 8 all | tail -n 1 | cmp - alone
# Texts of no length and of any; why; a number; killed and gone on with.
{ echo; yes 'a very long letter' | head -n 20000 | tr '\n' ' '; echo; } >odd
maas-classify predict -m lstm.maas --format text odd | wc -l
for how in occlusion gradient; do
	sed -n 5p test.tsv | maas-classify explain -m gru.maas --method $how --jsonl | jq -c '[(.contributions | length)]'
done
awk -F '\t' -v OFS='\t' '{ print $1, 100 + length($1) }' train.tsv >sizes
maas-train gru -q --task regress --pool mean --embed 24 --hidden 24 --epochs 60 --lr 0.01 --val-split 0.2 --json -o v.maas sizes | jq '.val_r2 > 0.3'
maas-train lstm -q $tiny --epochs 2 --checkpoint c -o whole.maas train.tsv && maas-model verify whole.maas
# What is refused.
t() { maas-train lstm -q $tiny --epochs 1 -o no.maas "$@" 2>&1 | grep -v ^usage; }
t --drop id --label label "$DATA/example/data.csv"
t --pool most train.tsv
t --hidden 0 train.tsv
t --vectorizer x train.tsv
t -o /dev/full train.tsv
maas-generate -m lstm.maas -p x 2>&1
printf 'x\n' | maas-train lstm -q -o no.maas 2>&1
# Tags: what stands behind a word is seen where both ends are read.
awk 'BEGIN { for (i = 0; i < 240; i++) print i % 7 "a\tO\n" i % 5 "b\t" (i % 2 ? "B-X\nend" : "O\nstop") "\tO\n" }' >t.conll
for k in rnn lstm gru; do
	maas-train $k -q $tiny --task tag --bidirectional --epochs 10 --val t.conll --json -o $k-t.maas t.conll | jq -c '[.kind, .labels, .val_f1]'
	maas-model verify $k-t.maas && maas-classify evaluate -m $k-t.maas --json t.conll | jq -c '[.sentences, .entity_f1]'
done
