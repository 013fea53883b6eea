# Few long rows that are sparse: the components are those of the same rows in full; larger than the data is said.
awk 'BEGIN { for (i = 1; i <= 40; i++) { printf "%d", i % 2; for (j = 1; j <= 700; j++) { v = (i * 31 + j * 17 + i * j) % 97; if (v < 6) printf " %d:%d", j, v + 1 } print " 700:1" } }' |
	sed 's/ 700:[0-9]* 700:1/ 700:1/' >x.svm
awk '{ for (j = 1; j <= 700; j++) x[j] = 0; for (i = 2; i <= NF; i++) { split($i, a, ":"); x[a[1]] = a[2] } for (j = 1; j <= 700; j++) printf "%s%s", x[j], j < 700 ? "," : "\n" }' x.svm >x.csv
for how in "-n 0.9" "-n 5 --scale standard" "-n 5 --sign u" "-n 39"; do
	# shellcheck disable=SC2086
	maas-pca fit -q -j 1 --solver gram $how -o s.maas x.svm && maas-pca fit -q -j 3 --solver gram $how -o t.maas x.svm && cmp s.maas t.maas
	# shellcheck disable=SC2086
	maas-pca fit -q --solver full $how -o d.maas x.csv
	maas-pca info -m s.maas | head -n 3
	for m in s d; do
		maas-pca info -m $m.maas | cut -f 1-3 >$m.info
		maas-pca transform -m $m.maas x.csv | sed 's/-0\.0*\(	\|$\)/0\1/g' | awk '{ for (i = 1; i <= NF; i++) printf "%.4f ", $i; print "" }' | sed 's/-0\.0000/0.0000/g' >$m.rows
	done
	cmp s.info d.info; cmp s.rows d.rows && echo as in full
done
maas-pca transform -m s.maas x.svm | head -n 2 | cut -f 1-3
maas-pca fit -v -n 0.99 --solver gram -o s.maas x.svm 2>&1 | sed '/reading/d'
# More rows than are held, by the covariance.
seq 20 | while read -r _; do cat x.svm; done | maas-pca fit -q -n 3 --format libsvm -o s.maas && maas-pca info -m s.maas --json | cut -c 1-80
