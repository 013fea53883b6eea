# Text that many threads split gives the bytes of one thread, and of rows that come one by one; what is wrong has its place.
rows() { seq 1 "$1" | awk 'BEGIN { OFS = "," } { x = $1 * 7919 % 10007; print x / 8, -x % 17 ".25", x * x % 1013 "e-3", "\"" x % 5 "\"", "n" $1 }'; }
{ echo 'a,b,c,"d
e",name'; rows 60000; } >plain.csv
# Quotes with newlines, blank lines, CR LF, spaces, a mark of UTF-8, no newline at the end.
{ printf '\357\273\277a,b,c,d,name\n'; rows 40000 | awk '{ sub(/n[0-9]*[05]$/, "\"a \"\" b\n,x\"") } NR % 7 == 0 { sub(/^/, " ") }
	NR % 11 == 0 { sub(/$/, "\r") } NR % 113 == 0 { print "" } { print }' | head -c -1; } >hostile.csv
tr , '\t' <plain.csv | sed '1,2d;s/"//g' >plain.tsv
for f in plain.csv hostile.csv plain.tsv; do
	drop=name; [ $f = plain.tsv ] && drop=5
	maas-pca fit -q -n 2 --drop $drop -j 1 -o one.maas $f
	maas-pca fit -q -n 2 --drop $drop -j 3 -o two.maas $f && cmp one.maas two.maas
	{ head -c 300001 $f; sleep 0.1; tail -c +300002 $f; } | maas-pca fit -q -n 2 --format "${f#*.}" --drop $drop -o two.maas && cmp one.maas two.maas
	gzip -k $f && maas-pca fit -q -n 2 --drop $drop -o two.maas $f.gz && cmp one.maas two.maas
	# By another encoding nothing is read ahead.
	iconv -f UTF-8 -t UTF-16 $f >$f.16
	maas-pca fit -q -n 2 --drop $drop --format "${f#*.}" --encoding UTF-16 -o two.maas $f.16
	for m in one two; do maas-pca info -m $m.maas >$m.txt; done
	cmp one.txt two.txt && cat one.txt
	maas-model card one.maas | sed -n 's/^data sha256[[:space:]]*//p' >told
	sha256sum $f | cut -d ' ' -f 1 | cmp - told
done
# A second file whose columns come in another order.
awk -F, 'BEGIN { OFS = "," } { print $5, $3, $2, $1, $4 }' plain.csv | sed '1,2d' >turned.csv
sed -i '1i name,c,b,a,d' turned.csv
{ echo 'a,b,c,d,name'; tail -n +3 plain.csv; } >straight.csv
maas-pca fit -q -n 2 --drop name -o one.maas straight.csv turned.csv && maas-pca info -m one.maas
maas-pca fit -q -n 2 --drop name -o two.maas straight.csv straight.csv && maas-pca info -m two.maas
maas-pca fit -q -n 2 --drop name --rows 101-59000 -o one.maas straight.csv turned.csv && maas-pca info -m one.maas
# The first thing that is wrong is told, by any number of threads.
wrong() {
	for j in 1 3; do maas-pca fit -j $j -n 2 --drop name -o x.maas "$@" >said.$j 2>&1; echo "exit $?" >>said.$j; done
	cmp said.1 said.3 && cat said.1
}
awk 'NR > 30000 && /^[0-9]/ && !done++ { sub(/,[^,]*/, ",NA") } NR == 40000 { sub(/^/, "x") } { print }' hostile.csv >gap.csv
wrong gap.csv
sed '30000s/$/,more/' straight.csv >ragged.csv; wrong ragged.csv
sed '30000s/^/1e999/' straight.csv >large.csv; wrong large.csv
sed '30000s/^/"12" 3,/' straight.csv >behind.csv; wrong behind.csv
sed '30000s/"/""/' straight.csv >open.csv; wrong open.csv
{ cat straight.csv; printf '1,2,3,4,"never\nclosed\n'; } >never.csv; wrong never.csv
{ cat straight.csv; printf '1,2,3,4,"'; head -c 3000000 /dev/zero; printf '"\n1,2,x,4,5\n'; } >long.csv; wrong long.csv
{ cat straight.csv; printf '1,2,3,4,"'; head -c 34000000 /dev/zero | tr '\0' '\n'; } >endless.csv; wrong endless.csv
{ cat straight.csv; head -c 34000000 /dev/zero; } >line.csv; wrong line.csv
gzip -c straight.csv | head -c 200000 >short.csv.gz; wrong short.csv.gz
{ head -n 1000 straight.csv; printf '1,2,3\0,4,z\n'; } >nul.csv; wrong nul.csv
test ! -e x.maas
