# Rows that come many at a time are the rows that come one by one: from a file, a pipe, gzipped, in parts, on every tier.
npy() { printf "\\223NUMPY\\1\\0v\\0%-117s\\n" "{'descr': '<$1', 'fortran_order': False, 'shape': ($2, $3), }"; }
digits() { seq 10000000 10009999 | head -c "$1"; }
{ printf '\0\0\10\2\0\0\13\270\0\0\0\24'; digits 60000; } >bytes
{ npy f4 3000 5; digits 60000; } >f4.npy
{ npy f8 2500 3; digits 60000; } >f8.npy
for f in bytes f4.npy f8.npy; do
	gzip -kf $f
	maas-pca fit -q -j 1 -n 2 -o one.maas $f
	maas-pca fit -q -j 3 -n 2 -o two.maas $f && cmp one.maas two.maas
	{ head -c 30001 $f; sleep 0.1; tail -c +30002 $f; } | maas-pca fit -q -n 2 -o two.maas && cmp one.maas two.maas
	maas-pca fit -q -n 2 -o two.maas $f.gz && cmp one.maas two.maas
	for isa in portable avx2; do
		MAAS_ISA=$isa maas-pca fit -q -n 2 -o two.maas $f && cmp one.maas two.maas
	done
	maas-model card one.maas | sed -n 's/^data sha256[[:space:]]*//p' >told
	sha256sum $f | cut -d ' ' -f 1 | cmp - told
	maas-pca info -m one.maas
done
# Sums of several files, and of a part, by the covariance or by all rows at once.
maas-pca fit -q -n 2 -o one.maas f4.npy f4.npy && maas-pca info -m one.maas
maas-pca fit -q -n 2 --rows 101-2900 -o one.maas f4.npy && maas-pca info -m one.maas
maas-pca fit -q -n 2 --rows 101-2900 --solver full -o one.maas f4.npy && maas-pca info -m one.maas
# What is wrong among many rows has its place told.
{ npy f4 3000 5; digits 40000; printf '\0\0\300\177'; digits 19996; } >nan.npy
{ npy f8 2500 3; digits 59992; printf '\0\0\0\0\0\0\360\377'; } >inf.npy
maas-pca fit -n 2 -o x.maas nan.npy
maas-pca fit -n 2 -o x.maas inf.npy
head -c 50000 f4.npy >short.npy
maas-pca fit -n 2 -o x.maas short.npy
{ cat f4.npy; echo; } | maas-pca fit -n 2 -o x.maas
test ! -e x.maas
