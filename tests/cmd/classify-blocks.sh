# Rows are read ahead and scored together: the answers, and what is said of bad rows, are those of row by row.
awk 'BEGIN { print "id,size,colour,note,kind"
	for (i = 1; i <= 600; i++) printf "r%d,%s,%s,\"a \"\"%d\"\", and more\",%s\n", i, i % 9 ? i % 7 : "", i % 3 ? "red" : "blue", i, i % 2 ? "a" : "b" }' >train.csv
maas-train logistic -q --impute mean --drop note --id id -o m.maas train.csv
# many rows, some of which have no answer
{ head -n 1 train.csv; for i in 1 2 3 4 5 6 7 8; do tail -n +2 train.csv; echo "bad,seven,red,x,a"; echo; echo "short,1"; done; } >rows.csv
awk -F '\t' 'BEGIN { for (i = 1; i <= 4500; i++) printf "{\"size\":%s,\"colour\":\"r\\u0065d\",\"n\":%d}\n%s", i % 5 ? i % 7 : "\"x\"", i, i % 1000 ? "" : "{no JSON\n\n" }' >rows.jsonl
same() {
	maas-classify predict -m m.maas --line-buffered "$@" >want 2>want.err; rc=$?
	for j in 1 3; do
		maas-classify predict -m m.maas -j $j "$@" >got 2>got.err
		[ $? -eq $rc ] && cmp want got && cmp want.err got.err || return
	done
	echo "$(wc -l <got) lines, exit $rc: $*"
}
same rows.csv
same --append --proba rows.csv
same --jsonl --keep note,id rows.csv
same rows.jsonl
same -k 2 rows.csv rows.jsonl train.csv
same rows.csv none.csv
# sparse rows, and a text
maas-tokenize vectorize --fit vec.maas --text 1 --label 2 "$DATA/example/train.tsv" >train.svm
maas-train logistic -q -o m.maas train.svm
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do cat train.svm; echo "$i 3:x"; done >rows.svm
same rows.svm
maas-train logistic -q --tfidf -o m.maas "$DATA/example/train.tsv"
train=$DATA/example/train.tsv
cat "$train" "$train" "$train" "$train" "$train" "$train" "$train" "$train" "$train" "$train" "$train" "$train" "$train" "$train" "$train" >rows.tsv
same --append rows.tsv
same train.svm
# the report is of all rows
maas-classify evaluate -m m.maas --json rows.tsv | jq -c '[.n, .accuracy]'
