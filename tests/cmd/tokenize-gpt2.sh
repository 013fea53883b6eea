# GPT-2's own files: known ids, and real texts there and back.
[ -n "${MAAS_TEST_DATA-}" ] || { echo "MAAS_TEST_DATA is not set"; exit 77; }
g=$MAAS_TEST_DATA/models/gpt2-tokenizer
printf 'hello world\n<|endoftext|>\nI'"'"'M don'"'"'t 12345\n' | maas-tokenize encode -m "$g"
printf '<|endoftext|>\n' | maas-tokenize encode -m "$g" --parse-special
maas-tokenize info -m "$g"
maas-tokenize convert -m "$g" -o gpt2.json && maas-tokenize info -m gpt2.json | grep digest
maas-tokenize convert -m gpt2.json -o pair/ && cmp pair/merges.txt "$g/merges.txt" && echo same
for f in tinyshakespeare.txt thucnews-test.tsv wikitext2-valid.txt t10k-labels-idx1-ubyte.gz; do
	f=$MAAS_TEST_DATA/data/$f
	case $f in *.gz) gunzip -c "$f";; *) cat "$f";; esac >text
	maas-tokenize encode -m gpt2.json --whole "$f" >ids
	maas-tokenize decode -m "$g" --whole ids | cmp - text && wc -w <ids
	maas-tokenize encode -m gpt2.json "$f" | maas-tokenize decode -m "$g" >back
	head -c "$(wc -c <text)" back | cmp - text
done
echo "low lower xnewest" | maas-tokenize encode -m "$MAAS_TEST_DATA/models/tiny-gpt2" --pieces
for m in llama2-tokenizer stories260k; do maas-tokenize info -m "$MAAS_TEST_DATA/models/$m" 2>&1 | sed "s|$MAAS_TEST_DATA|DATA|"; done
