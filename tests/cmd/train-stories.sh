# A trained Llama, as transformers writes it, goes on with text and with pairs, from what it knows.
stories=${MAAS_TEST_DATA:-none}/models/stories260k
[ -f "$stories/model.safetensors" ] || { echo 'MAAS_TEST_DATA does not hold models/stories260k'; exit 77; }
cp -r "$stories" d
# Its first loss is that of what it knows, as --score has it: a text of 36 tokens.
printf 'Once upon a time, there was a little girl named Lily. She loved to play outside in the park with her friends.' >text
maas-tokenize encode -m d --whole --add-bos text >ids
maas-generate -m d --precision f32 --prompt-ids --score ids | jq -s 'map(-.logprob) | add / length' >score.json
how='-q --init-from d --batch-size 2 --precision f32 --lr 0.001'
maas-train llama $how --format ids --context 35 --steps 4 --log text.jsonl -o text.maas ids
jq -s -c --slurpfile s score.json '[((.[0].loss - $s[0]) / $s[0] | fabs < 1e-5), .[0].loss < 2, .[3].loss < .[0].loss]' text.jsonl
# Of pairs the completions are learnt, with the end of text: the prompt begins as a text does.
cat >pairs.jsonl <<X
{"prompt":"The cat","completion":" sat."}
{"prompt":"A\n","completion":"two\nlines"}
X
maas-train llama $how --steps 1 --lr 0 --val pairs.jsonl --json -o same.maas pairs.jsonl >told.json
score() { # of the last $2 tokens of a text that ends
	printf '%s' "$1" | maas-tokenize encode -m d --whole --add-bos --add-eos >ids
	maas-generate -m d --precision f32 --prompt-ids --score ids | tail -n "$2"
}
{ score 'The cat sat.' 4; score "$(printf 'A\ntwo\nlines')" 8; } | jq -s 'map(-.logprob) | add / length' >score.json
jq -c --slurpfile s score.json '[.val_tokens, ((.val_loss - $s[0]) / $s[0] | fabs < 1e-5)]' told.json
# It learns to answer and to stop; two of its layers stay as they were.
for n in Lily Tom Ben Sue; do for t in ball dog cat car; do
	printf '{"prompt":"Who: %s. What: %s. Story:","completion":" %s had a %s. %s loved the %s."}\n' $n $t $n $t $n $t
done; done >stories.jsonl
maas-train llama $how --freeze 'model.layers.[0-1].*' --steps 120 --batch-size 8 --lr 0.003 --val-split 0.1 --json -o s.maas stories.jsonl | jq -c '[.pairs, .val_loss < 0.1]'
maas-generate -m s.maas --jsonl <<X | jq -c '[.text, .finish_reason]'
{"prompt":"Who: Ben. What: dog. Story:"}
{"prompt":"Who: Sue. What: car. Story:"}
X
maas-model verify s.maas
