# Counting and cutting.
t=$DATA/tokenizer.json
printf 'The bell is broken.\nZu sp\303\244t, \344\270\255\346\226\207 \377\n' >a
printf '' >b
maas-tokenize count -m "$t" a b
maas-tokenize count -m "$t" <a
maas-tokenize count -m "$t" --json a b
[ "$(maas-tokenize encode -m "$t" --whole a | wc -w)" = "$(maas-tokenize count -m "$t" a | cut -f 3)" ] && echo same
echo "= cut"
for n in 0 1 3 1000; do maas-tokenize truncate -m "$t" -n $n a; echo "= $n"; done
i=0
while [ $i -lt 14 ]; do
	for text in 'The bell is broken, the lamp too' '中文標題 测试' 'x🦙🦙y'; do
		echo "$text" | maas-tokenize truncate -m "$t" -n $i >short
		iconv -f UTF-8 -t UTF-8 short >/dev/null || echo "no whole character: $i"
		[ "$(maas-tokenize encode -m "$t" short | wc -w)" -le $i ] || echo "more than $i"
		case $text in "$(cat short)"*) ;; *) echo "not the beginning: $i";; esac
	done
	i=$((i+1))
done
maas-tokenize truncate -m "$t" -n 9 --whole a; echo "= whole"
maas-tokenize truncate -m "$t" a; echo "= $?"
maas-tokenize truncate -m "$t" -n 3 none; echo "= $?"
echo "= a tokeniser of characters: what it puts in front of a text is no part of it"
printf 'the bell, the bicycle\n 你好 the\nthe\n' >said
for n in 0 1 3 6; do maas-tokenize truncate -m "$DATA/spm-bytes.model" -n $n said; done
maas-tokenize encode -m "$DATA/spm-bytes.model" --pieces --add-bos --add-eos said
maas-tokenize encode -m "$DATA/spm-bytes.model" --parse-special --whole said | maas-tokenize decode -m "$DATA/spm-bytes.model" --whole | cmp - said && echo same
maas-tokenize encode -m "$DATA/spm-bytes.model" --bin - said | maas-tokenize decode -m "$DATA/spm-bytes.model" && echo
echo 'x y' | maas-tokenize encode -m "$DATA/spm-bare.model"
