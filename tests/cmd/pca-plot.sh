# Variances and rows as pictures, and as bars where somebody looks.
data=data.csv; cp "$DATA/example/data.csv" .
maas-pca fit -q --drop id --label label --plot fit.svg -o m.maas "$data"
maas-pca info -m m.maas --plot info.svg "$data" | cut -f 1,4
cmp fit.svg info.svg && echo "the rows that were learnt from, or the same rows later: one picture"
maas-pca fit -q --drop id --label label --plot pipe.svg -o p.maas --format csv <"$data"; cmp fit.svg pipe.svg && cmp m.maas p.maas
grep -o '>[^<]*</text>' fit.svg | tr -d '<>' | sed 's/.text$//' | grep '[a-z]'
echo "$(grep -c '<circle.*#0072b2' fit.svg) $(grep -c '<circle.*#d55e00' fit.svg) dots, $(grep -c '<rect.*#0072b2' fit.svg) bars, with the legends"
awk -F, 'NR > 1 { n[$NF]++ } END { for (l in n) print n[l], l }' "$data" | sort
echo "-- labels of a column that is no label of the model; many; none; rows that cannot be used"
maas-pca fit -q --drop id,label -o d.maas "$data"
maas-pca info -m d.maas --label id --plot many.svg "$data" >many.tsv; grep -o '>[^<]*others</text>' many.svg
{ head -n 3 "$data"; echo ',wide,1,2,3,'; } | maas-pca info -m d.maas --plot bad.svg --format csv - >bad.tsv; echo "exit $?"; grep -c '<circle' bad.svg
maas-pca info -m d.maas --label nothing --plot no.svg "$data" >no.tsv; echo "exit $?"
maas-pca fit -q -n 1 --drop id --label label -o one.maas --plot one.svg "$data"; grep -o '>row</text>' one.svg
maas-pca info -m d.maas --plot scree.svg | wc -l; grep -c 'width="800"' scree.svg
echo "-- refused"
maas-pca info -m d.maas "$data" 2>&1 | head -n 1
maas-pca info -m d.maas --plot x.gif; echo "exit $?"
cp "$data" own.svg; maas-pca info -m d.maas --plot own.svg --format csv own.svg; echo "exit $?"; cmp own.svg "$data"
maas-pca fit -q --drop id,label --plot no/x.svg -o gone.maas "$data"; echo "exit $?"
maas-pca info -m d.maas >/dev/full; echo "exit $?"
echo "-- eyes"
maas-pca fit -q -o tall.maas "$DATA/pca-tall.csv"
LC_ALL=C.UTF-8 maas-pca info -m tall.maas --scree --color always | sed 's/\x1b/^/g'
TERM=xterm NO_COLOR='' script -qec "stty cols 70; maas-pca info -m tall.maas" /dev/null | tr -d '\r' | sed 's/\x1b/^/g' | tail -n 2
NO_COLOR=1 script -qec "stty cols 40; maas-pca info -m tall.maas" /dev/null | tr -d '\r' | tail -n 3
script -qec "maas-pca info -m tall.maas --no-scree" /dev/null | tr -d '\r' | head -n 2
awk 'BEGIN { srand(3); for (i = 0; i < 60; i++) { for (j = 0; j < 45; j++) printf "%s%.3f", j ? "," : "", rand() / (j + 1); print "" } }' >long.csv
maas-pca fit -q -o long.maas long.csv && maas-pca info -m long.maas --scree | tail -n 3 | cut -c 1-36
