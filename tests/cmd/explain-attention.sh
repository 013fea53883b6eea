# Attention: how much of it is on each piece; weights that sum to 1, with what is on no piece.
cp "$DATA/example/train.tsv" "$DATA/example/test.tsv" .
sums() { awk -F '\t' 'NR > 1 { sum[$1] += $6; least = $6 < least ? $6 : least; rows = $1 }
	END { for (r in sum) { d = sum[r] - 1; n += d < 1e-6 && d > -1e-6 } print n " of " rows " sum to 1", least < -1e-7 ? "below 0" : "none below 0" }'; }
for p in attention max; do
	maas-train lstm -q --embed 16 --hidden 16 --lr 0.01 --epochs 4 --bidirectional --pool $p -o $p.maas train.tsv
done
maas-train gpt -q --task class --layers 2 --heads 2 --embed 16 --context 64 --epochs 2 --lr 0.003 -o gpt.maas train.tsv
maas-train llama -q --task class --layers 1 --heads 2 --kv-heads 1 --embed 16 --context 64 --epochs 2 --lr 0.003 -o llama.maas train.tsv
for m in attention gpt llama; do
	maas-classify explain -m $m.maas --method attention --rows 1-20 test.tsv | sums
done
echo '# the columns are the others'
maas-classify explain -m attention.maas --method attention --rows 1 test.tsv | head -n 2 | cut -f 1,2,4,5
maas-classify explain -m attention.maas --method occlusion --rows 1 test.tsv | sed -n 2p | cut -f 3 >logit
maas-classify explain -m attention.maas --method attention --rows 1 test.tsv | sed -n 2p | cut -f 3 | cmp - logit && echo 'the logit stays'
maas-classify explain -m gpt.maas --method attention --rows 1-3 --jsonl test.tsv | jq -c '((.contributions | map(.contribution) | add) + .rest - 1 | fabs < 1e-6)'
maas-classify explain -m gpt.maas --method attention --rows 2 --color always test.tsv | grep -c '48;5;'
echo '# what has none'
maas-train mlp -q --hidden 4 --epochs 2 -o mlp.maas train.tsv
maas-model quantize -q -t q8 gpt.maas q.maas
for m in max mlp q; do maas-classify explain -m $m.maas --method attention --rows 1 test.tsv >out 2>&1; echo "exit $?"; cat out; done
maas-classify explain -m attention.maas --global --method attention test.tsv 2>&1 | head -n 1
