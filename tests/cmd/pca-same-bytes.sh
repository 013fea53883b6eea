# A file, a pipe, gzip, JSON lines, any number of threads, and any cut of the rows: one model.
awk 'BEGIN { for (i = 1; i <= 3000; i++) printf "%d,%d,%d,%.3f\n", i * 7919 % 1000, i * 104729 % 997, i * 31 % 501, sin(i) }' >t.csv
maas-pca fit -q -n 2 -j 1 -o a.maas t.csv
maas-pca fit -q -n 2 -j 3 -o b.maas --format csv <t.csv
gzip -c t.csv >t.csv.gz && maas-pca fit -q -n 2 -j 2 -o c.maas t.csv.gz
head -n 1234 t.csv >1.csv; tail -n +1235 t.csv | maas-pca fit -q -n 2 -o d.maas --format csv 1.csv -
for m in b c d; do cmp a.maas $m.maas; done
maas-pca fit -q -n 2 -j 1 --solver randomized -o r.maas t.csv; maas-pca fit -q -n 2 -j 3 --solver randomized --format csv <t.csv -o s.maas; cmp r.maas s.maas
maas-pca transform -m r.maas t.csv | cut -c 1-6 >r; maas-pca transform -m a.maas t.csv | cut -c 1-6 | cmp - r && echo near
maas-pca transform -j 1 -m a.maas t.csv >1.tsv; maas-pca transform -j 3 -m a.maas --line-buffered <t.csv | cmp - 1.tsv
{ echo a,b,c,d; cat t.csv; } >h.csv
maas-pca fit -q -n 2 -o h.maas h.csv
awk -F, '{ printf "{\"d\":%s,\"note\":\"n%d\",\"a\":%s,\"b\":%s,\"c\":%s}\n", $4, NR, $1, $2, $3 }' t.csv >t.jsonl
maas-pca transform -m h.maas --to tsv t.jsonl >2.tsv; sed 1d 2.tsv | cmp - 1.tsv
maas-pca transform -m h.maas t.jsonl | tail -n 1
maas-model verify a.maas h.maas
maas-pca fit --if-changed -q -n 2 -o a.maas t.csv && echo same
awk -F, '{ printf "%d 1:%s 2:%s 3:%s", NR % 3, $1, $2, $3; if (NR > 2000) printf " 4:%s", $4; print "" }' t.csv >t.svm
maas-pca fit -q -n 2 -o v.maas t.svm
# shellcheck disable=SC2002
cat t.svm | maas-pca fit -q -n 2 -o w.maas; cmp v.maas w.maas; gzip -c t.svm | maas-pca fit -q -n 2 -o w.maas -; cmp v.maas w.maas && echo "libsvm in a pipe"
maas-pca fit --if-changed -q -n 2 --plot t.svg -o w.maas <t.svm; maas-pca info -m v.maas --plot v.svg t.svm >v.tsv; cmp t.svg v.svg
