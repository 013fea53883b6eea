# Directories as transformers writes them say what an independent forward pass in double precision says.
from=$DATA/directories
for tsv in "$from"/*.tsv; do
	name=$(basename "$tsv" .tsv)
	for how in 'f32 -j 1' 'f32 -j 2'; do
		# shellcheck disable=SC2086
		cut -f 1 "$tsv" | maas-generate -m "$from/$name" --prompt-ids --score --precision $how >scores || exit
		cut -f 2 "$tsv" | tr ' ' '\n' | paste - scores | awk -v name="$name" -F '\t' '
			{ sub(/.*"logprob":/, "", $2); sub(/}.*/, "", $2); d = $1 - $2; d = d < 0 ? -d : d; if (!(d <= 2e-5)) bad++ }
			END { print name ": " NR " tokens, " bad + 0 " off" }'
	done | uniq
done
echo 'as they lie there, and turned:'
for name in gpt2 gpt2-plain gpt2-shards; do
	maas-model convert "$from/$name" "$name.maas"
	for i in 1 2 3 4 5; do echo "{\"prompt\":[$i,7,$((i * 9)),3]}"; done >some
	for how in f32 bf16 file; do
		maas-generate -m "$from/$name" --prompt-ids --jsonl --ids --logprobs 1 -n 9 --precision $how some >a
		maas-generate -m "$name.maas" --prompt-ids --jsonl --ids --logprobs 1 -n 9 --precision $how some | cmp - a
	done
	jq -c '[.completion_tokens, (.ids | length), (.logprobs | length)]' a | sort | uniq -c
done
