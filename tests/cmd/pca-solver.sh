# auto takes the solver that the shape asks for, and -v says which and why.
table() { awk -v r="$1" -v c="$2" 'BEGIN { for (i = 1; i <= r; i++) { for (j = 1; j <= c; j++) printf "%s%.5f", (j > 1 ? "," : ""), sin(i * j * 7.1) / j + cos(i + j) / 9; print "" } }'; }
table 30 4 >small.csv; table 510 3 >tall.csv; table 20 510 >wide.csv; table 510 510 >square.csv
say() { maas-pca fit -v -o m.maas "$@" 2>&1 | grep -v seconds | grep -v ' s, sums ' | sed 's/[0-9.]* s\>/T s/g'; }
say small.csv
say tall.csv
say -n 5 wide.csv
say -n 0.9 wide.csv
say -n all wide.csv
say -n 0.99 square.csv
echo "-- told by hand"
say --solver covariance -n 2 tall.csv
say --solver gram -n 19 wide.csv; say --solver gram -n 20 wide.csv
say --solver full -n 0.9 wide.csv
echo "-- the same variances"
for s in full covariance randomized; do maas-pca fit -q -n 3 --solver $s -o m.maas square.csv; maas-pca info -m m.maas | tail -n 1 | awk '{ printf "%.6g %s\n", $2, $3 }'; done
maas-pca fit -q -n 5 --solver gram -o g.maas wide.csv; maas-pca fit -q -n 5 --solver full -o f.maas wide.csv
for m in g f; do maas-pca transform -m $m.maas wide.csv | awk '{ for (i = 1; i <= NF; i++) printf "%.4f ", $i; print "" }' | sed 's/-0.0000/0.0000/g' >$m; done; cmp g f && echo "the same components"
