# The same of 500 rows of real data: news, headlines in Chinese, written digits.
[ "${MAAS_TEST_DATA-}" ] || { echo "MAAS_TEST_DATA is not set"; exit 77; }
share() { "$BIN/tool/leave_out" "$@" | awk '{ print ($4 >= 0.85) ? "at least 85 %" : $0 }'; }
data=$MAAS_TEST_DATA/data
for m in contribution occlusion; do
	[ -f news.maas ] || maas-train logistic -q --label 1 --text 2,3 --tfidf --rows 1-6000 -o news.maas "$data/agnews.csv"
	[ -f zh.maas ] || maas-train logistic -q --analyzer char --ngrams 1-2 --max-iter 20 -o zh.maas "$data/thucnews-train.tsv"
	[ -f digits.maas ] || maas-train logistic -q --C 0.00001 --max-iter 50 --rows 1-500 --labels "$data/t10k-labels-idx1-ubyte.gz" \
		-o digits.maas "$data/t10k-images-idx3-ubyte.gz"
	tail -n 1000 "$data/agnews.csv" >news.csv
	echo "$m: $(share news.maas $m 500 news.csv), $(share zh.maas $m 500 "$data/thucnews-test.tsv"), $(share digits.maas $m 500 "$data/t10k-images-idx3-ubyte.gz")"
done
maas-train mlp -q --label 1 --text 2,3 --tfidf --hidden 32 --epochs 5 --rows 1-6000 -o news-net.maas "$data/agnews.csv"
maas-train mlp -q --scale minmax --hidden 64 --epochs 5 --rows 1-2000 --labels "$data/t10k-labels-idx1-ubyte.gz" \
	-o digits-net.maas "$data/t10k-images-idx3-ubyte.gz"
for m in gradient occlusion; do
	echo "$m: network $(share news-net.maas $m 500 news.csv), $(share digits-net.maas $m 500 "$data/t10k-images-idx3-ubyte.gz")"
done
