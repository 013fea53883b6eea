# By whatever door a text comes in, it makes the same model; what is no text says so.
tiny='-q --layers 1 --heads 2 --embed 16 --context 8 --batch-size 4 --steps 3'
cp "$DATA/example/corpus.txt" text; text=text
maas-train gpt $tiny -o file.maas "$text"
maas-train gpt $tiny -o pipe.maas <"$text" && cmp file.maas pipe.maas
cat "$text" | maas-train gpt $tiny -o pipe.maas - && cmp file.maas pipe.maas
gzip -c "$text" >text.gz && maas-train gpt $tiny -o gz.maas text.gz && cmp file.maas gz.maas
head -c 5000 "$text" >a && tail -c +5001 "$text" >b && maas-train gpt $tiny -o two.maas a b && cmp file.maas two.maas
maas-train gpt $tiny -o - "$text" | cmp - file.maas
# Through a tokeniser: text, a token file, a token file in a pipe, lines of ids.
maas-tokenize train -q -n 300 -o tok.json "$text"
maas-tokenize encode -m tok.json --whole --bin ids.bin "$text"
maas-train gpt $tiny --tokenizer tok.json -o t1.maas "$text"
maas-train gpt $tiny --tokenizer tok.json -o t2.maas ids.bin && cmp t1.maas t2.maas
maas-train gpt $tiny --tokenizer tok.json -o t3.maas <ids.bin && cmp t1.maas t3.maas
maas-tokenize encode -m tok.json --whole "$text" | maas-train gpt $tiny --format ids --tokenizer tok.json -o t4.maas && cmp t1.maas t4.maas
maas-train gpt $tiny --tokenizer t1.maas -o t5.maas ids.bin && cmp t1.maas t5.maas
# Any bytes are text.
printf 'a\r\nb\0c\377\376 \357\273\277 no end of line' >odd && cat odd odd odd >odd3 && maas-train gpt $tiny -o odd.maas odd3 && echo odd bytes
# What is refused.
t() { maas-train gpt $tiny -o no.maas "$@" 2>err; rc=$?; sed "s/[0-9a-f]\{16\}/DIGEST/g" err; echo "exit $rc"; }
t ids.bin
maas-tokenize train -q -n 280 -o other.json "$text"
t --tokenizer other.json ids.bin
: >empty && t empty
t </dev/null
printf 'short' >short && t short
t /nowhere/text
mkdir folder; t folder
printf '1 2 x\n' >bad.ids && t --format ids bad.ids
printf '1 2 3 4 5 6 7 8 9 10 300\n' >bad.ids && t --format ids bad.ids
t --tokenizer /nowhere/tok.json "$text"
t --val empty "$text"
t --init-from "$text" "$text"
t --init-from t1.maas --tokenizer other.json "$text"
maas-train gpt $tiny -o t6.maas --init-from t1.maas --tokenizer tok.json "$text"; echo "exit $?"
[ ! -e no.maas ]
