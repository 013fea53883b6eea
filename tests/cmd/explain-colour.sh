# A text is shown with its words coloured: asked for, or on a terminal that is neither dumb nor told otherwise.
maas-train logistic -q --tfidf --ngrams 1-2 -o m.maas "$DATA/example/train.tsv"
seen() { sed 's/\x1b/^/g'; }
printf 'The lamp is broken\nThank you for the price!\n\nnothing known\n' >texts
echo '# --color always'
maas-classify explain -m m.maas --color always texts 2>&1 | seen
echo '# what steers a terminal is not let through'
printf 'The lamp \033[2Jis\302\233 \342\200\256broken\007\ttoo\177 \377\n' | maas-classify explain -m m.maas --color always | seen
echo '# a terminal'
shown() { script -qec "maas-classify explain -m m.maas --rows 1 $* texts" /dev/null | tr -d '\r' | seen | cut -c 1-60 | head -n 2; }
TERM=xterm NO_COLOR='' shown
echo '# NO_COLOR, a dumb terminal, --color never: lines'
TERM=xterm NO_COLOR=1 shown | cut -f 1-2
TERM=dumb shown | cut -f 1-2
TERM=xterm shown --color never | cut -f 1-2
echo '# rows that are features already have no text'
maas-tokenize vectorize -m m.maas --text 1 --to libsvm texts | maas-classify explain -m m.maas --color always --top 1 | cut -f 1,2,4
echo '# --jsonl has none'
maas-classify explain -m m.maas --color always --jsonl texts 2>&1 | head -n 1
TERM=xterm shown --jsonl | cut -c 1-20
