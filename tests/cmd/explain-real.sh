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
maas-train lstm -q --analyzer word --label 1 --text 2,3 --epochs 2 --context 100 --rows 1-6000 -o news-lstm.maas "$data/agnews.csv"
maas-train lstm -q --analyzer char --epochs 5 -o zh-lstm.maas "$data/thucnews-train.tsv"
maas-train cnn -q --epochs 1 --rows 1-4000 --labels "$data/t10k-labels-idx1-ubyte.gz" -o digits-cnn.maas "$data/t10k-images-idx3-ubyte.gz"
gunzip -c "$data/t10k-images-idx3-ubyte.gz" | { printf '\000\000\010\003\000\000\001\364\000\000\000\034\000\000\000\034'; tail -c 392000; } >digits.idx
for m in gradient:0.85 occlusion:0.95; do
	for what in "news-lstm news.csv" "zh-lstm $data/thucnews-test.tsv" "digits-cnn digits.idx"; do
		"$BIN/tool/leave_out" "${what%% *}.maas" "${m%:*}" 500 "${what#* }" |
			awk -v least="${m#*:}" -v what="${what%% *}" -v m="${m%:*}" '{ print what, m, ($4 >= least) ? "at least " least : $0 }'
	done
done
for m in gradient occlusion; do
	echo "$m: network $(share news-net.maas $m 500 news.csv), $(share digits-net.maas $m 500 "$data/t10k-images-idx3-ubyte.gz")"
done
