# maas-tokenize vectorize: fit, transform, every form; the golden numbers of three texts.
# Twelve digits: the last are the processor's.
(
printf 'the cat sat\tpets\nthe cat sat on the mat\tpets\na dog barked!\tdogs\n' >t.tsv
maas-tokenize vectorize --fit v.maas --text 1 --label 2 --tfidf t.tsv | tee fit.svm
maas-tokenize vectorize -m v.maas t.tsv | cmp - fit.svm && echo transform is fit
maas-tokenize vectorize -m v.maas --to tsv t.tsv
maas-tokenize vectorize -m v.maas --to jsonl t.tsv
maas-tokenize vectorize -m v.maas --to npy t.tsv | od -A n -t f8 -j 128 -N 56 -w56 | tr -s ' '
cut -f 1 t.tsv | maas-tokenize vectorize -m v.maas
printf 'unknown words\n' | maas-tokenize vectorize -m v.maas
printf 'a cat\tx\n\na mat\ty\n' | maas-tokenize vectorize -m v.maas | sed 's/^$/an empty line keeps its place/'
printf '{"id":7,"text":"a cat","label":"x"}\n' >k.jsonl
maas-tokenize vectorize --fit k.maas --text text --drop id k.jsonl >/dev/null
printf '{"id":7,"text":"a cat"}\n\n' | maas-tokenize vectorize -m k.maas --to jsonl
mkfifo ask answer
maas-tokenize vectorize -m v.maas --line-buffered <ask >answer &
exec 3>ask 4<answer
printf 'the cat\n' >&3; read -r line <&4; echo "answered: $line"
printf 'a dog\n' >&3; read -r line <&4; echo "answered: $line"
exec 3>&- 4<&-
maas-model info v.maas | head -n 2
maas-tokenize vectorize --fit c.maas --text 1 --label '' --analyzer cjk --to jsonl <<END
我爱 Python 编程
ＡＢＣ café
END
maas-tokenize vectorize --fit w.maas --text 1 --label '' --analyzer char_wb --ngrams 3 --norm l2 --to tsv <<END
ab a
END
) | sed -E 's/(0\.[0-9]{12})[0-9]+/\1/g'
echo "what is wrong"
exec 2>&1
printf 'a cat\tbig cats\na dog\tx\n' | maas-tokenize vectorize --fit x.maas; echo "exit $?"
maas-tokenize vectorize t.tsv; echo "exit $?"
maas-tokenize vectorize -m v.maas --fit v.maas t.tsv; echo "exit $?"
maas-tokenize vectorize --fit n.maas --label 2 <<END
1	a
2	b
END
echo "exit $?"
maas-tokenize vectorize -m v.maas t.tsv >/dev/full; echo "exit $?"
echo "patterns, stop words, hashes"
printf 'the #one state-of-the-art ab1\n' >p.txt
for p in '#\w+' "\\b[\\w'-]+\\b" '[^\W\d_]{2,}'; do
	maas-tokenize vectorize --fit p.maas --text 1 --label '' --token-pattern "$p" --to jsonl p.txt
done
maas-tokenize vectorize --fit p.maas --text 1 --label '' --stop-words english --to jsonl p.txt
maas-tokenize vectorize --fit h.maas --text 1 --label '' --hash 18 --to jsonl p.txt
printf 'words never seen\n' | maas-tokenize vectorize -m h.maas
maas-tokenize vectorize --fit p.maas --text 1 --label '' --token-pattern '(\w+)' p.txt; echo "exit $?"
maas-tokenize vectorize --fit p.maas --text 1 --label '' --hash 8 --min-df 2 p.txt; echo "exit $?"
for j in 1 2 7; do
	maas-tokenize vectorize -j "$j" --fit "j$j.maas" --tfidf --ngrams 1-3 "$DATA/example/train.tsv" >"j$j.svm"
done
cmp j1.maas j2.maas && cmp j1.maas j7.maas && cmp j1.svm j2.svm && cmp j1.svm j7.svm && echo the same by any number of threads
echo "what a vectoriser knows cannot be said anew; a label that libsvm cannot hold is found"
printf 'a red apple\tfruit\nan old boat\tno fruit\n' >pair.tsv
maas-tokenize vectorize --fit two.maas --text 1 --label 2 --to tsv pair.tsv >/dev/null
for a in --tfidf --no-lowercase --ngrams=1-2; do maas-tokenize vectorize -m two.maas "$a" pair.tsv 2>&1; done
MAAS_BINARY=true maas-train logistic --vectorizer two.maas -o m.maas pair.tsv 2>&1
maas-tokenize vectorize -m two.maas pair.tsv 2>&1
{ maas-tokenize vectorize --fit three.maas --text 1 --label 2 pair.tsv >/dev/null; } 2>&1
echo "what --dry-run prints can be run"
maas-train logistic --vectorizer two.maas --dry-run -o m.maas pair.tsv >dry.yaml; maas-train -q -c dry.yaml && maas-train logistic --init-from m.maas --optimizer sgd --dry-run -o n.maas pair.tsv >dry.yaml && maas-train -q -c dry.yaml && ls n.maas
