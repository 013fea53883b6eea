# What is likely a mistake is said, and where; what surely is one is refused.
exec 2>&1
try() { maas-train "$@" 2>&1 | sed 's/, newton-cg.*//; s/, adam.*//'; }
printf 'text,label\nhello my dear,a\nbye you there,b\nhello he,a\nbye she,b\n' >words.csv
printf 'a,b,label\n1,2,x\n3,4,y\n4,5,x\n0,9,y\n' >few.csv
echo "== names that are taken for data"
try logistic -o m.maas words.csv
try logistic --header yes -o m.maas words.csv
try logistic --header no -o m.maas words.csv
maas-train logistic -q -o m.maas words.csv
echo "== very many labels"
{ echo a,y; seq 150 | sed 's/.*/&,L&/'; } >names.csv; { echo a,y; seq 150 | sed 's/.*/&,&.5/'; } >numbers.csv
try logistic --max-iter 2 -o m.maas names.csv
try logistic --max-iter 2 -o m.maas numbers.csv
maas-train mlp --epochs 1 --loss mse -o m.maas few.csv
echo "exit $?"
echo "== labels that are none"
printf 'a,b,y\n1,2,3\n3,4,four\n' >four.csv; printf '1 2\n3 \n4 5\n' >gap.txt
maas-train linear -o m.maas four.csv
maas-train logistic --format csv --delimiter ' ' -o m.maas gap.txt
maas-train logistic --class-weight x:0,y:0 -o m.maas few.csv
echo "exit $?"
echo "== files"
printf 'a\tb\tlabel\n1\t2\tx\n' >few.tsv
maas-train logistic -q -o m.maas few.csv
maas-classify predict -m m.maas - <few.tsv
maas-train logistic -q --log - -o m.maas few.csv | jq -c '[.step, .loss > 0]' | head -n 2
try logistic --lock m.maas -o m.maas few.csv | head -n 1
maas-train gpt --log m.maas -o m.maas few.csv
ls -- - 2>/dev/null
cp few.csv '10:30 few.csv'; maas-train logistic -q --depfile d.mk -o 10:30.maas '10:30 few.csv'; cat d.mk
printf '\ttouch made\n' >>d.mk; make -s -f d.mk 10:30.maas; [ -e made ] || echo "as new as its data"
touch -d 2001-01-01 10:30.maas; make -s -f d.mk 10:30.maas; [ -e made ] && echo "older than its data"
echo "== a directory's files are named, each with a rule of its own; pipes are not, and names of the registry are where they lie"
mkdir pets; for a in cat dog; do mkdir pets/$a; cp "$DATA"/example/shapes/box/[12].png pets/$a; done
maas-train logistic -q --size 4x4 --depfile d.mk -o pets.maas pets; cat d.mk
printf 'pets.maas:\n\t@echo "made again"\ninclude d.mk\n' >p.mk; make -s -f p.mk; rm pets/cat/1.png; make -s -f p.mk
mkfifo pipe; cat few.csv >pipe & maas-model register -q m.maas few --registry reg
MAAS_REGISTRY=reg maas-train logistic -q --depfile d.mk --init-from few -o n.maas pipe; cat d.mk
echo "== a word too long for a record to test the model by"
{ head -c 5000000 /dev/zero | tr '\0' w; printf '\tx\nshort word\ty\n'; } >long.tsv
try logistic -o m.maas long.tsv
echo "== nothing to do"
maas-train mlp --epochs 0 -o m.maas few.csv
echo "exit $?"
maas-train mlp -q --epochs 1 -o m.maas few.csv
maas-classify explain -m m.maas --global </dev/null
echo "exit $?"
