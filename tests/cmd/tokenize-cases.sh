# Texts that trip tokenisers, with the ids of the models' own tools; and Llama 2's tokeniser there and back.
[ -n "${MAAS_TEST_DATA-}" ] || { echo "MAAS_TEST_DATA is not set"; exit 77; }
for m in gpt2-tokenizer llama2-tokenizer; do
	d=$MAAS_TEST_DATA/models/$m
	awk -v RS='\n__ggml_vocab_test__\n' '{ f = sprintf("%03d.txt", NR); printf "%s", $0 >f; close(f) }' "$d/cases.inp"
	sed 's/^ *//; s/ *$//' "$d/cases.out" >want
	n=$(ls ./*.txt | wc -l)
	maas-tokenize encode -m "$d" --whole ./*.txt | head -n "$(wc -l <want)" | diff - want && echo "$m: $n cases"
	rm ./*.txt
done
m=$MAAS_TEST_DATA/models/llama2-tokenizer
maas-tokenize convert -m "$m/tokenizer.model" -o llama2/ && ls llama2
for f in tinyshakespeare.txt thucnews-test.tsv wikitext2-valid.txt; do
	f=$MAAS_TEST_DATA/data/$f
	maas-tokenize encode -m "$m" --whole "$f" >ids
	maas-tokenize encode -m llama2 --whole "$f" | cmp - ids
	maas-tokenize encode -j 1 -m "$m" --whole --bin ids.bin "$f" && maas-tokenize decode -m "$m" --whole ids.bin | cmp - "$f"
	maas-tokenize decode -m "$m" --whole ids | cmp - "$f" && wc -w <ids
	maas-tokenize encode -m "$m" "$f" | maas-tokenize decode -m "$m" >back
	head -c "$(wc -c <"$f")" back | cmp - "$f"
done
