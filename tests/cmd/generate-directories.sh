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
