# Completions of a small model: one, many, as ids, as JSON; the same whatever surrounds them.
maas-tokenize train -q -n 400 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
g() { maas-generate -j 1 -m m.maas "$@"; }
printf 'The king\n\nthe day is long\nThe king' >prompts

echo "one:"; g -p 'The king' -n 6 --ids
g -p 'The king' -n 6 --ids --echo
g -p 'The king' -n 6 --ids --temperature 1.5
g -p 'The king' -n 6 --ids --temperature 1.5 -s 2
g -p 'The king' -n 6 --ids --top-k 3
g -p 'The king' -n 6 --ids --repetition-penalty 1.4
g -p 'The king' --max-length 6 --ids | wc -w
echo "three:"; g -p 'The king' -n 6 --ids --temperature 2 --num-return-sequences 3
echo "a line each:"; g -n 5 --ids prompts
echo "JSON:"; printf '%s\n' '{"id":"a","prompt":"The king","more":[1, 2]}' '{"prompt":[5,6,7],"text":"old"}' |
	g --jsonl -n 4 --ids --logprobs 2 | jq -c '.text |= (. | length > 0) | del(.logprobs[].piece, .logprobs[].bytes, .logprobs[].top[].piece, .logprobs[].top[].bytes)'
g -p 'The king' --jsonl -n 2 --num-return-sequences 2 | jq -c '[.id,.index,.finish_reason,.prompt_tokens,.completion_tokens]'

echo "the same:"
g -n 30 --temperature 1.2 prompts >a; wc -l <a
g -n 30 --temperature 1.2 -j 2 <prompts | cmp - a && echo "on two threads"
g -n 30 --temperature 1.2 --line-buffered <prompts | cmp - a && echo "one after the other"
gzip -c prompts | g -n 30 --temperature 1.2 | cmp - a && echo "from gzip"
printf 'threads: 1\nmodel: m.maas\ndata: [prompts]\ntemperature: 1.2\nmax-new-tokens: 30\n' >g.yaml
maas-generate -c g.yaml | cmp - a && echo "from a configuration"
head -n 3 a >first; head -n 3 prompts | while IFS= read -r p; do printf '%s\n' "$p" | g -n 30 --temperature 1.2; done | cmp - first && echo "each alone"
[ "$(sed -n 1p a)" != "$(sed -n 4p a)" ] && echo "and another text where a prompt comes again"
i=0; while [ $i -lt 40 ]; do cat prompts; echo; i=$((i+1)); done >many
g -n 9 --ids <many >b; wc -l <b | tr -d ' '; sort -u b | wc -l
g -p 'The king' -n 40 --temperature 1.3 >whole.txt; g -p 'The king' -n 40 --temperature 1.3 --stop "$(cut -c 23-25 whole.txt | head -n 1)" >cut.txt
printf '%s\n' "$(head -c 22 whole.txt)" | cmp - cut.txt && echo "and stopped"

echo "a text:"
head -c 600 "$DATA/example/corpus.txt" >text
g --score text | wc -l; g --score text | head -n 3
g --score --logprobs 2 text | jq -c '[.id,(.top|length),.top[0].logprob>=.top[1].logprob]' | sort -u | wc -l
g --perplexity text; g --perplexity --stride 16 text | head -n 2
nll=$(g --perplexity text | sed -n 's/^nll_per_token	//p')
g --score <text | jq -s "(-([.[].logprob]|add/length) - $nll)|fabs < 1e-6"
maas-tokenize encode -m tok.json --whole --bin text.bin text
g --perplexity text >c; g --perplexity <text.bin | cmp - c && echo "a token file is scored as its text is"

echo "windows: a token is scored behind what stands before it in the first window of a context that reaches it"
maas-tokenize encode -m tok.json --whole text | tr ' ' '\n' >ids
g --score --stride 16 text | jq .logprob >s16
for k in 0 1 5; do # window k: ids 16 k to 16 k + 63, of which the last 16 are new
	tail -n +$((16 * k + 1)) ids | head -n 64 | g --score --prompt-ids | jq .logprob | tail -n 16 >a
	tail -n +$((16 * k + 48)) s16 | head -n 16 | cmp - a && echo "window $k"
done
g --score --stride 64 text | cmp - "$(g --score text >all; echo all)" && echo "by default they meet"
for part in 0 1 2; do dd if=text of=text.$part bs=200 skip=$part count=1 2>/dev/null; done
g --score text.0 text.1 text.2 | cmp - all && echo "files are one text"
g --score text.bin | cmp - all; gzip -c text.bin | g --score | cmp - all; tr '\n' ' ' <ids | g --score --prompt-ids | cmp - all && echo "or ids"
g --score text.bin text.0 2>&1

echo "special tokens in a text are text, and the order does not matter:"
printf '%s\n' '{"prompt":"a<|endoftext|>b"}' | g --jsonl -n 1 | jq .prompt_tokens
{ cat prompts; echo; } >ended
g -n 12 --precision bf16 ended >a; tac ended | g -n 12 --precision bf16 -j 2 | tac | cmp - a && echo "in bf16"
maas-model quantize -t q8 m.maas q.maas 2>/dev/null; maas-generate -j 1 -m q.maas -n 12 ended >a; tac ended | maas-generate -m q.maas -n 12 -j 2 | tac | cmp - a && echo "in 8 bits"

echo "beams:"
g -p 'The king' -n 6 --ids --num-beams 4
g -p 'The king' -n 6 --jsonl --ids --logprobs 1 --num-beams 4 --num-return-sequences 3 --no-repeat-ngram-size 2 >beams
jq -c '[.id,.index,.finish_reason,.completion_tokens,.ids]' beams
jq -s 'map(.score) as $s | ($s == ($s | sort | reverse)) and ($s[0] < 0)' beams
jq -c '(.logprobs | map(.id)) == .ids' beams | sort -u
printf '%s\n' "$(g -p 'The king' -n 30 --num-beams 3 --no-repeat-ngram-size 1)" >whole.txt
stop=$(cut -c 5-7 whole.txt | head -n 1)
g -p 'The king' -n 30 --num-beams 3 --no-repeat-ngram-size 1 --stop "$stop" --jsonl | jq -c --arg s "$stop" '[.finish_reason, (.text | contains($s))]'
g -n 9 --ids --num-beams 5 --num-return-sequences 5 --no-repeat-ngram-size 1 prompts >c; wc -l <c
g -n 9 --ids --num-beams 5 --num-return-sequences 5 --no-repeat-ngram-size 1 --line-buffered -j 2 prompts | cmp - c && echo "one after the other"
