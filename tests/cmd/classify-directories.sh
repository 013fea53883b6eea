# Directories with a head for labels answer what an independent forward pass in double precision answers, and come back.
from=$DATA/directories
for name in gpt2-labels llama-labels; do
	cut -f 1 "$from/$name.rows" >texts
	maas-classify predict -m "$from/$name" --proba texts >got || exit
	head -n 1 got
	tail -n +2 got >rows; cut -f 2- "$from/$name.rows" | paste rows - | awk -F '\t' -v name="$name" '
		{ for (i = 1; i <= NF / 2; i++) { d = $i - $(i + NF / 2); n++; bad += !(d <= 2e-6 && d >= -2e-6) } }
		END { print name ": " n " probabilities, " bad + 0 " off" }'
	maas-model convert "$from/$name" "$name.maas" && maas-model verify "$name.maas"
	maas-model convert "$name.maas" "$name" && maas-model diff "$from/$name" "$name" && maas-model diff "$name.maas" "$name"
	maas-classify predict -m "$name" --proba texts | cmp - got
	grep -e label -e architectures -e pad_token -e problem "$name/config.json"
	maas-model tensors "$name" | grep score
	maas-model info "$name" | head -n 3
done
printf 'goal\tsport\nstage\tarts\n' | maas-classify evaluate -m gpt2-labels | wc -l
maas-generate -m gpt2-labels -p x; echo $?
config() { rm -rf d; cp -r "$from/gpt2-labels" d; jq -c "$1" "$from/gpt2-labels/config.json" >d/config.json; maas-classify predict -m d texts | head -n 1; }
config '.problem_type = "multi_label_classification"'
config '.id2label = {"0": "a", "1": "b", "3": "c"}'
config '.id2label = {"0": "a", "1": "b", "2": "a"}'
config '.id2label = {"0": "a", "1": "b"}'
config '.id2label = ["a", "b", "c"]'
config '.id2label = {"0": "a", "1": "b", "2": 3}'
config '.id2label = {"0": "value"}'
config 'del(.id2label) | .num_labels = -3'
config 'del(.id2label) | .num_labels = 3' | cut -c 1-6
