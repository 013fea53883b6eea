# Many texts at once, by two keys, on weights of every form: what each is alone and on the command line.  Beginnings
# are read once for each key; a short prompt does not wait for a long one; tokens that wait are bounded; a reader that
# does not read is let go.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" f32.maas tok.json context=1000
"$BIN/tool/make_gpt" bf16.maas tok.json context=1000 type=bf16
for t in q8 q4; do maas-model quantize -t $t f32.maas $t.maas; done
C=/v1/completions
line=$(head -n 3 "$DATA/example/corpus.txt" | tr -d '\n"\\')
hint=$(echo "$line" | cut -c 1-180)
stop=$(echo q | cut -c 1)

# what each says on the command line
n=0
while read -r tokens prompt options; do
	n=$((n+1))
	text="$hint$prompt"; [ "$prompt" = - ] && text=M
	echo "$text" >"prompt.$n"; echo "$tokens" >"tokens.$n"; echo "$options" >"options.$n"
done <<END
30 one --temperature=0.8 --top-p=0.9
40 one --temperature=0.8 --top-p=0.9
25 two --temperature=1.2 --top-k=20
35 - --temperature=0.7
20 three --temperature=0
30 two --temperature=1 --min-p=0.02 --repetition-penalty=1.2
END
for m in f32 bf16 q8 q4; do
	for i in 1 2 3 4 5 6; do
		# shellcheck disable=SC2046 # options are words
		jq -Rc '{prompt: .}' "prompt.$i" | maas-generate -q -m $m.maas --jsonl -n "$(cat "tokens.$i")" -s "$i" --stop "$stop" \
		    --num-return-sequences 2 $(cat "options.$i") | jq -c '[.text, .finish_reason]' >"cli.$m.$i"
	done
done

serve -m f32.maas -m bf16.maas -m q8.maas -m q4.maas -j 2 --parallel 8
A=$KEY B=$(maas-serve key add other --state state)
await test "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket s -H "Authorization: Bearer $B" http://localhost/v1/models)" = 200
body() {
	jq -cRn --rawfile text "prompt.$2" --arg model "$1" --argjson tokens "$(cat "tokens.$2")" --argjson seed "$2" --arg stop "$stop" \
	    --arg options "$(cat "options.$2")" '{model: $model, prompt: ($text | rtrimstr("\n")), max_tokens: $tokens, seed: $seed, n: 2, stop: [$stop]} +
		($options | split(" ") | map(ltrimstr("--") | split("=") | {key: (.[0] | gsub("-"; "_")), value: (.[1] | tonumber)}) | from_entries)'
}
for m in f32 bf16 q8 q4; do for i in 1 2 3 4 5 6; do body $m $i >"body.$m.$i"; done; done
pids=
for m in f32 bf16 q8 q4; do
	for i in 1 2 3 4 5 6; do
		KEY=$A; post $C "@body.$m.$i" >"out.$m.$i.A" & pids="$pids $!"
		KEY=$B; post $C "@body.$m.$i" >"out.$m.$i.B" & pids="$pids $!"
	done
done
# shellcheck disable=SC2086 # one word a process
wait $pids
KEY=$A
for m in f32 bf16 q8 q4; do
	same=0
	for i in 1 2 3 4 5 6; do for k in A B; do
		jq -c '.choices[] | [.text, .finish_reason]' "out.$m.$i.$k" | cmp - "cli.$m.$i" && same=$((same+1))
	done; done
	echo "$m: $same of 12 as maas-generate says"
done

# read once: again by the same key, by another, and by the first again
fresh=$(jq -cn --arg p "$(echo "$line" | cut -c 3-220)" '{model: "q8", prompt: $p, max_tokens: 5, temperature: 0}')
for KEY in "$A" "$A" "$B" "$B" "$A"; do
	post $C "$fresh" | jq -c '[.choices[0].text, .usage.prompt_tokens_details.cached_tokens >= 64]'
done | sed "s/.*,\(.*\)]/cached: \1/"
for KEY in "$A" "$B"; do post $C "$fresh" | jq -r '.choices[0].text'; done | uniq | wc -l
KEY=$A
[ "$(metric 'maas_cached_prompt_tokens_total{model="q8"}')" -ge 256 ] && echo "and counted"

# five ids while several times 900 are read: the next step is theirs
alone() { metric 'maas_first_token_steps_bucket{model="f32",le="1"}'; }
was=$(alone) pids=
for i in 1 2 3 4 5 6; do
	jq -cn --argjson i "$i" '{model: "f32", prompt: [range(900) | . * $i % 250], max_tokens: 90, ignore_eos: true}' >"long.$i"
	post $C "@long.$i" >"long.$i.out" & pids="$pids $!"
done
post $C '{"model":"f32","prompt":[1,2,3,4,5],"max_tokens":1}' | jq .usage.completion_tokens
[ $(($(alone) - was)) -ge 1 ] && echo "its first token came with the step after it"
# shellcheck disable=SC2086
wait $pids
jq .usage.completion_tokens long.*.out | uniq -c | sed 's/^ *//'
end

# tokens that wait are bounded; so are the cache, and what a reader leaves unread
maas-serve --state state --unix s -m f32.maas --cache 100k 2>&1 | sed 's/.*\(a text of\)/\1/'
maas-serve -v -m q8=q8.maas --cache 1M --state state --unix s 2>told & server=$!
KEY=$A; await test -s told; await grep -q listening told
kill $server; wait $server; grep -v "not fenced" told # as one built with a sanitizer says
"$BIN/tool/make_gpt" deep.maas tok.json context=8192
serve -m deep.maas --parallel 1 --queue-tokens 50
running='maas_requests_running{model="deep",version="1"}' queued='maas_requests_queued{model="deep",version="1"}'
many='{"model":"deep","prompt":"x","max_tokens":8000,"ignore_eos":true,"stream":true}'
stream() { exec curl -sSN --unix-socket s -H "Authorization: Bearer $KEY" -d "$1" http://localhost$C; }
stream "$many" >many.out & one=$!
await metric_is "$running" 1
ids() { jq -cn --argjson n "$1" '{model: "deep", prompt: [range($n)], max_tokens: 1}'; }
post $C "$(ids 60)" >first & two=$!
await metric_is "$queued" 1
post $C "$(ids 5)" -D headers | jq -r .error.code
grep -c '^Retry-After' headers
kill $one
wait $two
jq -r '.choices[0].finish_reason' first
mkfifo never
exec 9<>never
stream "$(echo "$many" | sed 's/}$/,"logprobs":5}/')" >never 2>never.err & slow=$!
await metric_is 'maas_request_finished_total{model="deep",reason="cancelled"}' 2 && echo "who does not read is let go"
metric "$running"
kill $slow
end
