# A head on the last token: labelled rows for networks that continue texts.
train=$DATA/example/train.tsv test=$DATA/example/test.tsv
tiny='--layers 1 --heads 2 --embed 32 --context 64'
maas-train gpt -q $tiny --steps 40 --lr 0.003 -o lm.maas "$train"
maas-train gpt --task class --init-from lm.maas --text 1 --label 2 --epochs 15 --lr 0.003 --val-split 0.2 -o m.maas --json "$train" 2>err |
	jq -c '[.kind, .rows, .labels, .done, .val_rows, (.val_accuracy > .baseline)]'
sed 's/[0-9.]*\.[0-9]*/N/g' err
maas-model info m.maas | grep -e task -e layers -e part
maas-model verify m.maas
# The same bytes for any number of threads; a row is answered alone as among others, by lines or by blocks.
for j in 1 3; do maas-train gpt -q -j $j --task class --init-from lm.maas --epochs 2 -o $j.maas "$train"; done
cmp 1.maas 3.maas && maas-classify evaluate -m m.maas --json "$test" | jq -c '[.n, (.accuracy > 0.5)]'
cut -f 1 "$test" >texts
maas-classify predict -m m.maas --proba -j 1 texts >all && maas-classify predict -m m.maas --proba -j 3 texts | cmp - all
maas-classify predict -m m.maas --proba --line-buffered texts | cmp - all
head -n 7 texts | tail -n 1 | maas-classify predict -m m.maas --proba | tail -n 1 >alone
head -n 8 all | tail -n 1 | cmp - alone
# What it is no longer for, and what is only now.
maas-generate -m m.maas -p x 2>&1
maas-classify predict -m lm.maas texts 2>&1 | head -n 1
# Texts of no length and of any.
{ echo; yes 'a very long letter' | head -n 20000 | tr '\n' ' '; echo; } >odd
maas-classify predict -m m.maas --format text odd | wc -l
maas-classify predict -m m.maas odd; echo "exit $?"
# Why: words, by leaving them out or by the gradient; what they are said to add and the rest are the logit.
for how in occlusion gradient; do
	sed -n 5p "$test" | maas-classify explain -m m.maas --method $how --jsonl | jq -c '[(.contributions | length), (.contributions | map(.feature) | sort | .[0:3]), (.parts | length)]'
	sed -n 5p "$test" | maas-classify explain -m m.maas --method $how | awk -F '\t' 'NR > 1 { sum += $6; logit = $3 } END { d = sum - logit; print (d < 0 ? -d : d) < 1e-6 }'
done
sed -n 5p "$test" | maas-classify explain -m m.maas --method attention
sed -n 5p "$test" | maas-classify explain -m m.maas --method contribution
maas-classify explain -m m.maas --global "$test" 2>&1 | head -n 1
