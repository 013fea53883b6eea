# A disk on which nothing more can be written: each kind of output ends with 74 and says which and why, leaves no half behind,
# and what was there stays.  A limit on the size of files stands in for the disk.
exec 2>&1; umask 077
ex=$DATA/example
cp "$ex/train.tsv" "$ex/data.csv" "$ex/corpus.txt" .
small='--layers 1 --heads 1 --embed 16 --context 8 --steps 2'
maas-train logistic -q --tfidf -o m.maas train.tsv; maas-train gpt -q $small -o g.maas corpus.txt; maas-tokenize train -q -n 300 -o tok.json corpus.txt
maas-pca fit -q -n 2 --label label --drop id -o p.maas data.csv; maas-tokenize vectorize --fit v.maas --text 1 --label 2 --header no train.tsv >v.svm
maas-model register -q --registry reg m.maas topics
rows='maas-classify predict -m m.maas train.tsv'; $rows >rows
# full COMMAND...: into the folder d, which held an old file of each name
full() {
	rm -rf d; mkdir d; for f in x x.svg x.png x.json x.maas; do echo old >d/$f; done
	(ulimit -f 0; trap '' XFSZ; "$@" <train.tsv >/dev/null; echo "$? $*") 2>&1 | grep -v ^usage | sed 's/maas-[A-Za-z0-9]\{6\}:/maas-TEMPORARY:/; s/d\/hf\.[0-9]*-0/d\/hf.NEW/' | cat
	for f in d/*.* d/x; do [ "$(cat "$f")" = old ] || echo "$f is not what it was"; done
	find d -mindepth 1 ! -name 'x*' | sort | tr '\n' ' ' >left; [ ! -s left ] || { cat left; echo; }
}
echo "== models, and what is told of them"
full maas-train logistic -q --tfidf -o d/x.maas train.tsv
full maas-train gpt -q $small -o d/x.maas corpus.txt
full maas-train mlp -q --tfidf --epochs 2 -o d/x.maas --checkpoint d/ck --checkpoint-every 1 train.tsv
full maas-train gpt -q $small -o d/x.maas --checkpoint d/ck --checkpoint-every 1 corpus.txt
full maas-train mlp -q --tfidf --epochs 2 -o d/x.maas --log d/log train.tsv
full maas-train gpt -q $small -o d/x.maas --log d/log corpus.txt
full maas-train logistic -q --tfidf -o d/x.maas --depfile d/x train.tsv
full maas-train search -q --tfidf --try C=1,2 --cv 2 --try kind=logistic -o d/x.maas train.tsv
full maas-pca fit -q -n 2 --label label --drop id -o d/x.maas data.csv
full maas-tokenize train -q -n 300 -o d/x.json corpus.txt
full maas-tokenize train -q -n 300 -o d/new/ corpus.txt
full maas-tokenize convert -m tok.json -o d/x.json
full maas-tokenize encode -m tok.json --bin d/x corpus.txt
full maas-tokenize vectorize --fit d/x.maas --text 1 --label 2 --header no train.tsv
full maas-model quantize -t q8 g.maas d/x.maas
full maas-model convert g.maas d/hf
full maas-model card m.maas --set license=MIT; maas-model verify m.maas
full maas-model register --registry d/reg m.maas topics
full maas-model register --registry reg m.maas topics; full maas-model label topics 1 stable --registry reg; maas-model list --registry reg | cut -f 1-3; ls -A reg/topics
full env TMPDIR=d maas-train logistic -q --tfidf -o m2.maas -
echo "== pictures and tables"
full maas-pca info -m p.maas --plot d/x.svg
full maas-classify evaluate -m m.maas --errors d/x train.tsv
full maas-classify evaluate -m m.maas --plot d/x.svg train.tsv
full maas-classify explain -m m.maas --html d/x train.tsv
echo "== standard output"
for c in "$rows" 'maas-classify evaluate -m m.maas train.tsv' 'maas-classify explain -m m.maas train.tsv' 'maas-classify compare -m m.maas -m m.maas train.tsv' 'maas-pca transform -m p.maas data.csv' \
	'maas-pca info -m p.maas' 'maas-tokenize encode -m tok.json corpus.txt' 'maas-tokenize count -m tok.json corpus.txt' 'maas-tokenize info -m tok.json' 'maas-tokenize vectorize -m v.maas train.tsv' \
	'maas-generate -q -m g.maas -p x -n 3' 'maas-generate -q -m g.maas --score corpus.txt' 'maas-generate -q -m g.maas --perplexity corpus.txt' 'maas-model info m.maas' 'maas-model tensors m.maas' \
	'maas-model list --registry reg' 'maas-model log topics --registry reg' 'maas-train logistic --help' 'maas-train --version' 'maas-train logistic --tfidf --dry-run train.tsv' 'maas-train logistic -q --tfidf -o - train.tsv'; do
	(ulimit -f 0; trap '' XFSZ; $c >d/x 2>&3; echo "$? $c" >&3) 3>&1 </dev/null | cat
done
$rows | cmp - rows && echo "and all is as it was"
