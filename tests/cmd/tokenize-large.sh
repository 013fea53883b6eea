# The same ids for any -j, for a stream and for a file, and for lines that are long.
t=$DATA/tokenizer.json
i=0
while [ $i -lt 200 ]; do cat "$DATA/example/corpus.txt"; i=$((i+1)); done >corpus
maas-tokenize encode -j 1 -m "$t" --whole corpus >one
maas-tokenize encode -j 3 -m "$t" --whole corpus | cmp - one && echo same
cat corpus | maas-tokenize encode -j 2 -m "$t" --whole | cmp - one && echo same
gzip -c corpus >corpus.gz
maas-tokenize encode -j 2 -m "$t" --whole corpus.gz | cmp - one && echo same
maas-tokenize decode -m "$t" --whole one | cmp - corpus && echo same
maas-tokenize encode -j 1 -m "$t" corpus >lines
maas-tokenize encode -j 3 -m "$t" corpus | cmp - lines && echo same
maas-tokenize decode -m "$t" lines | cmp - corpus && echo same
maas-tokenize train -q -j 1 -n 500 -o 1.json corpus
maas-tokenize train -q -j 3 -n 500 -o 3.json corpus
cat corpus | maas-tokenize train -q -n 500 -o p.json
cmp 1.json 3.json && cmp 1.json p.json && echo same
# A line of 12 MB, of words, of one letter, and of Chinese without a blank.
tr '\n' ' ' <corpus | head -c 6000000 >long; tr '\n' ' ' <corpus | head -c 6000000 >>long
head -c 3000000 /dev/zero | tr '\0' a >letters
awk 'BEGIN { for (i = 0; i < 300000; i++) printf "中文" }' >chinese
for f in long letters chinese; do
	maas-tokenize encode -m "$t" $f | maas-tokenize decode -m "$t" >back
	{ cat $f; echo; } | cmp - back && echo same
	maas-tokenize encode -m "$t" --whole $f | maas-tokenize decode -m "$t" --whole | cmp - $f && echo same
done
