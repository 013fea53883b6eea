# A language model in 8 bits: smaller, verified, the same bytes on every tier of the processor.
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json context=96
"$BIN/tool/make_gpt" half.maas tok.json context=96 type=bf16
maas-model quantize -t q8 m.maas m8.maas
maas-model quantize half.maas half8.maas
maas-model verify m8.maas half8.maas
maas-model info m8.maas | head -n 4
maas-model tensors m8.maas | grep -e wte -e c_fc
printf 'The bicycle is by the wall.' >text
for m in m m8 half8; do maas-generate -m $m.maas --score text | jq -s "\"$m\", (map(.logprob) | add / length * 10 | round)"; done
for isa in portable avx2 avx512 amx; do MAAS_ISA=$isa maas-generate -q -m m8.maas -n 40 -s 3 --temperature 0.9 -p 'My chain' >$isa; cmp $isa portable; done
for j in 1 2 3; do maas-generate -q -m m8.maas -n 40 -s 3 --temperature 0.9 -p 'My chain' -j $j | cmp - portable; done
# what cannot be made of bytes, or is
maas-model quantize m8.maas again.maas; echo "exit $?"
maas-train logistic -q -o topics.maas "$DATA/example/train.tsv"
maas-model quantize topics.maas again.maas; echo "exit $?"
maas-model quantize -t q4 m.maas again.maas; echo "exit $?"
maas-model quantize m.maas; echo "exit $?"
maas-model quantize none.maas again.maas; echo "exit $?"
maas-model quantize m.maas /dev/full; echo "exit $?"
[ -e again.maas ] || echo 'nothing is left'
