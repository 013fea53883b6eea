# Learning: ids of special tokens, bytes and merges; too large a vocabulary; both forms of the result.
maas-tokenize train -n 300 -o a.json "$DATA/example/corpus.txt"
cmp a.json "$DATA/tokenizer.json" && echo same
maas-tokenize train --json -q -n 270 --min-frequency 5 -o b/ "$DATA/example/corpus.txt"
head -n 4 b/merges.txt
maas-tokenize info -m b | grep -v digest
maas-tokenize convert -m b -o b.json
maas-tokenize info -m b --json >b1; maas-tokenize info -m b.json --json | cmp - b1 && echo same
echo "= too large"
printf 'low lower lowest\n' | maas-tokenize train -n 5000 -o c.json; echo "= $?"
printf 'low lower lowest\n' | maas-tokenize train -q -n 5000 --special '<s>' --special '</s>' --pattern llama3 -o c.json; echo "= $?"
maas-tokenize info -m c.json
echo 'lower' | maas-tokenize encode -m c.json --add-bos --add-eos --pieces
printf '' | maas-tokenize train -q -n 257 -o empty.json && echo 'any text' | maas-tokenize encode -m empty.json --pieces
echo "= refused"
try() { "$@" </dev/null; echo "= $?"; }
try maas-tokenize train -n 300
try maas-tokenize train -o x.json
try maas-tokenize train -n 200 -o x.json
try maas-tokenize train -n 300 --special x -o x.json
try maas-tokenize train -n 300 --pattern gpt3 -o x.json
try maas-tokenize train -n 300 -o none/x.json
try maas-tokenize train -n 300 -o x.json none.txt
maas-tokenize train -q -n 300 --pattern cl100k -o dir/ "$DATA/example/corpus.txt" && ls dir
echo "= unchanged"
touch -d 2001-01-01 a.json
maas-tokenize train -q -n 300 --if-changed -o a.json "$DATA/example/corpus.txt"
find a.json -newermt 2001-01-02
maas-tokenize train -q -n 300 -o - "$DATA/example/corpus.txt" | cmp - a.json && echo same
