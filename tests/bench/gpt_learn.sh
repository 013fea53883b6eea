# Learning Shakespeare by data/shakespeare.yaml: what two threads gain over one, how long it takes on
# all cores, and the bits per byte that are reached on the last tenth.
text=${MAAS_TEST_DATA-}/data/tinyshakespeare.txt
[ -f "$text" ] || { echo "gpt_learn: MAAS_TEST_DATA holds no tinyshakespeare.txt" >&2; exit 77; }
head -c $(($(wc -c <"$text") * 9 / 10)) "$text" | maas-tokenize train -q -n 1024 -o tok.json || exit 1
run() { maas-train gpt -q -c "$TOP/data/shakespeare.yaml" "$@" "$text"; }
median() { sort -n "$1" | awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'; }
for _ in 1 2 3; do
	for j in 1 2; do
		run -j $j --steps 50 --warmup 5 --eval-every 50 --log log -o m.maas || exit 1
		sed -n '11,$s/.*"tokens_per_second":\([0-9.]*\).*/\1/p' log >>rate.$j
	done
done
for j in 1 2; do printf 'gpt of 1 M parameters, -j %d\t%.0f\ttokens/s\n' $j "$(median rate.$j)"; done
echo "$(median rate.2) $(median rate.1)" | awk '{ printf "two threads over one\t%.2f\tx\n", $1 / $2 }'
began=$(date +%s)
run --json -o m.maas >result || exit 1
printf 'Shakespeare, 2000 steps\t%d\ts\n' $(($(date +%s) - began))
sed 's/.*"val_bits_per_byte":\([0-9.]*\).*/Shakespeare, held out\t\1\tbits\/byte/' result
