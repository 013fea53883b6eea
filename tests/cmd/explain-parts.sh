# The parts of a text, side by side, add up to what its features do; --top leaves none of them out.
adds() { jq -c '[.row, ((.contributions | map(select(.places) | .contribution) | add // 0) - (.parts | map(.[2]) | add // 0) | fabs < 1e-9),
	(.parts | [.[:-1], .[1:]] | transpose | all(.[0][1] <= .[1][0])), (.parts | all(.[0] < .[1]))] | .[1:]' | sort | uniq -c | sed 's/^ *//'; }
for o in '--ngrams 1' '--ngrams 2-3 --tfidf' '--analyzer char --ngrams 1-4' '--analyzer char_wb --ngrams 3' '--analyzer cjk' '--hash 6 --ngrams 1-2'; do
	# shellcheck disable=SC2086
	maas-train logistic -q $o -o m.maas "$DATA/example/train.tsv"
	echo "$o: $(maas-classify explain -m m.maas --jsonl "$DATA/example/test.tsv" | adds)"
done
maas-classify explain -m m.maas --method occlusion --jsonl "$DATA/example/test.tsv" | adds
echo '# words and what lies between'
parts() { jq -r --arg t "$1" '($t | @json | fromjson) as $x | [.parts[] | $x[.[0]:.[1]]] | join("|")'; }
maas-train logistic -q --ngrams 2 -o pairs.maas "$DATA/example/train.tsv"
t='The lamp, "the lamp" is broken -- thank you!'
echo "$t" | maas-classify explain -m pairs.maas --jsonl --top 1 | parts "$t"
maas-train logistic -q --ngrams 1-2 -o words.maas "$DATA/example/train.tsv"
echo "$t" | maas-classify explain -m words.maas --jsonl --top 1 | parts "$t"
echo '# a text beside other columns'
cat >mixed.csv <<'END'
words,size,kind,label
the lamp broke,3,new,x
a lovely wheel,5,old,y
lamp and chain broke,4,new,x
lovely and new,7,,y
END
maas-train logistic -q --text words --scale standard -o mixed.maas mixed.csv
maas-classify explain -m mixed.maas --rows 1 --jsonl mixed.csv | jq -c '[.label, (.contributions | map(.feature) | sort), (.parts | map(.[0:2]))]'
maas-classify explain -m mixed.maas --rows 4 --color always mixed.csv | sed 's/\x1b/^/g; s/[0-9]\.[0-9]*/N/g'
for m in contribution gradient occlusion; do
	maas-classify explain -m mixed.maas --method $m --jsonl mixed.csv | jq -c '((.contributions | map(.contribution) | add) + (.intercept // .rest) - .logit) | fabs < 1e-9' | uniq -c | sed 's/^ *//'
done
