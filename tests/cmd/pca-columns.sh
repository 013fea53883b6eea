# What becomes of columns: kept, dropped, moved, filled, missing; invalid rows keep their place.
cat >d.csv <<'X'
id,length,width,height,label
p1,25.1,17.2,11.5,small
p2,94.7,48.9,19.1,large
p3,27.7,16.9,9.5,small
p4,99.0,52.5,20.25,"very
large"
X
maas-pca fit -n 2 --drop id,label -o m.maas d.csv
maas-pca transform -m m.maas --keep id,label d.csv
maas-pca score -m m.maas --keep label d.csv | cut -f 1
echo "-- other order, invalid rows"
printf 'width,id,height,length\n17.2,q1,11.5,25.1\nwide,q2,1,2\n\n1,2\n48.9,q5,19.1,94.7\n' >e.csv
maas-pca transform -m m.maas --keep id e.csv; echo "exit $?"
echo "-- JSON lines"
printf '{"id":7,"width":17.2,"height":11.5,"length":25.1,"more":[1,{"x":null}],"pc1":"old"}\n[]\n{"width":1}\n' | maas-pca transform -m m.maas; echo "exit $?"
echo "-- no such column"
cut -d, -f 1,2 e.csv | maas-pca transform -m m.maas; echo "exit $?"
maas-pca transform -m m.maas --keep idd d.csv; echo "exit $?"
echo "-- gaps"
printf 'a,b\n1,NA\n3,4.5\n5,8.25\n?,6\n' >g.csv
maas-pca fit -n 1 -o g.maas g.csv; echo "exit $?"
maas-pca fit -q -n 2 --impute mean -o g.maas g.csv && maas-pca transform -m g.maas g.csv
maas-pca fit -q -n 2 --impute mean -o p.maas --format csv <g.csv && cmp g.maas p.maas
maas-pca fit -q -n 2 --features length,width -o f.maas d.csv && maas-pca inverse -m f.maas <<'X'
pc1	pc2
0	0
X
maas-pca transform -m m.maas --to npy d.csv | maas-pca inverse -m m.maas --to jsonl -
