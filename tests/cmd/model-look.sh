# What is in models: info, tensors, verify and diff, of files and of directories.
d=$DATA/directories
maas-model info "$d/llama3" | head -n 8
maas-model info --json "$d/qwen2" | jq -c '[.parameters, .bytes, .weights, .bits_per_weight, .ends, .settings.bias]'
maas-model tensors --json "$d/llama2" | jq -c '.tensors | length, map(.bytes) == map(.shape | 4 * (.[0] * (.[1] // 1))), (.[0].file | sub(".*/"; ""))'
maas-model tensors "$d/gpt2-plain" | head -n 3

echo 'differences:'
maas-model convert "$d/gpt2" g.maas && maas-model diff "$d/gpt2" g.maas; echo $?
maas-model diff "$d/gpt2-plain" "$d/gpt2" | cut -c 1-100 | head -n 4
maas-model diff "$d/llama2" "$d/llama3" | head -n 8
maas-model diff "$d/llama2" "$d/gpt2" | head -n 3
maas-model convert --precision bf16 "$d/llama2" half.maas; maas-model diff "$d/llama2" half.maas >all; echo $?
head -n 1 all; awk -F '\t' '{ split($4, w, " "); n[w[6] < 0.02]++ } END { print NR, n[1] }' all
maas-model diff --json "$d/llama2" half.maas | jq -c '.same, (.differences | length), (.differences[0] | keys)'
maas-model diff --json "$d/llama2" "$d/llama2"
maas-model diff g.maas none.maas; echo $?
maas-model diff g.maas; echo $?
maas-model diff g.maas "$d/llama2" >/dev/full; echo $?

echo 'good ones and others:'
for name in gpt2 llama2 llama3; do ln -s "$d/$name" "$name"; done
maas-model verify gpt2 llama2 g.maas
mkdir hurt && cp "$d/mistral/config.json" hurt && maas-model convert "$d/mistral" m && cp m/model.safetensors hurt
n=$(wc -c <hurt/model.safetensors)
printf '\0\0\300\177' | dd of=hurt/model.safetensors bs=1 seek=$((n - 400)) conv=notrunc status=none
maas-model verify hurt g.maas; echo $?
maas-model verify --json hurt g.maas | jq -c .
maas-model convert hurt no.maas; maas-model convert hurt/ no; maas-model quantize hurt no.maas; echo $? no*
seq 3 5 | maas-generate -m hurt --prompt-ids --ids -n 2; echo $?
printf '3 4\n5\n' >first; printf '7\n' >second; maas-generate -m hurt --prompt-ids --ids -n 2 first second; echo $?
maas-generate -m hurt --prompt-ids --ids -n 2 -p '3 4'; echo $?
