# Why words got their tags: each other word covered, by models that tag.
awk 'BEGIN { for (i = 0; i < 240; i++) print i % 7 "a\tO\n" i % 5 "b\t" (i % 2 ? "B-X\nend" : "O\nstop") "\tO\n" }' >t.conll
maas-train lstm -q --embed 24 --hidden 24 --lr 0.005 --task tag --bidirectional --epochs 4 -o t.maas t.conll
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
for o in '--method gradient' '--method attention' --global '--saliency x.png'; do
	# shellcheck disable=SC2086
	maas-classify explain -m t.maas --format text $o texts 2>&1 | head -n 1
done
yes '1a 2b end' | head -n 400 | tr '\n' ' ' >long; echo >>long
maas-classify explain -m t.maas --format text long texts >out 2>err; echo "exit $?"; cat err; cut -f 1 out | tail -n 1
