# Outputs that cannot be written: said, with 73 or 74, and what was there stays.
tiny='-q --layers 1 --heads 2 --embed 16 --context 8 --batch-size 4 --steps 3'
t() { maas-train gpt $tiny "$@" "$DATA/example/corpus.txt"; echo "exit $?"; }
t -o /dev/full
t -o /nowhere/m.maas
mkdir folder && t -o folder
t -o ''
t -o m.maas --log /dev/full
t -o m.maas --log /nowhere/log
t -o m.maas --plot /nowhere/p.svg
t -o m.maas --depfile /nowhere/d
echo old >file && t -o m.maas --checkpoint file
t -o m.maas --checkpoint /nowhere/folder
maas-train gpt $tiny --json -o m2.maas "$DATA/example/corpus.txt" >/dev/full; echo "exit $?"
maas-train gpt $tiny --dry-run "$DATA/example/corpus.txt" >/dev/full; echo "exit $?"
ls
# What is read is never written over.
cp "$DATA/example/corpus.txt" text && ln text alias
t2() { "$@"; echo "exit $?"; cmp text "$DATA/example/corpus.txt"; }
t2 maas-train gpt $tiny -o text text
t2 maas-train gpt $tiny -o m.maas --log ./alias text
t2 maas-train gpt $tiny -o text <text
t2 maas-train logistic -q -o text text
t2 maas-tokenize train -q -n 300 -o text text
t2 maas-tokenize encode -m m2.maas --bin text text
t2 maas-pca fit -q -n 1 -o text text
