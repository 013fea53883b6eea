# News in Chinese: without one topic the index is above 0.2, for any half of them it is under 0.05; learnt from or not.
[ -n "${MAAS_TEST_DATA-}" ] || { echo "MAAS_TEST_DATA is not set"; exit 77; }
d=$MAAS_TEST_DATA/data
maas-train logistic -q --max-iter 5 --analyzer char --ngrams 1-2 --max-features 20000 -o zh.maas "$d/thucnews-train.tsv" 2>/dev/null
index() { maas-classify predict -m zh.maas --drift 2>&1 >/dev/null | sed -n 's/.*index \([0-9.]*\) .*/\1/p'; }
for f in train test; do
	for topic in 0 1 2 3 4 5 6 7 8 9; do
		awk -F '\t' -v t=$topic '$2 != t' "$d/thucnews-$f.tsv" | index | awk '$1 <= 0.2 { print "too little:", $0 }'
	done
	for seed in 1 2 3; do
		awk -v s=$seed 'BEGIN { srand(s) } rand() < 0.5' "$d/thucnews-$f.tsv" | index | awk '$1 >= 0.05 { print "too much:", $0 }'
	done
done
echo 'all measured'
maas-classify predict -m zh.maas --drift "$d/thucnews-test.tsv" 2>&1 >/dev/null | sed -n 's/.*vocabulary \([0-9.]*\).*expected \([0-9.]*\).*/\1 \2/p' | awk '{ print ($1 / $2 > 0.9 && $1 / $2 < 1.1) ? "terms out of vocabulary are as expected" : $0 }'
maas-model tensors zh.maas | awk '$1 == "maas.statistics" { print ($NF < 50000) ? "small" : $0 }'
