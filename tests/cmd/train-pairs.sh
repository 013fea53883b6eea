# A language model learns from pairs: what it says to a prompt, and where it stops.
for c in red green blue black white; do for n in cat dog car; do
	printf '{"prompt":"Say: %s %s =>","completion":" %s, %s!","note":"passed over"}\n' $c $n $n $c
done; done >pairs.jsonl
tiny='--layers 1 --heads 2 --embed 48 --context 64 --batch-size 8'
maas-train gpt $tiny --steps 250 --lr 0.01 --val-split 0.2 --json --log log.jsonl -o m.maas pairs.jsonl 2>err | jq -c '[.pairs, .tokens, .steps, .done, .val_tokens, (.val_loss < 0.5), (.val_loss < .baseline)]'
sed 's/[0-9.]*[0-9]/N/g' err
printf '{"prompt":"Say: blue dog =>"}\n' | maas-generate -m m.maas --jsonl | jq -c '[.text, .finish_reason]'
maas-model card m.maas | grep -c "$(sha256sum <pairs.jsonl | cut -c 1-64)"
maas-model verify m.maas
# The held-out loss is that of the completions' tokens alone, as maas-generate scores them behind their prompts.
cat >held.jsonl <<X
{"prompt":"Say: blue cat =>","completion":" cat, blue!"}
{"prompt":"?","completion":" A completion of another length.\n"}
X
maas-train gpt -q --init-from m.maas --lr 0 --steps 1 --batch-size 8 --precision f32 --val held.jsonl --json -o same.maas pairs.jsonl >told.json
score() { # of the last $2 tokens
	{ maas-tokenize encode -m m.maas --whole "$1"; echo 0; } | tr '\n' ' ' >ids
	maas-generate -m m.maas --precision f32 --prompt-ids --score ids | tail -n "$2"
}
printf 'Say: blue cat => cat, blue!' >a && printf '? A completion of another length.\n' >b
{ score a 12; score b 34; } | jq -s 'length, (map(-.logprob) | add / length)' >scored
jq -n --slurpfile t told.json --slurpfile s scored '[$t[0].val_tokens == $s[0], (($t[0].val_loss - $s[1]) / $s[1] | fabs < 1e-5)]' -c
# One door is as good as another; the same bytes for any number of threads; killed and resumed.
short="-q $tiny --steps 9 --accumulate 2"
maas-train gpt $short -o one.maas pairs.jsonl
maas-train gpt $short -o in.maas <pairs.jsonl && cmp one.maas in.maas
gzip -c pairs.jsonl >pairs.gz && maas-train gpt $short -j 3 -o gz.maas pairs.gz && cmp one.maas gz.maas
{ printf '\357\273\277'; cat pairs.jsonl; } >mark.jsonl
maas-train gpt $short -o mark.maas mark.jsonl && cmp -s one.maas mark.maas || echo 'the digest of the file is another'
maas-train gpt $short --format pairs -o two.maas pairs.jsonl && cmp one.maas two.maas
maas-train gpt $short --checkpoint ck --checkpoint-every 4 --max-time 1e-9s -o cut.maas pairs.jsonl
maas-train gpt $short --checkpoint ck --checkpoint-every 4 -o cut.maas pairs.jsonl && cmp one.maas cut.maas
head -n 14 pairs.jsonl >fewer.jsonl
maas-train gpt $short --checkpoint ck -o cut.maas fewer.jsonl 2>&1 | sed 's/[0-9a-f]\{16\}/DIGEST/g'
# A llama, without room for more than the pairs' tokens.
maas-train llama $short --context 29 -o l.maas pairs.jsonl; echo "exit $?"
maas-train gpt --dry-run $tiny --val-split 0.2 -o no.maas pairs.jsonl | grep -e pairs: -e tokens:
# What is refused, and what is said.
t() { maas-train gpt -q $tiny --steps 1 -o no.maas "$@" 2>&1; echo "exit $?"; }
cp "$DATA/example/corpus.txt" text
t pairs.jsonl text
t text pairs.jsonl
t --val text pairs.jsonl
t --val pairs.jsonl text
: >empty.jsonl && t empty.jsonl
t --val empty.jsonl pairs.jsonl
t --format pairs text
printf '{"prompt":"a","completion":"b"}\n{"messages":[]}\n' >chat.jsonl && t chat.jsonl
printf '{"prompt":"a","completion":"b"}\n\n' >blank.jsonl && t blank.jsonl
t --context 20 pairs.jsonl
t --val-split 0.001 pairs.jsonl
t --val-split 0.99 pairs.jsonl
jq -c '.completion = ""' pairs.jsonl | head -n 2 | cat - pairs.jsonl | maas-train gpt $tiny --context 20 --truncate --steps 1 -o cut.maas 2>&1 | sed 's/[0-9.]*\.[0-9]*/N/g'
# A megabyte, with room for little.
jq -cn '{prompt: ("ab" * 500000), completion: ("c" * 500000)}' >large.jsonl
t --truncate large.jsonl; rm no.maas
t large.jsonl
[ ! -e no.maas ] && echo "nothing is left"
