# A language model in 8 bits and in 4: smaller, verified, the same bytes on every tier of the processor.
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json context=96 embed=72
"$BIN/tool/make_gpt" half.maas tok.json context=96 embed=72 type=bf16
maas-model quantize -t q8 m.maas m8.maas
maas-model quantize half.maas half8.maas
maas-model quantize --type q4 -j 1 m.maas m4.maas
maas-model quantize --type q4 -j 3 m.maas again.maas; cmp m4.maas again.maas
MAAS_ISA=portable maas-model quantize --type q4 m.maas again.maas; cmp m4.maas again.maas; rm again.maas
maas-model verify m8.maas half8.maas m4.maas
maas-model info m.maas | head -n 6
maas-model info m8.maas | head -n 6
maas-model info --json m4.maas | jq -c '[.kind, .parameters, .weights, .bits_per_weight]'
maas-model tensors m8.maas | grep -e wte -e c_fc
maas-model tensors m4.maas | grep -e wte -e c_fc
maas-model card m4.maas --set description='four bits' && maas-model card m4.maas && maas-model verify m4.maas
maas-model register --registry r m4.maas four && maas-model list --registry r | cut -f 1-4
printf 'The bicycle is by the wall.' >text
for m in m m8 half8 m4; do maas-generate -m $m.maas --score text | jq -s "\"$m\", (map(.logprob) | add / length * 10 | round)"; done
for m in m8 m4; do
	for isa in portable avx2 avx512 amx; do MAAS_ISA=$isa maas-generate -q -m $m.maas -n 40 -s 3 --temperature 0.9 -p 'My chain' >$isa; cmp $isa portable; done
	for j in 1 2 3; do maas-generate -q -m $m.maas -n 40 -s 3 --temperature 0.9 -p 'My chain' -j $j | cmp - portable; done
done
# what was written, told as info does
maas-model quantize --json -t q4 m.maas told.maas >told.json && maas-model info --json told.maas | cmp - told.json && jq -c '[.kind, .weights]' told.json
# what cannot be made of few bits, or is
maas-model quantize m8.maas again.maas; echo "exit $?"
maas-model quantize -t q8 m4.maas again.maas; echo "exit $?"
maas-train logistic -q -o topics.maas "$DATA/example/train.tsv"
maas-model quantize topics.maas again.maas; echo "exit $?"
maas-model quantize -t q5 m.maas again.maas; echo "exit $?"
maas-model quantize m.maas; echo "exit $?"
maas-model quantize none.maas again.maas; echo "exit $?"
maas-model quantize m.maas /dev/full; echo "exit $?"
maas-train gpt -q -o more.maas --init-from m4.maas --steps 1 "$DATA/example/corpus.txt"; echo "exit $?"
[ -e again.maas ] || echo 'nothing is left'
