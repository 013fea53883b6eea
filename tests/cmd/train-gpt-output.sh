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
