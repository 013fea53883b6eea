# --if-changed: what is made of the same is not made again, by every command that has it; what shapes its bytes makes it anew.
exec 2>&1
ex=$DATA/example
export MAAS_REGISTRY=reg
# same COMMAND...: -o FILE is left, time and bytes, and it is said; with --json the result is the one that was told
same() {
	touch -d 2001-01-01 "$o"; was=$(sha256sum <"$o")
	"$@" -v --json >told 2>said; rc=$?
	[ $rc -eq 0 ] && grep -q "$o: made of what it would be made of again, and left" said || { echo "$* (exit $rc): made again"; cat said; }
	[ "$(date -r "$o" +%Y)" = 2001 ] && [ "$(sha256sum <"$o")" = "$was" ] || echo "$*: touched"
	cmp told first || echo "$*: another result"
}
# anew COMMAND...: it is made again
anew() { "$@" -v >told 2>said || cat said; ! grep -q "and left" said || echo "$*: not made again"; }
begin() { rm -f "$o" "$o.made"; "$@" -q --json >first || echo "$* fails"; same "$@"; }
cp "$ex/train.tsv" "$ex/test.tsv" "$ex/data.csv" "$ex/corpus.txt" .

echo "== rows"
o=m.maas
train() { maas-train logistic --tfidf --if-changed -o m.maas "$@"; }
begin train --val test.tsv train.tsv; same train --val test.tsv train.tsv -j 1 --depfile m.d; [ -s m.d ] || echo "no rule"
mkdir other; cp train.tsv other; same train --val test.tsv other/train.tsv
maas-train logistic -q --tfidf -o plain.maas --val test.tsv train.tsv; cp m.maas was.maas
MAAS_TFIDF=true same maas-train logistic --if-changed -o m.maas --val test.tsv train.tsv
printf 'kind: logistic\n# a word\ntfidf: true\nval: test.tsv\ndata: train.tsv\n' >c.yaml; same maas-train -c c.yaml --if-changed -o m.maas
for what in '--C 2' '--seed 2' '--no-tfidf' '--description words' '--header no'; do anew train --val test.tsv train.tsv $what; anew train --val test.tsv train.tsv; cmp m.maas was.maas || echo "$what"; done
anew train --val train.tsv test.tsv; anew train --val test.tsv train.tsv train.tsv; anew train --val test.tsv train.tsv; same train --val test.tsv train.tsv
sed 's/The/A/' test.tsv >t; cp t test.tsv; anew train --val test.tsv train.tsv; cp "$ex/test.tsv" .; anew train --val test.tsv train.tsv
sed 's/The/A/' train.tsv >t; cp t train.tsv; anew train --val test.tsv train.tsv; cp "$ex/train.tsv" .; anew train --val test.tsv train.tsv; same train --val test.tsv train.tsv
cmp m.maas was.maas && echo "the same bytes"; maas-model diff m.maas plain.maas >diff.txt && echo "that differ in what is noted alone"
printf 'X' | dd of=m.maas bs=1 seek=$(($(wc -c <m.maas) - 20)) conv=notrunc status=none; anew train --val test.tsv train.tsv; cmp m.maas was.maas && echo "a damaged one is made anew"
maas-model card m.maas --set license=MIT; anew train --val test.tsv train.tsv; cmp m.maas was.maas && echo "so is one whose card was changed"
cp plain.maas m.maas; anew train --val test.tsv train.tsv
echo "== what it cannot know"
train -v - <train.tsv 2>&1 | head -n 1; mkfifo pipe; cat train.tsv >pipe & train -v --format tsv pipe 2>&1 | head -n 1; train -v nothing.tsv 2>&1 | head -n 1
touch -d 2001-01-01 m.maas; train -q - <train.tsv; train -q train.tsv; touch -d 2001-01-01 m.maas; train -q train.tsv; date -r m.maas +%Y
echo "== beside it: a plot and a log that are not there are made, the rule is written, and it is registered"
anew train --val test.tsv train.tsv --plot m.svg --log m.log; rm m.svg; anew train --val test.tsv train.tsv --plot m.svg --log m.log; [ -s m.svg ] || echo "no plot"; same train --val test.tsv train.tsv --plot m.svg --log m.log
rm m.d; train -q --val test.tsv train.tsv --depfile m.d --register topics:stable && cat m.d; maas-model list topics | cut -f 2,3; train --val test.tsv train.tsv --register topics
echo "== what falls short of its gate, or of its time, is no result to leave alone"
reach() { train --val test.tsv train.tsv --until accuracy="$1"; }
reach 1.1 -q >said 2>&1; echo "exit $?"; reach 1.1 >said 2>&1; echo "exit $?"; reach 0.5 -q >said 2>&1; o=m.maas; touch -d 2001-01-01 m.maas; reach 0.5; date -r m.maas +%Y
maas-train mlp -q --tfidf --if-changed --epochs 1000000 --max-time 1s --json -o t.maas train.tsv | jq .done; touch -d 2001-01-01 t.maas; maas-train mlp -q --tfidf --if-changed --epochs 1000000 --max-time 1s -o t.maas train.tsv; [ "$(date -r t.maas +%Y)" != 2001 ] && echo "made again"
echo "== directories, names that labels are made of, models to begin with, a tokeniser, a search"
o=p.maas; mkdir pets; for a in cat dog; do mkdir pets/$a; cp "$ex"/shapes/box/[12].png pets/$a; done
pets() { maas-train logistic --size 4x4 --if-changed -o p.maas "$@" pets; }
begin pets; cp -r pets animals; same maas-train logistic --size 4x4 --if-changed -o p.maas animals; cp animals/cat/1.png pets/cat/3.png; anew pets; mv pets/cat/3.png pets/dog; anew pets; rm pets/dog/3.png; anew pets
printf 'file,label\nanimals/cat/1.png,x\nanimals/cat/2.png,y\n' >files.csv; files() { maas-train logistic --size 4x4 --picture file --if-changed -o p.maas "$@" files.csv; }; files -q; anew files
o=r.maas; maas-tokenize train -q -n 300 -o tok.json corpus.txt
rnn() { maas-train gru --epochs 1 --hidden 4 --embed 4 --if-changed -o r.maas "$@" train.tsv; }
begin rnn --tokenizer tok.json; maas-tokenize train -q -n 310 -o tok.json corpus.txt; anew rnn --tokenizer tok.json; cp r.maas b.maas
begin rnn --init-from b.maas; maas-model register -q b.maas begun; anew rnn --init-from begun; anew rnn --init-from begun --epochs 2
search() { maas-train logistic --tfidf --search grid --try C=1,10 --cv 2 --if-changed -o r.maas "$@" train.tsv; }
begin search; anew search --try tfidf=true,false; o=q.maas; maas-train mlp -q --tfidf --epochs 1 --if-changed -o q.maas train.tsv; maas-model quantize -t q8 q.maas x.maas && mv x.maas q.maas; anew maas-train mlp --tfidf --epochs 1 --if-changed -o q.maas train.tsv
echo "== language models"
o=g.maas; gpt() { maas-train gpt --layers 1 --heads 1 --embed 8 --context 8 --steps 4 --val-split 0.1 --if-changed -o g.maas "$@" corpus.txt; }
begin gpt; anew gpt --steps 5; anew gpt; same gpt --checkpoint ck; anew gpt --tokenizer tok.json; anew gpt --fail-under loss=9
gpt -q --fail-under loss=0.1; echo "exit $?"; gpt -q --fail-under perplexity=1 --fail-under bits_per_byte=99; echo "exit $?"
for bad in accuracy=1 loss loss=x =1; do gpt --fail-under $bad 2>&1 | head -n 1; done; gpt --val-split 0 --fail-under loss=1 2>&1 | head -n 1
echo "== components, tokenisers"
o=c.maas; pca() { maas-pca fit -n 2 --label label --drop id --if-changed -o c.maas "$@" data.csv; }
begin pca; anew pca -n 1; anew pca; cp data.csv d; tail -n 2 d >>data.csv; anew pca
o=k.json; tok() { maas-tokenize train --if-changed -o k.json "$@" corpus.txt; }
begin tok -n 300; cat k.json.made | wc -l; anew tok -n 301; anew tok -n 300; echo >>k.json; anew tok -n 300; same tok -n 300; cat corpus.txt >>twice.txt; cat twice.txt >>corpus.txt; anew tok -n 300; mkdir k; tok -q -n 300 -o k/; ls -A k
echo "== for make: --touch"
o=m.maas; touch -d 2001-01-01 m.maas; cp "$ex/train.tsv" "$ex/test.tsv" .; train -q --val test.tsv train.tsv; touch -d 2001-01-01 m.maas; train -v --touch --val test.tsv train.tsv; [ "$(date -r m.maas +%Y)" != 2001 ] && echo "new"
touch -d 2001-01-01 c.maas k.json; pca --touch; tok -n 300 --touch; find c.maas k.json -newermt 2002-01-01
for c in 'maas-train logistic' 'maas-pca fit' 'maas-tokenize train -n 300'; do $c --touch -o x train.tsv 2>&1 | head -n 1; done
