# The intercept and all contributions of a row sum to its logit.
maas-train logistic -q --tfidf --ngrams 1-2 -o m.maas "$DATA/example/train.tsv"
printf 'The lamp is broken\nThank you for the lamp\n\nnothing known\n' >texts
maas-classify explain -m m.maas texts >all; echo "exit $?"
awk -F '\t' 'NR > 1 { sum[$1] += $6; logit[$1] = $3 } END { for (r in sum) { d = sum[r] - logit[r]; print r, (d < 1e-6 && d > -1e-6) ? "sums up" : d } }' all | sort
maas-classify explain -m m.maas --top 2 texts | cut -f 1,2,4
maas-classify explain -m m.maas --top 1 --jsonl texts | jq -c '[.row, .label, [.contributions[] | .feature, .places]]'
echo "a hash tells features: they are called by what fell in them"
maas-train logistic -q --hash 4 -o hashed.maas "$DATA/example/train.tsv"
sed -n 1p "$DATA/example/test.tsv" | cut -f 1 >one.txt
maas-classify explain -m hashed.maas one.txt | cut -f 4,5
