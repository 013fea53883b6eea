# --global: the strongest features of each label.
maas-train logistic -q --tfidf -o m.maas "$DATA/example/train.tsv"
maas-classify explain -m m.maas --global --top 2
echo '# 20 where nothing is said, 0 is all'
maas-classify explain -m m.maas --global | cut -f 1 | uniq -c
maas-classify explain -m m.maas --global --top 0 | sed 1d | sort -k 1,1 -s | awk -F '\t' '
	$1 != label { label = $1; last = "" }
	{ w = $3 < 0 ? -$3 : $3; if (last != "" && w > last) print "out of order: " $0; last = w; n++ }
	END { print n " lines, largest first" }'
echo '# two labels have one row of weights'
printf 'size,weight,label\n1,2,x\n2,1,y\n3,4,x\n4,3,y\n' >n.csv
maas-train logistic -q -o n.maas n.csv
maas-classify explain -m n.maas --global | awk -F '\t' '{ sub(/^-/, "", $3); print $1, $2, (NR == 1 || $3 > 0) }'
echo '# rows are not wanted'
maas-classify explain -m m.maas --global --top 1 n.csv 2>&1 | head -n 2
maas-classify explain -m m.maas --global --html x.html 2>&1 | head -n 1
maas-classify explain --global 2>&1 | head -n 1
maas-classify explain -m m.maas --global >/dev/full; echo "exit $?"
echo '# measured on rows: the mean of what a feature adds, without its sign'
maas-classify explain -m m.maas --global --method gradient --top 1 "$DATA/example/test.tsv" >measured; cat measured
printf 'size,weight,label\n1,2,x\n2,1,y\n' >two.csv
maas-classify explain -m n.maas --global --method gradient two.csv | awk -F '\t' 'NR > 1 { print $2, $3 }' | sort -u >global
maas-classify explain -m n.maas two.csv | awk -F '\t' 'NR > 1 && $4 != "(intercept)" { a = $6 < 0 ? -$6 : $6; sum[$4] += a } END { for (f in sum) printf "%s %.9g\n", f, sum[f] / 2 }' | sort | cmp - global && echo 'as the rows add up'
maas-classify explain -m m.maas --global --method occlusion --top 1 "$DATA/example/test.tsv" | cut -f 1,2
maas-classify explain -m m.maas --global --method attention 2>&1 | head -n 1
maas-classify explain -m m.maas --global --method gradient nothing 2>&1; echo "exit $?"
echo '# networks: of texts, by the words that are left out; of pictures, by patches'
maas-train gru -q --embed 24 --hidden 24 --lr 0.005 --epochs 15 --pool max -o gru.maas "$DATA/example/train.tsv"
maas-classify explain -m gru.maas --global --top 3 "$DATA/example/test.tsv" >measured; cut -f 1 measured | uniq -c
maas-classify explain -m gru.maas --jsonl "$DATA/example/test.tsv" | jq -r '.label as $l | .contributions[] | [$l, .feature] | @tsv' | sort -u >there
sed 1d measured | cut -f 1,2 | while read -r line; do grep -qF "$(echo "$line" | cut -f 2)" there || echo "nowhere: $line"; done
maas-classify explain -m gru.maas --global --method gradient --top 1 "$DATA/example/test.tsv" | wc -l
{ printf '\000\000\010\003\000\000\000\002\000\000\000\002\000\000\000\002'; printf '\377\012\012\012\012\012\012\377'; } >p.idx
printf 'a\nb\n' >labels
maas-train mlp -q --hidden 4 --epochs 30 --scale minmax --labels labels -o p.maas p.idx
maas-classify explain -m p.maas --global --method occlusion --rows 1 p.idx | cut -f 1,2
