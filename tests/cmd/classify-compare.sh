# Two models on the same rows: who is right alone, the exact p, the exit status.
ex=$DATA/example
maas-train logistic -q --tfidf -o words.maas "$ex/train.tsv"
maas-train logistic -q --rows 1-12 --max-features 12 -o poor.maas "$ex/train.tsv"
maas-classify compare -m poor.maas -m words.maas "$ex/test.tsv" >out; echo "exit $?"; sed 's/  *[0-9.]*  *[0-9.]*$/ X/; s/^p .* (/p X (/' out
maas-classify compare -m words.maas -m poor.maas --json "$ex/test.tsv" >b.json; echo "exit $?"
jq -c 'keys_unsorted, (.a | keys_unsorted), [.n, .test, .alpha, .better, .a.model, .b.model], .p < 0.05' b.json
echo "as a pipe and as a file; by any number of threads"
maas-classify compare -m poor.maas -m words.maas <"$ex/test.tsv" | cmp - out
tail -n +2 "$ex/test.tsv" >rest; head -n 1 "$ex/test.tsv" | maas-classify compare -j 3 -m poor.maas -m words.maas - rest | cmp - out && echo same
echo "right alone: counted by hand"
for m in poor words; do maas-classify predict -m $m.maas "$ex/test.tsv" | cut -f 1 >$m; done
awk -F '\t' '{ print $NF }' "$ex/test.tsv" | paste - poor words | awk -F '\t' '{ a += $2 == $1 && $3 != $1; b += $3 == $1 && $2 != $1 } END { print a, b }' >hand
awk '/right alone/ { print $3, $4 }' out | cmp - hand && echo same
echo "the same model is not better; misuse"
maas-classify compare -m words.maas -m words.maas "$ex/test.tsv" | tail -n 2
maas-classify compare -m words.maas -m poor.maas --alpha 2 "$ex/test.tsv"; echo "exit $?"
maas-classify compare -m words.maas "$ex/test.tsv"; echo "exit $?"
maas-classify compare -m words.maas -m nothing.maas "$ex/test.tsv"; echo "exit $?"
cut -f 1 "$ex/test.tsv" | maas-classify compare -m words.maas -m poor.maas; echo "exit $?"
printf '' | maas-classify compare -m words.maas -m poor.maas; echo "exit $?"
maas-classify compare -m poor.maas -m words.maas "$ex/test.tsv" >/dev/full; echo "exit $?"
