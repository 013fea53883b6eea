# A regression's answers are numbers; inputs of several forms; models of other commands.
printf 'size,town,price\n1,Ulm,10.5\n2,Ulm,20.25\n3,Bonn,31\n4,Bonn,39.75\n5,Ulm,52\n' >t.csv
maas-train linear -q --l2 0.1 --label price -o v.maas t.csv
(
echo "a value a line, an empty line where there is none"
printf 'size,town\n1.5,Ulm\n,Ulm\n\n4.5,Nowhere\n' >q.csv
maas-classify predict -m v.maas q.csv; echo "exit $?"
maas-classify predict -m v.maas --append q.csv
maas-classify predict -m v.maas --append t.csv | head -n 2
maas-classify predict -m v.maas --jsonl q.csv
printf '{"id":7,"town":"Ulm","size":1.5}\n{"town":"Bonn","size":"x","value":3}\n{"size":1}\n' | maas-classify predict -m v.maas
for option in '-k 2' --proba '--threshold 0.5' '-k 0'; do
	maas-classify predict -m v.maas $option q.csv; echo "exit $?"
done
echo "inputs of several forms, each answered in its own, by any number of threads, or row by row"
maas-train logistic -q --hash 12 --text 1 --label 2 -o m.maas "$DATA/example/train.tsv"
maas-train logistic -q --label town -o town.maas t.csv
printf '{"size":4,"price":40}\n' >o.jsonl
printf 'price\tsize\n31\t3\n' >o.tsv
for how in '-j 1' '-j 3' --line-buffered; do
	maas-classify predict $how -m town.maas --append t.csv o.jsonl o.tsv t.csv >"out${how##* }"; echo "exit $?"
done
cat out1; cmp out1 out3 && cmp out1 out--line-buffered && echo the same
awk 'BEGIN { for (i = 0; i < 7000; i++) print i % 50 ? "my bell " i " is broken, it rattles " i * i : "" }' >many
maas-classify predict -m m.maas -j 1 --proba many >m1
maas-classify predict -m m.maas -j 3 --proba many | cmp - m1 && maas-classify predict -m m.maas --line-buffered --proba many | cmp - m1 &&
	wc -l <m1
echo "models of other commands"
maas-pca fit -q -n 1 --drop town -o pca.maas t.csv
maas-tokenize vectorize --fit vec.maas --text 1 --label 2 "$DATA/example/train.tsv" >/dev/null
printf 'a little text to learn from\n' >text
maas-tokenize train -q -n 260 -o tok.json text
maas-train gpt -q --tokenizer tok.json --layers 1 --heads 1 --embed 8 --context 8 --steps 1 --batch-size 1 -o gpt.maas text
for m in pca vec gpt; do
	maas-classify predict -m $m.maas q.csv; echo "exit $?"
done
) 2>&1 | sed -E 's/([0-9]\.[0-9]{4})[0-9]+/\1/g'
