# A pipe and a file of the same content give the same bytes; rows that a vectoriser made are rows.
. "$TOP/tests/alike.sh"
ex=$DATA/example
maas-tokenize vectorize --fit vec.maas --text 1 --label 2 --tfidf "$ex/train.tsv" >rows.svm
maas-tokenize vectorize --fit vec2.maas --text 1 --label 2 --tfidf "$ex/train.tsv" | maas-train logistic -q -o piped.maas
cmp vec.maas vec2.maas && maas-train logistic -q -o filed.maas rows.svm && cmp piped.maas filed.maas && echo a pipe is a file
maas-tokenize vectorize -m vec.maas --text 1 --label 2 "$ex/test.tsv" | maas-classify evaluate -m piped.maas >sparse.txt
maas-train logistic -q --tfidf -o direct.maas "$ex/train.tsv"
maas-classify evaluate -m direct.maas "$ex/test.tsv" | cmp - sparse.txt && echo the same report
maas-train logistic -q --vectorizer vec.maas -o carried.maas rows.svm
alike carried.maas direct.maas && echo carried: raw text from now on
maas-train logistic -q --vectorizer vec.maas -o again.maas "$ex/train.tsv" && alike again.maas direct.maas && echo of raw text too
cut -f 1 "$ex/test.tsv" | maas-classify predict -m carried.maas >want
maas-tokenize vectorize -m vec.maas "$ex/test.tsv" | maas-classify predict -m carried.maas | cmp - want && echo rows and texts get the same answers
