# predict of a linear text model against fasttext predict, by the wall, in turn: texts a second and the ratio of
# medians.  News of about 240 bytes; both with words and pairs of them, the peer with its defaults (a
# model of 810 MB).  Wants fasttext and $MAAS_TEST_DATA.
[ "$MAAS_TEST_DATA" ] && command -v fasttext >/dev/null || exit 77
news=$MAAS_TEST_DATA/data/agnews.csv
maas-train logistic -q --tfidf --ngrams 1-2 --text 3 --label 1 --drop 2 -o m.maas "$news" || exit 1
awk -F '","' '{ sub(/^"/, "", $1); sub(/"$/, "", $3); gsub(/""/, "\"", $3); print "__label__" $1, $3 }' "$news" >ft.txt
fasttext supervised -input ft.txt -output ft -wordNgrams 2 -epoch 1 -thread 2 >/dev/null 2>&1 || exit 1
cut -d ' ' -f 2- ft.txt >once.txt
for _ in 1 2 3 4 5 6 7 8 9 10; do cat once.txt once.txt; done >texts.txt
n=$(wc -l <texts.txt)
clock() { # NAME COMMAND...
	name=$1 start=$(date +%s%N); shift
	"$@" >/dev/null || exit 1
	echo $(($(date +%s%N) - start)) >>"$name"
}
median() { sort -n "$1" | sed -n 3p; }
for _ in 1 2 3 4 5; do
	clock peer fasttext predict ft.bin texts.txt
	clock ours maas-classify predict -q -m m.maas --format text texts.txt
done
awk -v n="$n" -v a="$(median peer)" -v b="$(median ours)" 'BEGIN {
	printf "fasttext_predict\t%.4g\ttexts/s\n", n / a * 1e9
	printf "classify_predict\t%.4g\ttexts/s\n", n / b * 1e9
	printf "classify_predict_to_fasttext\t%.3g\ttimes\n", a / b }'
