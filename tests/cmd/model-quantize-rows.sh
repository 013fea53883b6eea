# Networks of rows in 8 bits and in 4: smaller files that answer nearly the same; info tells what a weight takes.
cp "$DATA/example/train.tsv" "$DATA/example/test.tsv" .
# Pictures of 9 x 8, a bar standing or lying.
{
	printf '\000\000\010\003\000\000\000\100\000\000\000\011\000\000\000\010'
	# shellcheck disable=SC2059 # octal escapes
	printf "$(awk 'BEGIN { for (i = 0; i < 64; i++) for (y = 0; y < 9; y++) for (x = 0; x < 8; x++)
		printf "\\%03o", (i % 2 ? x : y) == i * 5 % 8 ? 190 + i : (x * y + i * 7) % 60 }')"
} >bars.idx
awk 'BEGIN { for (i = 0; i < 64; i++) print (i % 2 ? "standing" : "lying") }' >labels
awk 'BEGIN { print "a,b,c,y"; for (i = 0; i < 200; i++) { a = i * 37 % 101 / 50 - 1; b = i * 53 % 97 / 48 - 1; print a "," b "," i % 7 "," 10 + 3 * a * b } }' >y.csv
maas-train cnn -q --conv 16x3,32x3 --hidden 32 --lr 0.01 --epochs 8 --labels labels -o cnn.maas bars.idx
maas-train mlp -q --tfidf --hidden 64,32 --epochs 20 --lr 0.01 -o mlp.maas train.tsv
maas-train mlp -q --task regress --hidden 96,64 --lr 0.01 --epochs 60 -o value.maas y.csv
maas-train gru -q --embed 64 --hidden 64 --pool max --epochs 8 --lr 0.005 -o gru.maas train.tsv
maas-train encoder -q --layers 1 --heads 2 --embed 64 --epochs 8 --lr 0.005 -o encoder.maas train.tsv
rows() { case $1 in cnn*) echo "--labels labels bars.idx" ;; value*) echo y.csv ;; *) echo test.tsv ;; esac; }
# shellcheck disable=SC2046 # options
measure() { maas-classify evaluate -m "$1.maas" --json $(rows "$1") | jq 'if .accuracy then .accuracy else .r2 end'; }
for m in cnn mlp value gru encoder; do
	was=$(measure $m) size=$(wc -c <$m.maas)
	for t in q8 q4; do
		maas-model quantize -t $t $m.maas $m-$t.maas; maas-model verify $m-$t.maas
		maas-model info --json $m-$t.maas | jq -r "\"$m\", .weights, (if .bits_per_weight < (if .weights == \"q8\" then 13 else 9 end) then \"few bits\" else .bits_per_weight end)" | paste -s -
		awk -v a="$was" -v b="$(measure $m-$t)" -v s="$size" -v n="$(wc -c <$m-$t.maas)" 'BEGIN { d = a - b; d = d < 0 ? -d : d; print (d < 0.1 ? "as good" : "otherwise: " a " " b), (n < s ? "smaller" : "no smaller") }'
	done
	[ "$(maas-model info --json $m.maas | jq .parameters)" = "$(maas-model info --json $m-q4.maas | jq .parameters)" ] || echo "$m: other parameters"
done
maas-model tensors cnn-q4.maas | grep -v maas | cut -f 1-3 | sort
echo '# the same bytes by any team and on every tier'
for j in 1 3; do maas-model quantize -t q4 -j $j gru.maas again.maas; cmp again.maas gru-q4.maas; done
MAAS_ISA=portable maas-model quantize -t q4 gru.maas again.maas; cmp again.maas gru-q4.maas; rm again.maas
echo '# what it said and learnt from goes along; how good it was is to be measured again; why it answers'
maas-model card mlp-q8.maas | cut -f 1 | head -n 5
printf 'x\n' | maas-classify explain -m gru-q8.maas --jsonl | jq -c 'keys'
maas-model register --registry r cnn-q8.maas bars && maas-model list --registry r | cut -f 1-4
maas-model diff cnn.maas cnn-q8.maas | grep -v 'differ, by' | cut -f 1,3
echo '# refused'
for m in mlp-q8 gru-q4; do maas-model quantize $m.maas again.maas; echo "exit $?"; done
maas-train gru -q --init-from gru-q8.maas --epochs 1 -o again.maas train.tsv; echo "exit $?"
maas-train logistic -q -o line.maas train.tsv; maas-model quantize line.maas again.maas; echo "exit $?"
maas-pca fit -q -n 1 -o pca.maas y.csv; maas-model quantize pca.maas again.maas; echo "exit $?"
maas-train mlp -q --hidden 1 --epochs 1 -o small.maas y.csv; maas-model quantize small.maas again.maas; echo "exit $?"
maas-model quantize cnn.maas /dev/full; echo "exit $?"
[ -e again.maas ] || echo 'nothing is left'
