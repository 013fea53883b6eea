# A full disk is noticed, in every way to write.
maas-tokenize train -q -n 400 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-generate -j 1 -m m.maas -p x -n 3 >/dev/full; echo "exit $?"
echo x | maas-generate -j 1 -m m.maas -n 3 >/dev/full; echo "exit $?"
echo x | maas-generate -j 1 -m m.maas -n 3 --line-buffered >/dev/full; echo "exit $?"
echo a b c | maas-generate -j 1 -m m.maas --score >/dev/full; echo "exit $?"
echo a b c | maas-generate -j 1 -m m.maas --perplexity >/dev/full; echo "exit $?"
yes x | maas-generate -j 1 -m m.maas -n 20 2>&1 | head -n 1 | wc -l
