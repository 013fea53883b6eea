# The examples of a pipe between commands: a pipe and a file of the same content give the same bytes.
cp -R "$DATA"/example/* .
same() { cmp "$1" "$2" && echo "same: $3"; }

maas-tokenize train -q -n 400 -o tok.json corpus.txt
printf 'layers: 1\nheads: 2\nembed: 16\ncontext: 16\nbatch-size: 4\nsteps: 8\n' >gpt.yaml
maas-tokenize encode -m tok.json --whole --bin corpus.bin corpus.txt
maas-train gpt -q -c gpt.yaml --tokenizer tok.json -o a.maas corpus.bin
maas-tokenize encode -m tok.json --whole --bin - corpus.txt | maas-train gpt -q -c gpt.yaml --tokenizer tok.json -o b.maas
same a.maas b.maas "tokens from a file, tokens from a pipe"
maas-train gpt -q -c gpt.yaml --tokenizer tok.json -o c.maas <corpus.txt
same a.maas c.maas "text"

maas-tokenize vectorize --fit vec.maas --tfidf --text 1 --label 2 train.tsv >train.svm
maas-train logistic -q -o a.maas train.svm
maas-tokenize vectorize --fit vec.maas --tfidf --text 1 --label 2 train.tsv | maas-train logistic -q -o b.maas
same a.maas b.maas "a vectorised table"
maas-tokenize vectorize -m vec.maas --text 1 --label 2 test.tsv | maas-classify evaluate -m b.maas | grep -c accuracy
maas-train logistic -q --tfidf -o m.maas train.tsv
maas-classify predict -m m.maas test.tsv >file.out
maas-classify predict -m m.maas <test.tsv | cmp - file.out && echo "same: predictions"
gzip -c test.tsv | maas-classify predict -m m.maas - | cmp - file.out && echo "same: predictions of what was gzipped"

maas-pca fit -q -n 2 --scale standard -o pca.maas data.csv --drop id,label
maas-pca transform -m pca.maas --keep id,label data.csv >pc.tsv
head -n 1 pc.tsv
maas-train logistic -q --label label --drop id -o a.maas pc.tsv
maas-pca transform -m pca.maas --keep id,label data.csv | maas-train logistic -q --label label --drop id -o b.maas
same a.maas b.maas "principal components"

maas-classify predict -m m.maas --jsonl --line-buffered <requests.jsonl |
	jq -c 'select(.probability > 0) | [.id, .customer, .label]'

maas-train gpt -q -c gpt.yaml --tokenizer tok.json -o g.maas corpus.txt
maas-tokenize encode -m g.maas prompts.txt | maas-generate -q -m g.maas --prompt-ids --ids -n 5 | maas-tokenize decode -m g.maas >ids.out
maas-generate -q -m g.maas -n 5 <prompts.txt >text.out
same text.out ids.out "prompts as text, prompts as ids"

# A log that grows: each line is answered when it comes, behind what it said.
mkfifo log answers
maas-classify predict -m m.maas --append --line-buffered <log >answers &
exec 3>log 4<answers
for line in 'My chain is broken.' 'The invoice is wrong.' 'I love it.'; do
	echo "$line" >&3
	read -r answer <&4 && echo "$answer" | cut -f 1,2
done
exec 3>&-; wait
