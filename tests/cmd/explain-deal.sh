# Explanations are dealt to all threads, and come out in the order of the rows: the same bytes for any number of threads.
cp "$DATA/example/train.tsv" "$DATA/example/names.conll" .
maas-train mlp -q --tfidf --hidden 6 --epochs 3 -o mlp.maas train.tsv
maas-train gru -q --embed 8 --hidden 8 --epochs 1 -o gru.maas train.tsv
maas-train lstm -q --task tag --bidirectional --hidden 8 --lr 0.01 --schedule constant -o names.maas names.conll
# more rows than are in hand at once; some are empty, one has no text
for _ in 1 2 3; do cut -f 1 train.tsv | head -n 150; echo; done >texts
printf 'a\tb\tc\td\n' >>texts
head -n 60 texts >few
same() { # what, then the command
	what=$1; shift
	for j in 1 2 5; do "$@" -j $j >out.$j 2>err.$j; echo "exit $?" >>err.$j; done
	cmp out.1 out.2 && cmp out.1 out.5 && cmp err.1 err.2 && cmp err.1 err.5 && echo "$what: $(wc -l <out.1) lines, $(tail -n 1 err.1)"
}
same gradient maas-classify explain -m mlp.maas --top 3 texts
cut -f 1 out.1 | uniq | wc -l
same 'JSON lines' maas-classify explain -m gru.maas --jsonl --top 2 few
jq -c .row out.1 | tail -n 1
same colours maas-classify explain -m gru.maas --color always few
same 'a page' maas-classify explain -m gru.maas --html - few
same 'the strongest' maas-classify explain -m gru.maas --global --top 3 few
same tags maas-classify explain -m names.maas names.conll
same 'gradients of tags' maas-classify explain -m names.maas --method gradient --jsonl --top 2 names.conll
same 'words of tags' maas-classify explain -m names.maas --global --method gradient --top 2 names.conll
echo '# rows that cannot be are said in their order, the others are told'
printf 'good text\n\nmore of it\n' | maas-classify explain -m mlp.maas --line-buffered | cut -f 1 | uniq | tr '\n' ' '; echo
awk 'BEGIN { for (i = 0; i < 900; i++) print (i % 100 == 50 ? "1\t2\t3" : "the price of ship " i) }' >odd
maas-classify explain -m mlp.maas --format tsv --top 1 odd >out 2>err; echo "exit $?"; cut -f 1 out | uniq | wc -l; cut -c 1-60 err
echo '# a page ends at a thousand rows, and says so'
for _ in 1 2 3 4 5 6; do cut -f 1 train.tsv; done >many
maas-classify explain -m mlp.maas --html p.html --top 1 many >/dev/null; grep -c '<h2>' p.html; grep -o '[0-9]* of [0-9]* answers are shown' p.html
echo '# nobody reads on; no room'
maas-classify explain -m mlp.maas -j 2 many | head -n 1
maas-classify explain -m mlp.maas -j 2 many >/dev/full; echo "exit $?"
