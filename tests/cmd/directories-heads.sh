# Directories that give each token a label answer what an independent forward pass answers, and come back; so do values.
from=$DATA/directories
for name in gpt2-tags llama-tags; do
	cut -f 1 "$from/$name.rows" >texts
	say() { maas-classify predict -m "$1" --format text --jsonl texts; }
	say "$from/$name" >got
	cut -f 2- "$from/$name.rows" | tr '\t' '\n' | paste - - >want
	jq -r '[.tokens, .tags, .probabilities] | transpose[] | @tsv' got | paste - want | awk -F '\t' -v name="$name" '
		{ d = $3 - $5; n++; bad += !($2 == $4 && d <= 2e-6 && d >= -2e-6) }
		END { print name ": " n " words, " bad + 0 " off" }'
	maas-model convert "$from/$name" "$name.maas" && maas-model verify "$name.maas"
	maas-model convert "$name.maas" "$name" && maas-model diff "$from/$name" "$name" && maas-model diff "$name.maas" "$name"
	say "$name" | cmp - got && say "$name.maas" | cmp - got
	grep -e label -e architectures -e problem "$name/config.json"
	maas-model tensors "$name/model.safetensors" | grep -e score -e classifier
	maas-model info "$name" | head -n 2
	maas-model convert --precision bf16 "$name.maas" "$name.half" && maas-model tensors "$name.half" | grep -e score -e classifier
	say "$name.half" | jq -c .tags >tags; jq -c .tags got | diff tags - | grep -c '^<'
done
printf 'Bo\tO\nsaw\tB-PER\n' | maas-classify evaluate -m gpt2-tags --json | jq -c '[.n, .sentences]'
maas-train gpt -q --task tag --init-from gpt2-tags --epochs 1 -o on.maas <<END
Bo O
Ada B-PER
END
maas-model convert on.maas on && maas-model info on | grep task
grep maas_tags on/config.json; maas-model convert on back.maas; maas-model diff on.maas back.maas && maas-model verify back.maas

echo 'values:'
awk -F '\t' '{ print $1 "\t" 100 + length($1) }' "$DATA/example/train.tsv" >sizes
cut -f 1 "$DATA/example/test.tsv" >texts
tiny='--layers 1 --heads 2 --embed 32 --context 64'
for k in gpt llama; do maas-train $k -q --task regress $tiny --epochs 3 -o $k.maas sizes; done
maas-model convert gpt.maas value && maas-model tensors value | cut -f 1 | grep -e score -e ln_f
maas-model diff gpt.maas value | cut -f 1-3
for m in gpt.maas value; do maas-classify predict -m $m texts; done | awk '
	{ v[NR] = $1 } END { n = NR / 2; for (i = 1; i <= n; i++) { d = v[i] - v[n + i]; bad += !(d < 1e-3 && d > -1e-3) }; print n " values, " bad + 0 " off" }'
grep -e architectures -e problem -e id2label value/config.json
maas-model convert llama.maas no; echo "exit $?"
maas-model convert --precision bf16 gpt.maas half.maas && maas-classify predict -m half.maas texts | head -n 1 | grep -c '^1[0-9][0-9]'
ls -d no no.* 2>/dev/null

echo 'refused:'
config() { rm -rf d; cp -r "$from/gpt2-tags" d; chmod -R u+w d; jq -c "$1" "$from/gpt2-tags/config.json" >d/config.json; maas-classify predict -m d --format text texts 2>&1 | head -n 1; }
config '.id2label = {"0": "a", "1": "b"}'
config '.architectures = ["GPT2ForSequenceClassification"]'
config '.architectures = ["GPT2LMHeadModel"]'
config '.id2label["1"] = "O"'
config '.maas_tags = "iob"'
config '.maas_tags = 3'
header() { config . >/dev/null; LC_ALL=C sed -i "$1" d/model.safetensors; maas-model info d; }
header 's/classifier.bias/classifier.bios/'
header 's/classifier.weight"/score.weight"     /'; echo "exit $?"
