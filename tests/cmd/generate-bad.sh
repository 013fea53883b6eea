# Bad prompts are named and passed over; bad models are refused.
maas-tokenize train -q -n 400 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
"$BIN/tool/make_gpt" bare.maas -
t() { "$@"; echo "exit $?"; }
t maas-generate -j 1 -m m.maas --ids -n 3 --prompt-ids <<'END'
1 2 3
4 five
400
-1
99999999999999999999

7
END
yes 'to be or not to be' | head -n 40 | tr '\n' ' ' >long
t maas-generate -j 1 -m m.maas --ids -n 3 long
t maas-generate -j 1 -m m.maas --ids -n 3 --truncate long
t maas-generate -j 1 -m m.maas --jsonl -n 2 <<'END'
{"id":1}
{"id":2,"prompt":7}
{"id":3,"prompt":[1,"x"]}
not JSON
[1]
{"id":6,"prompt":[400]}
END
printf '\357\273\277{"id":"after a mark","prompt":"a"}\n' | t maas-generate -j 1 -m m.maas --jsonl --ids -n 2
t maas-generate -j 1 -m m.maas -p x --stop ''
t maas-generate -j 1 -m m.maas -p 'a b' --max-length 2
t maas-generate -j 1 -m bare.maas -p x
t maas-generate -j 1 -m bare.maas --prompt-ids --ids -n 4 </dev/null
echo | t maas-generate -j 1 -m bare.maas --prompt-ids --ids -n 4
echo 5 6 7 | t maas-generate -j 1 -m bare.maas --prompt-ids --perplexity
echo '{"prompt":[]}' | t maas-generate -j 1 -m m.maas --jsonl --ids -n 2
echo 5 6 | t maas-generate -j 1 -m bare.maas --prompt-ids --ids -n 4
t maas-generate -j 1 -m nosuch.maas -p x
t maas-generate -j 1 -m tok.json -p x
t maas-generate -j 1 -m . -p x
t maas-generate -j 1 -m m.maas nosuch
t maas-generate -j 1 -m m.maas .
head -c 5000 m.maas >cut.maas; t maas-generate -j 1 -m cut.maas -p x
printf x | t maas-generate -j 1 -m m.maas --perplexity
t maas-generate -j 1 -m m.maas --perplexity --stride 65 tok.json
maas-pca fit -q -n 1 -o pca.maas "$DATA/example/data.csv" --drop id,label && t maas-generate -j 1 -m pca.maas -p x
printf 'a\0b\377\r\n' | t maas-generate -j 1 -m m.maas --ids -n 3
