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
echo '# networks that read words in their order: occlusion 95 %'
maas-train gru -q --embed 24 --hidden 24 --lr 0.005 --epochs 25 --bidirectional --pool attention -o gru.maas "$DATA/example/train.tsv"
for m in gradient:0.85 occlusion:0.95; do
	"$BIN/tool/leave_out" gru.maas ${m%:*} 500 "$DATA/example/test.tsv" | awk -v least=${m#*:} '{ print ($4 >= least) ? "at least " least : $0 }'
done
