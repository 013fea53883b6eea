# Completions are those of maas-generate, byte for byte: blocking, streamed, sampled, stopped, in company.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" tiny.maas tok.json context=96
serve -m tiny=tiny.maas -j 2
C=/v1/completions

maas-generate -q -m tiny.maas -p 'The bicycle' -n 20 >cli
post $C '{"model":"tiny","prompt":"The bicycle","max_tokens":20,"temperature":0}' >greedy.json
jq -r '.choices[0].text' greedy.json | cmp - cli && echo "greedy: the same"
jq -c 'keys, .object, .model, .choices[0].finish_reason, .usage.completion_tokens' greedy.json

body='{"model":"tiny","prompt":"My chain","max_tokens":12,"temperature":0.9,"top_p":0.95,"top_k":50,"seed":7,"n":3}'
echo '{"prompt":"My chain"}' | maas-generate -q -m tiny.maas -n 12 --temperature 0.9 --top-p 0.95 --top-k 50 -s 7 --num-return-sequences 3 --jsonl |
	jq -r '.text | @json' >cli3
post $C "$body" | jq -r '.choices[].text | @json' | cmp - cli3 && echo "sampled: the same"
[ "$(sort -u cli3 | wc -l)" -eq 3 ] && echo "three different ones"

# a stream: whole characters, its parts are the whole, usage where it is asked for
post $C "$(echo "$body" | sed 's/}$/,"stream":true,"stream_options":{"include_usage":true}}/')" >stream
grep -c '^data: ' stream >/dev/null && tail -n 2 stream | head -n 1
sed -n 's/^data: {/{/p' stream | jq -rs '[.[].choices[]] | group_by(.index)[] | map(.text) | add | @json' | cmp - cli3 &&
	echo "streamed: the same"
sed -n 's/^data: {/{/p' stream | jq -cs '.[-1] | .choices, .usage'
sed -n 's/^data: {/{/p' stream | jq -rs '[.[].choices[].finish_reason | select(. != null)] | length'

# twenty at once say what each says alone
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	post $C "{\"model\":\"tiny\",\"prompt\":\"My chain\",\"max_tokens\":40,\"seed\":$((i % 4))}" >"many.$i" & pids="${pids-} $!"
done
# shellcheck disable=SC2086 # one word a process
wait $pids
for i in 1 2 3 4; do
	post $C "{\"model\":\"tiny\",\"prompt\":\"My chain\",\"max_tokens\":40,\"seed\":$((i % 4))}" | jq -r '.choices[0].text | @json' >alone
	for k in $i $((i + 4)) $((i + 8)) $((i + 12)) $((i + 16)); do jq -r '.choices[0].text | @json' "many.$k" | cmp - alone; done
done && echo "in company: the same"

# a stop string ends it and is not said; echo; several prompts, also as ids; scores of a prompt
word=$(cut -c 5-7 cli)
post $C "$(jq -cn --arg w "$word" '{model: "tiny", prompt: "The bicycle", max_tokens: 20, temperature: 0, stop: [$w]}')" |
	jq -r --arg w "$word" '.choices[0] | .finish_reason, (.text | contains($w))'
ids=$(echo 'My chain' | maas-tokenize encode -m tok.json | sed 's/ /,/g')
post $C "{\"model\":\"tiny\",\"prompt\":[[$ids],[$ids]],\"max_tokens\":5,\"temperature\":0,\"echo\":true}" |
	jq -r '[.choices[].text] | .[0] == .[1], (.[0] | startswith("My chain"))'
post $C '{"model":"tiny","prompt":"My chain","max_tokens":0,"echo":true,"logprobs":2}' >score
printf 'My chain' | maas-generate -q -m tiny.maas --score | jq -c .logprob >cli.score
jq -c '.choices[0].logprobs.token_logprobs[1:][]' score | cmp - cli.score && echo "scores: the same"
jq -r '.choices[0] | .text, (.logprobs | .tokens[0], .text_offset[0], .top_logprobs[0], (.top_logprobs[1] | length >= 2))' score

# refused before a byte of an answer
refused $C '{"model":"tiny","prompt":"x","max_tokens":96}'
refused $C '{"model":"tiny","prompt":"x","max_tokens":96,"stream":true}'
refused $C '{"model":"none","prompt":"x"}'
refused $C '{"prompt":"x"}'
refused $C '{"model":"tiny"}'
refused $C '{"model":"tiny","prompt":[]}'
refused $C '{"model":"tiny","prompt":[999999]}'
refused $C '{"model":"tiny","prompt":[-1]}'
refused $C '{"model":"tiny","prompt":"x","max_token":5}'
refused $C '{"model":"tiny","prompt":"x","max_tokens":-5}'
refused $C '{"model":"tiny","prompt":"x","temperature":-0.5}'
refused $C '{"model":"tiny","prompt":"x","top_p":1.5}'
refused $C '{"model":"tiny","prompt":"x","n":17}'
refused $C '{"model":"tiny","prompt":"x","stop":[""]}'
refused $C '{"model":"tiny","prompt":"x","suffix":"y"}'
refused $C '{"model":"tiny","prompt":"x","logit_bias":{"5":1}}'
refused $C '{"model":"tiny","prompt":"x","prompt":"y"}'
refused $C '{"model":"tiny",'
refused $C '[1]'
refused $C ''
refused /v1/models/tiny/predict '{"text":"x"}'
metric 'maas_requests_running{model="tiny",version="1"}'
end
