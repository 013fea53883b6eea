# One table in every format, as file, under a wrong name, and from a pipe: always the same rows.
. "$TOP/tests/alike.sh"
printf 'a,b,c\n1,2.5,-3\n4,0.1,6e1\n-7,8,9.25\n1.5,2,3\n' >t.csv
maas-pca fit -q -n 2 -o m.maas t.csv
maas-pca transform -m m.maas t.csv | tee want
sed 1d want >bare
same() { maas-pca transform -m m.maas --to tsv "$@" 2>&1 | cmp - "$want" && echo "same: $*"; }
want=want
tr , '\t' <t.csv >t.tsv; same t.tsv
sed 's/$/\r/' t.csv >crlf.csv; same crlf.csv
{ printf '\357\273\277'; cat t.csv; } >bom.csv; same bom.csv
printf %s "$(cat t.csv)" >cut.csv; same cut.csv
sed 's/[^,]*/"&"/g' t.csv >quoted.csv; same quoted.csv
tr , ';' <t.csv >semi.txt; same --delimiter ';' semi.txt
gzip -c t.csv >t.csv.gz; same t.csv.gz
iconv -t UTF-16 t.csv >utf16.csv; same --encoding UTF-16 utf16.csv
maas-pca transform -m m.maas utf16.csv
cp t.csv data; same data
same - <t.csv
gzip -c t.csv | same
awk -F, 'NR > 1 { printf "{\"c\":%s,\"b\":%s,\"a\":%s}\n", $3, $2, $1 }' t.csv >t.jsonl; same t.jsonl; same <t.jsonl
want=bare
sed 1d t.csv >bare.csv; same --header no bare.csv
awk -F, 'NR > 1 { print NR % 2 ? "+1" : "-1", "1:" $1, "2:" $2, "3:" $3 }' t.csv >t.svm; same t.svm; same --format libsvm <t.svm
maas-pca inverse -m m.maas --to npy want | maas-pca transform -m m.maas --to tsv | awk '{ printf "%.4f %.4f\n", $1, $2 }' >back
awk '{ printf "%.4f %.4f\n", $1, $2 }' bare | cmp - back && echo "same: npy"
maas-pca fit -q -n 2 -o s.maas t.svm && maas-pca transform -m s.maas t.svm | cmp - bare && echo "same: fitted on libsvm"
maas-pca fit -q -n 2 -o s2.maas --format libsvm <t.svm && cmp s.maas s2.maas
printf '\0\0\010\003\0\0\0\003\0\0\0\001\0\0\0\002\001\002\376\377\007\120' >t.idx
maas-pca fit -q -n 2 -o i.maas t.idx && maas-pca transform -m i.maas <t.idx | wc -l
printf '1,2\n254,255\n7,80\n' | maas-pca transform -m i.maas --format csv >i.tsv; maas-pca transform -m i.maas t.idx | cmp - i.tsv
maas-pca transform -m m.maas t.idx; echo "exit $?"
maas-pca transform -m m.maas --rows 2-3 t.csv
# gz, a mark of UTF-8 and CR in front of LF make no difference in any format
want=want
for f in t.tsv t.jsonl; do gzip -c $f >z.$f.gz; same z.$f.gz; { printf '\357\273\277'; sed 's/$/\r/' $f; } >${f%.*}2.${f##*.}; same ${f%.*}2.${f##*.}; done
want=bare
{ printf '\357\273\277'; sed 's/$/\r/' t.svm; } >bom.svm; same bom.svm; gzip -c bom.svm >bom.svm.gz; same bom.svm.gz
maas-pca inverse -m m.maas --to npy want >t.npy; gzip -c t.npy >z; maas-pca transform -m m.maas --to tsv t.npy >plain; want=plain; same z; same - <z
maas-pca transform -m i.maas t.idx >plain.idx; gzip -c t.idx >z; maas-pca transform -m i.maas z | cmp - plain.idx && echo 'same: idx.gz'
printf '\223NUMPY\1\0\106\0%-69s\n\0\0\200\077\0\0\40\100\0\0\100\300' "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 3), }" >f.npy; head -n 1 bare >first; maas-pca transform -m m.maas --to tsv f.npy | cmp - first && echo 'same: fortran f4'
# encodings: names and words too
printf '编号,类,label\n1,红,好\n2,蓝,坏\n3,红,好\n4,蓝,坏\n' >zh.csv; maas-train logistic -q -o zh.maas zh.csv; maas-classify predict -m zh.maas --proba zh.csv >zh.want
for e in GB18030 GBK UTF-16 UTF-32BE; do iconv -f UTF-8 -t $e zh.csv | gzip >zh-$e.csv.gz; maas-classify predict -m zh.maas --proba --encoding $e zh-$e.csv.gz | cmp - zh.want && echo "same: $e"; maas-train logistic -q -o e.maas --encoding $e zh-$e.csv.gz; alike e.maas zh.maas; done
printf '編號,類,label\n1,紅,好\n2,藍,壞\n3,紅,好\n4,藍,壞\n' >tw.csv; maas-train logistic -q -o tw.maas tw.csv; iconv -f UTF-8 -t BIG5 tw.csv >big5.csv; maas-train logistic -q -o e.maas --encoding Big5 big5.csv; alike e.maas tw.maas && echo 'same: Big5'
# libsvm is known in a pipe as in a file, with comments and queries in its first line
for first in 'a 1:1 3:.5' 'a 1:1 3:.5 # of last year' '1 qid:4 1:1 3:.5' 'a qid:4 1:1 3:.5#x'; do
	printf '%s\nb 2:1\na 2:2\n' "$first" >first.svm
	maas-train logistic -q -o f.maas first.svm && maas-train logistic -q -o e.maas <first.svm && cmp e.maas f.maas && echo "same: $first"
done
