# A small Llama from text: it learns, and does all that a gpt does.
tiny='--layers 2 --heads 4 --kv-heads 2 --embed 32 --context 64 --batch-size 8'
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
maas-train llama $tiny --tokenizer tok.json --steps 60 --lr 0.01 --val-split 0.1 --json -o m.maas "$DATA/example/corpus.txt" 2>err >result.json || cat err
jq -c '[.kind, .steps, .done, (.val_loss < 4.7), (.val_loss < .baseline)]' result.json
sed 's/[0-9.]*[0-9]/N/g' err
maas-model info m.maas | head -n 24
maas-model tensors m.maas | grep -e layers.1 -e lm_head -e embed_tokens -e model.norm
maas-model verify m.maas
# The same bytes by any number of threads, after a stop and from the beginning.
maas-train llama -q $tiny --steps 6 -j 1 -o one.maas "$DATA/example/corpus.txt"
maas-train llama -q $tiny --steps 6 -j 3 -o three.maas "$DATA/example/corpus.txt" && cmp one.maas three.maas
maas-train llama -q $tiny --steps 3 --lr 0.01 --init-from m.maas --tokenizer tok.json --json -o more.maas "$DATA/example/corpus.txt" | jq -c '[.kind, (.train_loss < 4.5)]'
# Decoding: alone or with others, in any tier, on any number of threads.
for isa in portable avx2 avx512 amx; do MAAS_ISA=$isa maas-generate -q -m m.maas -n 30 -s 3 --temperature 0.9 -p 'My chain' >$isa; cmp $isa portable; done
for j in 1 2 3; do maas-generate -q -m m.maas -n 30 -s 3 --temperature 0.9 -p 'My chain' -j $j | cmp - portable; done
printf 'The bicycle is by the wall.' >text
maas-model quantize -t q8 m.maas m8.maas
maas-model verify m8.maas
for m in m m8; do maas-generate -m $m.maas --score text | jq -s "map(.logprob) | add / length * 10 | round"; done
# A head and biases as wanted; slow turns.
maas-train llama -q $tiny --tied --bias all --rope-factor 4 --rope-original 32 --precision bf16 --steps 2 -o tied.maas "$DATA/example/corpus.txt"
maas-model tensors tied.maas | grep -c -e bias -e lm_head
maas-generate -q -m tied.maas -n 3 --ids -p 'A' | wc -w
# What cannot be.
maas-train llama -q --heads 6 --kv-heads 4 --embed 48 --steps 1 -o no.maas "$DATA/example/corpus.txt"; echo "exit $?"
maas-train llama -q --heads 5 --embed 48 --steps 1 -o no.maas "$DATA/example/corpus.txt"; echo "exit $?"
maas-train llama -q --heads 16 --embed 48 --steps 1 -o no.maas "$DATA/example/corpus.txt"; echo "exit $?"
maas-train llama -q --rope-factor 2 --rope-low 4 --steps 1 -o no.maas "$DATA/example/corpus.txt"; echo "exit $?"
maas-train llama -q --heads 1 --embed 512 --steps 1 -o no.maas "$DATA/example/corpus.txt"; echo "exit $?"
maas-train llama -q --bias most -o no.maas "$DATA/example/corpus.txt"; echo "exit $?"
[ -e no.maas ] || echo 'nothing is left'
