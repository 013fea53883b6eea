# A trained Llama as transformers writes it says greedily what it is known to say.
stories=${MAAS_TEST_DATA:-none}/models/stories260k
[ -f "$stories/model.safetensors" ] || { echo 'MAAS_TEST_DATA does not hold models/stories260k'; exit 77; }
mkdir d && cp "$stories/config.json" "$stories/model.safetensors" d
pieces='.model.vocab | to_entries | map({key: (.value | tostring), value: .key}) | from_entries as $piece
	| $ids | rtrimstr("\n") | split(" ") | map($piece[.]) | join("") | gsub("▁"; " ")'
for how in 'f32 -j 1' 'f32 -j 2' 'bf16 -j 2'; do
	# shellcheck disable=SC2086
	echo 1 | maas-generate -m d --prompt-ids --ids -n 84 --precision $how >ids
	jq -r --arg ids "$(cat ids)" "$pieces" "$stories/tokenizer.json" | cut -c 1-176
done
maas-model info d | grep -v ends | head -n 9
