# Why words got their tags, by models that tag: each other word covered, the gradient, attention.
awk 'BEGIN { for (i = 0; i < 240; i++) print i % 7 "a\tO\n" i % 5 "b\t" (i % 2 ? "B-X\nend" : "O\nstop") "\tO\n" }' >t.conll
maas-train lstm -q --embed 24 --hidden 24 --lr 0.005 --task tag --bidirectional --schedule constant --epochs 4 -o t.maas t.conll
printf '3a 2b end\n\n1a 4b stop\n5a 0b end 2a 1b end\n' >texts
maas-classify explain -m t.maas --format text texts >all; echo "exit $?"
cut -f 1,2,4,5 all | head -n 5
cut -f 1 all | sort | uniq -c
echo '# what stands behind it decides'
maas-classify explain -m t.maas --format text --top 1 texts | awk -F '\t' 'NR > 2 && $4 !~ /^[(]/ { print $1, $2, $4 }'
awk -F '\t' 'NR > 1 { sum[$1] += $6; logit[$1] = $3 } END { for (r in sum) { d = sum[r] - logit[r]; print r, (d < 1e-6 && d > -1e-6) ? "sums up" : d } }' all | sort
echo '# a word adds what covering it takes away'
printf '\357\277\275 2b end\n' | maas-classify predict -m t.maas --format text --jsonl | jq -r '.probabilities[1] | log - (1 - . | log)' >covered
awk -F '\t' '$1 == "1:2" && $4 == "3a" { print $3 - $6 }' all | paste -d ' ' - covered |
	awk '{ d = $1 - $2; print (d < 1e-3 && d > -1e-3) ? "exactly" : $0 }'
echo '# forms'
maas-classify explain -m t.maas --format text --jsonl texts | jq -c '[.row, .word, .token, .label, (.contributions | length), (.parts | map(.[0:2]))]'
maas-classify explain -m t.maas --format text --color always --rows 1 texts | sed 's/\x1b/^/g; s/[0-9]\.[0-9]*/N/; s/48;5;[0-9]*/C/g'
maas-classify explain -m t.maas --format text --html - --rows 1 texts | grep -o '<h2>.*'
echo '# a sentence as it was learnt from'
head -n 8 t.conll | maas-classify explain -m t.maas --format conll | cut -f 1,2 | uniq
echo '# what is refused'
for o in '--method contribution' '--method attention' '--global --jsonl' '--saliency x.png'; do
	# shellcheck disable=SC2086
	maas-classify explain -m t.maas --format text $o texts 2>&1 | head -n 1
done
yes '1a 2b end' | head -n 400 | tr '\n' ' ' >long; echo >>long
maas-classify explain -m t.maas --format text long texts >out 2>err; echo "exit $?"; cat err; cut -f 1 out | tail -n 1
echo '# gradients sum to the logit with the rest; what is tagged hangs on the words that decide'
maas-classify explain -m t.maas --method gradient --format text texts >all; echo "exit $?"
awk -F '\t' 'NR > 1 { sum[$1] += $6; logit[$1] = $3 } END { for (r in sum) { d = sum[r] - logit[r]; print r, (d < 1e-6 && d > -1e-6) ? "sums up" : d } }' all | sort
maas-classify explain -m t.maas --method gradient --format text --top 1 texts | awk -F '\t' 'NR > 2 && $4 !~ /^[(]/ { print $1, $2, $4 }'
for how in occlusion gradient; do maas-classify explain -m t.maas --method $how --global --top 2 t.conll | cut -f 1,2; done
echo '# what stands nearest says most, and nothing beyond the places that the network sees at once'
maas-train encoder -q --embed 16 --heads 2 --layers 1 --lr 0.01 --task tag --epochs 6 --context 8 -o e.maas t.conll
awk 'BEGIN { for (i = 0; i < 9; i++) printf "%da %db end ", i % 7, i % 5; print "" }' >far
for how in occlusion gradient attention; do
	maas-classify explain -m e.maas --method $how --format text far | awk -F '\t' -v how=$how '
		NR == 1 || $4 ~ /^[(]/ { rest += $4 ~ /^[(]/ && $6 != 0; next }
		{ split($1, at, ":"); words += !($1 in of); of[$1]; if ($6 != 0 && ($5 - at[2] > 7 || at[2] - $5 > 7)) beyond++; some += $6 != 0; sum += $6 }
		END { print how, words, "words,", beyond + 0, "beyond", (how == "attention" ? sum / words " each" : ""), (rest ? "and a rest" : "no rest") }'
done
maas-classify explain -m e.maas --method attention --format text --jsonl --rows 1 texts | jq -c '[.word, .rest, (.contributions | map(.feature) | sort)]'
maas-classify explain -m e.maas --method attention --format text --html - --rows 1 texts | grep -c 'more of the network'
echo '# a tokeniser: a word has what its tokens have'
maas-train gpt -q --task tag --layers 1 --heads 2 --embed 16 --context 24 --lr 0.01 --epochs 8 -o g.maas "$DATA/example/names.conll"
maas-classify explain -m g.maas --method attention "$DATA/example/names-test.conll" | awk -F '\t' 'NR > 1 { sum[$1] += $6; least = $6 < least ? $6 : least }
	END { for (r in sum) { n++; good += sum[r] > 1 - 1e-6 && sum[r] < 1 + 1e-6 }; print (good == n && n ? "weights that sum to 1" : n), least + 0 }'
maas-classify explain -m g.maas --method gradient "$DATA/example/names-test.conll" | awk -F '\t' 'NR > 1 { split($1, at, ":"); if ($4 !~ /^[(]/ && $5 > at[2] && $6 != 0) behind++ }
	END { print (NR > 20 ? behind + 0 : "none"), "behind the word" }'
