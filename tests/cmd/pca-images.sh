# Ten thousand pictures of clothes: what scikit-learn finds in them.
[ "${MAAS_TEST_DATA-}" ] || { echo "no MAAS_TEST_DATA"; exit 77; }
x=$MAAS_TEST_DATA/data/t10k-images-idx3-ubyte.gz
maas-pca fit -n 0.95 -o m.maas "$x"
maas-pca info -m m.maas | sed -n '2,4p;$p'
maas-pca fit -q -j 1 -n 0.95 -o p.maas - <"$x" && cmp m.maas p.maas
maas-pca transform -m m.maas --rows 1-2 "$x" | cut -f 1-4
maas-pca score -m m.maas "$x" | awk '{ s += $1 } END { printf "%.1f\n", s / (NR - 1) }'
