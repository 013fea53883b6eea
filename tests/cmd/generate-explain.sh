# What each piece of a prompt did for the completion: what the model says of that without it.
maas-tokenize train -q -n 400 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
g() { maas-generate -j 1 -m m.maas "$@"; }
prompt='The king is long, and 人工智能	dead'
g -p "$prompt" -n 8 --explain
g -p "$prompt" -n 8 --explain --color always | cat -v
g -p "$prompt" -n 8 --explain --jsonl --ids --logprobs 0 >e.json
jq -c '([.explain[].piece] | add) == ("'"$prompt"'" | gsub("[ \t]"; ""))' e.json
jq -c '([.logprobs[].logprob] | add) - .logprob | fabs < 1e-5' e.json

echo "by hand:"
echo '{"prompt":[5,6,70,8,90]}' | g --jsonl --ids --explain -n 4 >i.json
jq -c '[.explain[] | [.start, .end]]' i.json
for i in 0 1 2 3 4; do
	want=$(jq -r "[5,6,70,8,90] | del(.[$i]) + $(jq -c .ids i.json) | map(tostring) | join(\" \")" </dev/null -n |
		g --prompt-ids --score | jq -s '.[-4:] | map(.logprob) | add')
	jq -c "(.logprob - .explain[$i].lost - $want) | fabs < 1e-4" i.json
done

echo "the same, one by one or together:"
{ printf '%s\n' "$prompt" 'The king' '' 'x'; i=0; while [ $i -lt 20 ]; do echo "the day $i is long"; i=$((i+1)); done; } >prompts
g --explain -n 9 prompts >a; wc -l <a
g --explain -n 9 -j 3 --line-buffered prompts | cmp - a
g --explain -n 9 -j 2 --temperature 1 --num-return-sequences 20 prompts >b; cut -f 1 b | uniq -c | head -n 3
g --explain -n 5 --num-beams 3 --num-return-sequences 2 prompts | cut -f 1,4-6 | head -n 24 | sort -u | wc -l
# A prompt that was cut: what is gone cannot be left out.
yes 'to be or not to be' | head -n 12 | tr '\n' ' ' | g --explain --truncate -n 4 --jsonl -p "$(cat)" |
	jq -c '[.prompt_tokens, ([.explain[] | select(.lost == null)] | length), (.explain | length)]'
