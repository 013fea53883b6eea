# Text to ids, ids to ids, ids to text: what generating from the text gives.
maas-tokenize train -q -n 400 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
set -- -j 1 -m m.maas -n 20 --temperature 0.9 -s 3
maas-tokenize encode -m m.maas "$DATA/example/prompts.txt" | maas-generate "$@" --prompt-ids --ids >ids
maas-generate "$@" --ids "$DATA/example/prompts.txt" | cmp - ids && echo "the same ids"
maas-tokenize decode -m m.maas ids >text
maas-generate "$@" "$DATA/example/prompts.txt" | cmp - text && echo "the same text"
