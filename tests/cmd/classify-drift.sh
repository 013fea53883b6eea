# How far rows are from those a model learnt from: labels, columns, texts; and what chance alone does.
ex=$DATA/example
exec 2>&1
maas-train logistic -q -o m.maas "$ex/train.tsv"
psi() { sed -n 's/.*index \([0-9.]*\) .*/\1/p' | awk -v t="$1" '{ print ($1 > t ? "above" : "below"), t }'; }
echo "the rows it learnt from; without a topic; one topic alone"
maas-classify predict -m m.maas --drift "$ex/train.tsv" >/dev/null
grep -v repair "$ex/train.tsv" | maas-classify predict -m m.maas --drift 2>&1 >/dev/null | psi 0.2
grep -v repair "$ex/train.tsv" | maas-classify predict -m m.maas --drift 2>&1 >/dev/null | sed -n 's/.*labels: repair 0\.2500 to 0\.0[0-9]*/repair is gone/p'
grep -v repair "$ex/test.tsv" | maas-classify predict -m m.maas --drift 2>&1 >/dev/null | psi 0.2
maas-classify predict -m m.maas --drift "$ex/test.tsv" >/dev/null
echo "answers are the same, and -q says nothing"
maas-classify predict -m m.maas "$ex/test.tsv" >want
maas-classify predict -m m.maas --drift -q "$ex/test.tsv" | cmp - want
maas-classify predict -m m.maas --drift --line-buffered -q "$ex/test.tsv" | cmp - want
echo "words nobody knows"
sed 's/[a-z]\{4,\}/x&x/g; s/\t.*//' "$ex/test.tsv" | maas-classify predict -m m.maas --drift 2>&1 >/dev/null | grep -c 'vocabulary 0\.5.*expected 0\.0'
echo "a table: a number that moved, gaps, a category that is new"
awk 'BEGIN { OFS = ","; print "size,kind,grade"; for (i = 0; i < 400; i++) print (i * 7 % 100) / 10 + (i % 2), substr("abc", i % 3 + 1, 1), i % 2 ? "good" : "bad" }' >t.csv
maas-train logistic -q -o t.maas t.csv
maas-classify predict -m t.maas --drift t.csv >/dev/null
awk -F, 'NR > 1 { $1 += 3 } 1' OFS=, t.csv | maas-classify predict -m t.maas --drift 2>&1 >/dev/null | grep -o ': size [0-9]'
sed '2,$s/,b,/,z,/' t.csv | maas-classify predict -m t.maas --drift 2>&1 >/dev/null | grep -o ': kind [0-9]'
echo "nothing to compare, nothing kept"
printf '' | maas-classify predict -m m.maas --drift
maas-tokenize vectorize --fit v.maas --text 1 --label 2 "$ex/train.tsv" | maas-train logistic -q --vectorizer v.maas -o p.maas
grep -v repair "$ex/train.tsv" | maas-classify predict -m p.maas --drift 2>&1 >/dev/null | psi 0.2
maas-train logistic -q -j 3 -o j.maas "$ex/train.tsv"; cmp m.maas j.maas && echo same bytes
