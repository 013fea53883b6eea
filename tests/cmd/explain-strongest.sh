# Leaving out the three strongest pieces of a row lowers its label's probability more than leaving out three others.
share() { "$BIN/tool/leave_out" "$@" | awk '{ print ($4 >= 0.85) ? "at least 85 %" : $0 }'; }
maas-train logistic -q --tfidf -o words.maas "$DATA/example/train.tsv"
maas-train logistic -q --analyzer char --ngrams 1-3 -o chars.maas "$DATA/example/train.tsv"
maas-train mlp -q --tfidf --hidden 16 --epochs 40 -o net.maas "$DATA/example/train.tsv"
for m in contribution gradient occlusion; do
	echo "$m: words $(share words.maas $m 500 "$DATA/example/test.tsv"), characters $(share chars.maas $m 500 "$DATA/example/test.tsv")"
done
for m in gradient occlusion; do
	echo "$m: network $(share net.maas $m 500 "$DATA/example/test.tsv")"
done
