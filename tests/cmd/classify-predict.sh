# One row in, one line out: plain, several labels, all labels, a threshold, rows carried along.
ex=$DATA/example
# Three digits: the last of nine are the processor's.
(
maas-train logistic -q --tfidf -o m.maas "$ex/train.tsv"
cut -f 1 "$ex/test.tsv" | head -n 2 >texts
maas-classify predict -m m.maas texts
maas-classify predict -m m.maas -k 2 texts
maas-classify predict -m m.maas --proba texts
maas-classify predict -m m.maas --threshold 0.7 texts
echo "rows with their label, rows without"
head -n 2 "$ex/test.tsv" | maas-classify predict -m m.maas --append
maas-classify predict -m m.maas --append texts
echo "some columns of a table with names"
printf 'no,letter,from,kind\n1,"My bell, it rattles",Ada,repair\n2,The bill is wrong,"Ben, C",billing\n' >t.csv
maas-train logistic -q --text letter --label kind --drop no,from -o t.maas t.csv
maas-classify predict -m t.maas --keep from,no t.csv
maas-classify predict -m t.maas --append t.csv
maas-classify predict -m t.maas --keep no --jsonl -k 1 t.csv
maas-classify predict -m t.maas --keep nothing t.csv; echo "exit $?"
echo "empty lines, a last line without its end, bytes that are no text, a carriage return"
printf 'My bell is broken\n\n\377\200 bell\nbell\r\nThe bill' | maas-classify predict -m m.maas >out; echo "exit $?"; wc -l <out; sed -n 2p out
echo "JSON keeps what it came with"
head -n 1 "$ex/requests.jsonl" | maas-classify predict -m m.maas
echo '{"text":"My bell is broken","n":[1,2.50,{"a":null}],"label":"old"}' | maas-classify predict -m m.maas -k 1
printf '{"text":"a bell"}\n{"txt":"a bell"}\nnot json\n\n{"text":"a bill","id":"x"}\n' | maas-classify predict -m m.maas -k 1; echo "exit $?"
maas-classify predict -m m.maas --jsonl -k 1 texts
) | sed -E 's/(0\.[0-9]{3})[0-9]+/\1/g'
