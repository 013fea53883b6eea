# A head on the last token: labelled rows for networks that continue texts.
cp "$DATA/example/train.tsv" "$DATA/example/test.tsv" "$DATA/tokenizer.json" .
train=train.tsv test=test.tsv
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
sed -n 5p "$test" | maas-classify explain -m m.maas --method contribution
maas-classify explain -m m.maas --global "$test" 2>&1 | head -n 1
# A calibration goes into the head, so whoever has the weights has it; drift is one of the answers.
maas-train gpt -q --task class --init-from lm.maas --epochs 15 --lr 0.003 --val-split 0.3 --calibrate --json -o cal.maas "$train" | jq -c '[(.temperature != 1), .tokens]'
maas-model quantize -q -t q8 cal.maas q8.maas && maas-model convert -q cal.maas hf && for m in cal.maas hf q8.maas; do
	maas-classify evaluate -m $m --json "$test" | jq '.log_loss * 10 | round'
done | sort -u | wc -l
maas-classify predict -m cal.maas --drift "$test" 2>&1 >answers | sed 's/[0-9][0-9.e-]*/N/g' | head -n 1
# Begun with a model that answers rows: its labels and columns; from nothing; by a Llama; a number.
maas-train gpt -q --task class --init-from cal.maas --epochs 1 -o on.maas "$train" && maas-model info on.maas | grep task
head -n 3 "$test" | sed 's/[a-z]*$/other/' | maas-train gpt -q --task class --init-from cal.maas --epochs 1 -o no.maas; echo "exit $?"
maas-train llama -q --task class $tiny --kv-heads 1 --tied --epochs 1 --class-weight balanced --freeze 'model.embed*' -o l.maas "$train" && maas-model verify l.maas
awk -F '\t' -v OFS='\t' '{ print $1, 100 + length($1) }' "$train" >sizes
for k in gpt llama; do maas-train $k -q --task regress $tiny --epochs 30 --lr 0.01 --val-split 0.2 --json -o v.maas sizes | jq '.val_r2 > 0.3'; done
maas-classify predict -m v.maas texts | head -n 1 | grep -c '^1[0-9][0-9]'
maas-model convert -q v.maas hfv 2>&1
maas-train search -q --try kind=logistic,gpt --try layers=1 --try heads=1 --try embed=16 --epochs 1 --cv 2 -o best.maas "$train" && maas-model info best.maas | grep kind
# What is refused.
t() { maas-train gpt -q $tiny --epochs 1 -o no.maas "$@" 2>&1 | grep -v ^usage; }
t --label 2 "$train"
t --task class --parse-special "$train"
t --task class --vectorizer x "$train"
t --task class --drop id --label label "$DATA/example/data.csv"
t --task class --tokenizer tokenizer.json --init-from lm.maas "$train"
t --task regress --init-from m.maas "$train"
t --task regress "$train"
t --task class --freeze 'nothing*' "$train"
t --task class -o /dev/full "$train"
maas-train mlp -q --tokenizer x -o no.maas "$train" 2>&1 | head -n 1
printf 'a letter\t\n' | t --task class --text 1 --label 2
[ ! -e no.maas ] && echo 'nothing is left'
