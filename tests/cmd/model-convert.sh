# A directory becomes a model file and a directory again: the same tensors to the byte, the same scores.
from=$DATA/directories
say() { maas-generate -m "$1" --prompt-ids --score --precision f32 <ids || echo "no scores of $1"; }
for tsv in "$from"/*.tsv; do
	name=$(basename "$tsv" .tsv)
	cut -f 1 "$tsv" >ids
	maas-model convert "$from/$name" "$name.maas"
	maas-model convert --shard-size 9k "$name.maas" "$name/"
	maas-model convert --shard-size 9k "$name" again
	say "$from/$name" >a; say "$name.maas" >b; say "$name" >c
	cmp a b && cmp a c && cmp "$from/$name.tsv" "$tsv" && diff -r "$name" again && echo "$name: the same"
	rm -r again
done

echo 'names, shapes and bytes:'
data() { tail -c "$(maas-model tensors "$1" | awk -F '\t' '{ n += $4 } END { print n }')" "$1"; }
for name in llama-biases mistral llama3; do
	maas-model convert "$from/$name" one
	for d in "$from/$name" one; do
		maas-model tensors "$d/model.safetensors"
		data "$d/model.safetensors" | sha256sum
	done >all
	awk -v name="$name" '{ n[$0]++ } END { for (x in n) if (n[x] != 2) bad++; print name, NR, bad + 0 }' all
	rm -r one
done
maas-model tensors gpt2/model-00002-of-00004.safetensors
cat llama3/config.json llama3/generation_config.json gpt2/generation_config.json
grep -c model-00001 llama3/model.safetensors.index.json
grep rope_scaling llama-linear/config.json

echo 'other precisions:'
maas-model convert --precision bf16 "$from/llama2" half.maas && maas-model tensors half.maas | cut -f 2 | sort | uniq -c
maas-model convert --precision f32 half.maas wide && maas-model convert --precision bf16 wide half && maas-model convert half.maas two
cmp two/model.safetensors half/model.safetensors && grep torch_dtype half/config.json wide/config.json
maas-model convert --precision f16 "$from/gpt2" f16 && maas-model tensors f16/model.safetensors | head -n 2

maas-train gpt -q --layers 1 --heads 2 --embed 150 --context 16 --steps 1 -o big.maas "$DATA/example/corpus.txt"
maas-model convert --precision f16 big.maas big && maas-model diff big.maas big | awk -F '\t' '
	NF > 3 { split($4, w, " "); n++; far += !(w[6] < 1e-3) } END { print n " tensors of halves, " far + 0 " far off" }'
maas-model convert big bag.maas && maas-model convert bag.maas bag && cmp big/model.safetensors bag/model.safetensors && echo 'halves come back'

echo 'a tokeniser goes along:'
maas-train gpt -q --layers 1 --heads 1 --embed 8 --context 16 --steps 2 -o tiny.maas "$DATA/example/corpus.txt"
maas-model convert tiny.maas tiny && ls tiny && maas-model diff tiny.maas tiny && maas-model convert tiny twice.maas && maas-model verify twice.maas tiny
maas-generate -m tiny.maas -n 8 -p 'Once upon' >a; maas-generate -m tiny -n 8 -p 'Once upon' >b; cmp a b
cat tiny/special_tokens_map.json tiny/tokenizer_config.json tiny/generation_config.json
maas-model convert --precision bf16 tiny third.maas && maas-model verify third.maas && maas-generate -m third.maas -n 3 -p x | wc -l

echo 'what was written, told as info does:'
maas-model convert --json tiny.maas told >told.json && maas-model info --json told | cmp - told.json && jq -c '[.kind, .weights, .parameters]' told.json

echo 'refused:'
bad() { "$@"; echo "$?"; }
bad maas-model convert tiny.maas
bad maas-model convert tiny.maas tiny
echo text >file; bad maas-model convert tiny.maas file
bad maas-model convert tiny.maas gone/away
bad maas-model convert tiny.maas other.maas
bad maas-model convert --precision f16 tiny other.maas
bad maas-model convert --shard-size 1G tiny other.maas
bad maas-model convert --precision f64 tiny other.maas
maas-model quantize tiny.maas few.maas
bad maas-model convert few.maas few
bad maas-model convert --precision f32 few.maas wide.maas
awk -F '\t' '{ print $1 "\t" NR / 10 }' "$DATA/example/train.tsv" >values.tsv
maas-train gpt --task regress -q --init-from tiny.maas --epochs 1 -o values.maas values.tsv
bad maas-model convert values.maas values
maas-train logistic -q --tfidf -o rows.maas "$DATA/example/train.tsv"
bad maas-model convert rows.maas rows
bad maas-model convert missing.maas rows
mkdir empty && maas-model convert tiny.maas empty/ && ls empty | wc -l
ls -d ./*few* ./*rows* ./*values*
