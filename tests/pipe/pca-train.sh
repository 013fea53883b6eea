# Components of a table, with its ids and labels handed through, train a classifier; a co-process gets its answers one by one.
sed -n '1p;2,45p' "$DATA/example/data.csv" >train.csv; sed -n '1p;46,$p' "$DATA/example/data.csv" >test.csv
maas-pca fit -q -n 2 --scale standard --drop id,label -o pca.maas train.csv
maas-pca transform -m pca.maas --keep id,label train.csv | head -n 1
maas-pca transform -m pca.maas --keep id,label train.csv | maas-train logistic -q --label label --drop id -o m.maas
maas-pca transform -m pca.maas --keep id,label train.csv >pc.tsv; maas-train logistic -q --label label --drop id -o file.maas pc.tsv
cmp m.maas file.maas && echo "a pipe gives the bytes of a file"
maas-pca transform -m pca.maas --keep id,label test.csv | maas-classify evaluate -m m.maas
mkfifo in out
timeout 20 maas-pca transform -m pca.maas --line-buffered --to tsv <in >out &
exec 3>in 4<out
head -n 1 train.csv >&3; read -r head <&4; echo "$head"
for i in 2 3; do sed -n ${i}p train.csv >&3; read -r line <&4; sed -n ${i}p pc.tsv | cut -f 3- | grep -Fxq -e "$line" && echo "answered"; done
exec 3>&-; wait
