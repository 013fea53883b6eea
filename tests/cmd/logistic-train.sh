# maas-train logistic: results, validation, formats, the same bytes for any number of threads.
. "$TOP/tests/alike.sh"
ex=$DATA/example
maas-train logistic --tfidf --val-split 0.2 --json -o split.maas "$ex/train.tsv" 2>result |
	jq -c '{kind, rows, labels, val_rows, done, converged, baseline, good: (.val_accuracy > 0.9), keys: keys_unsorted}'
maas-train logistic -q --tfidf -j 1 -o one.maas "$ex/train.tsv"
maas-train logistic -q --tfidf -j 3 -o three.maas "$ex/train.tsv"
cmp one.maas three.maas && echo the same bytes
maas-train logistic -q --tfidf --val "$ex/test.tsv" -o val.maas "$ex/train.tsv"
alike one.maas val.maas && echo validation teaches nothing
maas-train logistic --max-iter 2 -o short.maas "$ex/train.tsv" 2>&1 | grep -o 'not converged'
maas-train logistic -q --log log.jsonl -o log.maas "$ex/train.tsv"; jq -c 'keys' log.jsonl | sort -u
maas-model verify one.maas
echo "other formats, the same answers"
awk -F '\t' '{ gsub(/"/, "\"\"", $1); print "\"" $1 "\"," $2 }' "$ex/train.tsv" >train.csv
awk -F '\t' '{ print "__label__" $2 " " $1 }' "$ex/train.tsv" >train.txt
awk -F '\t' '{ print "{\"label\":\"" $2 "\",\"text\":\"" $1 "\",\"more\":1}" }' "$ex/train.tsv" >train.jsonl
cut -f 1 "$ex/test.tsv" >texts
maas-classify predict -m one.maas texts >want
maas-train logistic -q --tfidf -o csv.maas train.csv
maas-classify predict -m csv.maas --format text texts | cmp - want && echo csv
maas-train logistic -q --tfidf --format fasttext -o ft.maas train.txt
maas-classify predict -m ft.maas texts | cmp - want && echo fasttext
maas-train logistic -q --tfidf --drop more --text text -o jsonl.maas train.jsonl
maas-classify predict -m jsonl.maas --format text texts | cmp - want && echo jsonl
gzip -k train.csv; maas-train logistic -q --tfidf -o gz.maas train.csv.gz; alike csv.maas gz.maas && echo gzip
echo "numbers, categories, gaps"
printf 'size,colour,label\n1,red,a\n2,red,a\n8,blue,b\n,blue,b\n9,red,b\n' >n.csv
maas-train logistic -q -o n.maas n.csv; echo "exit $?"
maas-train logistic -q --impute mean -o n.maas n.csv && printf 'colour,size\nred,1\nblue,\n' | maas-classify predict -m n.maas --format csv | cut -f 1
maas-train logistic -q --if-changed -o one.maas --tfidf --depfile one.d "$ex/train.tsv"; sed "s|$DATA|DATA|" one.d
