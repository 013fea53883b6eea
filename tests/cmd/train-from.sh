# Going on from a model: from its loss, with its shape and tokeniser; what is refused.
tiny='--layers 2 --heads 2 --embed 32 --context 64 --batch-size 4'
cp "$DATA/example/corpus.txt" text
head -c 65 text >line # the context and one: each sequence is this one
for kind in gpt llama; do
	maas-train $kind -q $tiny --steps 40 --lr 0.01 -o $kind.maas text
	maas-generate -m $kind.maas --precision f32 --score line | jq -s 'map(-.logprob) | add / length' >score.json
	maas-train $kind -q --init-from $kind.maas --steps 5 --batch-size 2 --lr 0.001 --precision f32 --log log.jsonl -o more.maas line
	jq -s -c --slurpfile s score.json '[length, ((.[0].loss - $s[0]) / $s[0] | fabs < 1e-5), .[4].loss < .[0].loss]' log.jsonl
	maas-generate -q -m more.maas -n 3 --ids -p 'A' | wc -w
	# A shorter context; frozen parameters are not there to be written to.
	maas-train $kind -q --init-from $kind.maas --context 20 --steps 2 --batch-size 2 -o short.maas text
	maas-model info short.maas | grep -e ^context -e ^layers
	maas-train $kind -v --init-from $kind.maas --freeze '*.0.*' --steps 2 --batch-size 2 -o more.maas text 2>&1 | cut -d ' ' -f 1-4
done
# Checkpoints of a run with frozen parameters: killed and resumed, the same bytes.
frozen="-q --init-from gpt.maas --freeze wte.*,wpe.*,h.0.* --batch-size 2 --steps 6"
maas-train gpt $frozen -o one.maas text
maas-train gpt $frozen --checkpoint ck --checkpoint-every 2 --max-time 1e-9s -o two.maas text
maas-train gpt $frozen --checkpoint ck --checkpoint-every 2 -o two.maas text && cmp one.maas two.maas && echo 'the same'
# What cannot be.
t() { kind=$1; shift; maas-train $kind -q --steps 1 --batch-size 2 -o no.maas "$@" text; echo "exit $?"; } 2>&1
t gpt --init-from gpt.maas --layers 3
t gpt --init-from gpt.maas --context 65
t llama --init-from llama.maas --kv-heads 1
maas-train llama -q --layers 1 --heads 4 --embed 16 --context 16 --steps 1 --batch-size 2 -o all.maas text
maas-train llama -q --init-from all.maas --kv-heads 4 --hidden 64 --steps 1 --batch-size 2 -o more.maas text && maas-model info more.maas | grep -e kv-heads -e hidden
t llama --init-from all.maas --kv-heads 2
t llama --init-from llama.maas --tied
t gpt --init-from llama.maas
t gpt --init-from nowhere.maas
t gpt --init-from gpt.maas --freeze 'h.2.*'
t gpt --init-from gpt.maas --freeze 'wte.*,h.?.*,*'
maas-model quantize -t q8 gpt.maas q8.maas && maas-model quantize -t q4 gpt.maas q4.maas
t gpt --init-from q8.maas
t gpt --init-from q4.maas
[ -e no.maas ] || echo 'nothing is left'
# A llama learns from a longer context than before: its positions are turns.
maas-train llama -q --init-from llama.maas --context 100 --rope-theta 20000 --steps 2 --batch-size 2 -o long.maas text && maas-model info long.maas | grep -e context -e theta
