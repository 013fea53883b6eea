# Bad input, misuse and full disks: one line and the right status.
try() { "$@"; echo "exit $?"; }
printf 'a,b\n1,2\n3,x\n' >word.csv; printf 'a,b\n1,2\n3\n' >short.csv; printf 'a,b\n1,2\n' >one.csv; : >empty.csv
printf '1,2\n1,2\n1,2\n' >const.csv; printf '1,2\n3,inf\n' >inf.csv; printf 'a,"b\n1,2\n' >quote.csv; printf '1,2\n3,5\n4,4.5\n' >good.csv
printf '\0\0\010\002\0\0\0\003\0\0\0\002\001\002\003' >cut.idx; printf '\223NUMPY\001\0\006\0{oops}' >bad.npy
for f in word.csv short.csv one.csv empty.csv const.csv inf.csv quote.csv cut.idx bad.npy none.csv .; do try maas-pca fit -o m.maas $f; done
[ -e m.maas ] && echo "a failure left a model"
maas-pca fit -q -o m.maas good.csv
cp m.maas old.maas; try maas-pca fit -o m.maas word.csv; cmp m.maas old.maas
for n in 0 -1 1.5 nan 3 lots; do try maas-pca fit -n $n -o m.maas good.csv 2>&1 | grep -v ^usage; done
try maas-pca fit -n 0.9 good.csv
try maas-pca fit --solver gram -o m.maas good.csv
try maas-pca fit --solver randomized -n 0.9 -o m.maas good.csv
try maas-pca fit --rows 3-2 -o m.maas good.csv
try maas-pca fit --delimiter '||' -o m.maas good.csv
try maas-pca fit --features a,z -o m.maas word.csv
try maas-pca transform -m none.maas good.csv
try maas-pca transform -m good.csv good.csv
try maas-pca transform good.csv
try maas-pca info -m m.maas extra
maas-pca transform -m m.maas good.csv >/dev/full; echo "exit $?"
try maas-pca fit -q -o m.maas/x good.csv
yes 1,2 | head -n 50000 | maas-pca transform -m m.maas | head -n 1
head -c 600 m.maas >cut.maas; try maas-pca info -m cut.maas 2>&1 | cut -c 1-40
cmp m.maas old.maas
maas-pca transform -m m.maas --line-buffered good.csv >/dev/full; echo "exit $?"
printf 'pc1\tpc2\n1.7e308\t1.7e308\n0\t0\n' | maas-pca inverse -m m.maas --to jsonl; echo "exit $?"
printf 'a text\nand another\n' >t.txt; try maas-pca fit -o t.maas t.txt
