# Fit, look, transform and back, on the matrix whose numbers every reference agrees on.
maas-pca fit -n all -o z.maas "$DATA/pca-z.csv"
maas-pca info -m z.maas
maas-pca info -m z.maas --json | tr ',' '\n' | sed -n '1,4p;$p'
maas-pca transform -m z.maas "$DATA/pca-z.csv" | tee pc.tsv
maas-pca inverse -m z.maas pc.tsv | awk '{ for (i = 1; i <= NF; i++) printf "%.6f ", $i; print "" }'
echo "the fewest components above a share"
for n in 0.5 0.9 0.95 0.999; do maas-pca fit -q -n $n -o n.maas --json "$DATA/pca-z.csv" | cut -d, -f1; done
maas-pca fit -n 1 -o one.maas "$DATA/pca-z.csv"
maas-pca score -m one.maas "$DATA/pca-z.csv"
maas-pca fit -q -n 1 --whiten -o one.maas "$DATA/pca-z.csv" && maas-pca transform -m one.maas "$DATA/pca-z.csv"
maas-pca info -m z.maas --scree
