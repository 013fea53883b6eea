# What a feature adds is what its absence takes away: to the last digit that is printed.
logits() { maas-classify explain -m "$1" --top 1 "$2" | awk -F '\t' '$4 == "(intercept)" { print $2, $3 }'; }
awk() { command awk -v OFMT=%.12g -v CONVFMT=%.12g "$@"; }
near() { awk '{ d = $1 - $2; t = 2e-8 * ($1 > 10 ? $1 : 1); print $3, (d < t && d > -t) ? "exactly" : $1 " is not " $2 }'; }

# Words that are counted, or there or not: the strongest of each text is deleted, and the text asked again.
cut -f 1 "$DATA/example/test.tsv" | head -n 20 >texts
for m in binary no-binary; do
	maas-train logistic -q --$m -o $m.maas "$DATA/example/train.tsv"
	maas-classify explain -m $m.maas --jsonl --top 1 texts >why
	n=0
	while read -r text; do
		n=$((n + 1))
		jq -r --arg t "$text" "select(.row == $n)"' | (.contributions[0].places | reverse) as $p |
			reduce $p[] as $x ($t | explode; .[0:$x[0]] + .[$x[1]:]) | implode' why
	done <texts >without
	logits $m.maas texts >before
	logits $m.maas without >after
	jq -r '.contributions[0].contribution' why | paste -d ' ' before after - |
		awk '$1 == $3 { print $2 - $4, $5, "label" }' | near | sort | uniq -c | sed "s/^ */$m: /"
done

# Scaled numbers, a gap that was filled and is told, a category.
cat >train.csv <<'END'
size,kind,weight,label
10,red,1,x
30,blue,2,y
50,red,NA,x
20,green,4,y
40,,3,y
60,red,9,x
END
maas-train logistic -q --scale standard --impute mean --indicator -o scaled.maas train.csv
printf 'size,kind,weight\n30,red,NA\n35,,4.5\n35,violet,4\n' >rows.csv
maas-classify explain -m scaled.maas rows.csv | cut -f 1,4,5
maas-classify explain -m scaled.maas rows.csv | awk -F '\t' 'NR > 1 { sum[$1] += $6; logit[$1] = $3 }
	END { for (r in sum) print logit[r], sum[r], "row " r }' | near | sort
echo '# a value that is predicted: the sum of what its features add, and what a network leaves over'
cat >value.csv <<'END'
size,kind,weight,price
10,red,1,12
30,blue,2,31
50,red,NA,49
20,green,4,25
40,blue,3,44
60,red,9,70
END
maas-train linear -q --l2 0.5 --scale standard --impute median -o value.maas value.csv
maas-classify explain -m value.maas --rows 3 value.csv | cut -f 2,4,5
for m in contribution gradient occlusion; do
	maas-classify explain -m value.maas --method $m value.csv | awk -F '\t' 'NR > 1 { sum[$1] += $6; logit[$1] = $3 }
		END { for (r in sum) print logit[r], sum[r], "row " r }' | near | sort | uniq -c | sed 's/^ *//'
done
maas-train mlp -q --hidden 5 --epochs 20 --scale standard --impute median -o bent.maas train.csv
maas-classify explain -m bent.maas --rows 1 train.csv | cut -f 4 | sort
maas-classify explain -m bent.maas train.csv | awk -F '\t' 'NR > 1 { sum[$1] += $6; logit[$1] = $3 }
	END { for (r in sum) print logit[r], sum[r], "row" }' | near | uniq -c | sed 's/^ *//'
echo '# occlusion is what the network says without'
maas-classify explain -m bent.maas --method occlusion --rows 1 train.csv | awk -F '\t' '$4 == "size" { print $3 - $6 }' >without
maas-classify explain -m bent.maas --rows 1 train.csv | cut -f 2 | tail -n 1
sed -n '1p; 2s/^10,/35,/p' train.csv | maas-classify explain -m bent.maas | awk -F '\t' 'NR == 2 { print $3 }' | paste -d ' ' - without |
	awk '{ print $1, $2, "size" }' | near
echo '# a value apart: the number at its mean, the category another'
printf 'size,kind,weight\n35,red,NA\n30,violet,NA\n' >other.csv
logits scaled.maas rows.csv >before; logits scaled.maas other.csv >after
maas-classify explain -m scaled.maas --rows 1 rows.csv | awk -F '\t' '$4 == "size" || $4 == "kind=red" { print $4 "\t" $6 }' | sort -r | cut -f 2 >adds
{ head -n 1 before; head -n 1 before; } | paste -d ' ' - after adds | awk '{ print $2 - ($1 == $3 ? $4 : -$4), $5, "value" }' | near

echo '# occlusion: a word deleted, and asked again'
maas-train logistic -q --tfidf --ngrams 1-2 -o ngrams.maas "$DATA/example/train.tsv"
printf 'My lamp is broken, loose, and does not stop, the chain rattles.\n' >text
maas-classify explain -m ngrams.maas --method occlusion text | awk -F '\t' 'NR > 2 { print $4, $6 }' >adds
while read -r word _; do sed "s/$word//" text; done <adds >without
logits ngrams.maas text >before
maas-classify predict -m ngrams.maas without | cut -f 1 | sort | uniq -c | sed 's/^ *//'
logits ngrams.maas without | while read -r after; do echo "$(cat before) $after"; done | paste -d ' ' - adds |
	awk '{ print $2 - $4, $6, $5 }' | near
echo '# a text of every word there is'
maas-classify explain -m no-binary.maas --global --top 0 | cut -f 2 | sed 1d | sort -u | tr '\n' ' ' >all
for m in contribution occlusion; do
	maas-classify explain -m no-binary.maas --method $m all | awk -F '\t' '$4 !~ /^[(]/ && NR > 1 { print $4, $6 }' | sort >$m
done
paste -d ' ' contribution occlusion | awk '{ print $2, $4, $1 == $3 ? "word" : "mixed up" }' | near | sort | uniq -c | sed 's/^ *//'
echo '# of linear models, gradient is contribution, and so is occlusion of counts'
for m in contribution gradient; do maas-classify explain -m ngrams.maas --method $m text | grep -v '^[^(]*(' >$m; done
cmp contribution gradient
maas-classify explain -m scaled.maas --method contribution rows.csv | sed 's/(intercept)/(rest)/' >contribution
maas-classify explain -m scaled.maas --method occlusion rows.csv >occlusion
paste contribution occlusion | awk -F '\t' 'NR > 1 { print $6, $12, $4 == $10 ? "same" : "other" }' | near | sort | uniq -c | sed 's/^ *//'
echo '# what a kind cannot tell'
maas-classify explain -m scaled.maas --method attention rows.csv 2>&1; echo "exit $?"
maas-classify explain -m bent.maas --method contribution rows.csv 2>&1; echo "exit $?"
maas-classify explain -m bent.maas --global --method contribution 2>&1; echo "exit $?"
maas-classify explain -m scaled.maas --method magic rows.csv 2>&1 | head -n 1
