# --check: what is wrong with data, before anything is trained; 1 where something is.
exec 2>&1
# shellcheck disable=SC2086
check() { maas-train $kind --check "$@"; echo "exit $?"; }
kind=logistic
echo '== nothing wrong'
seq 60 | awk '{ print $1 * 7 % 31 ",c" $1 % 3 "," ($1 * 13 % 17 > 8 ? "yes" : "no") }' >fine.csv
sed 1i\\n,c,label fine.csv >good.csv; check good.csv; ls
check -q good.csv
echo '== duplicates, contradictions'
{ echo n,c,label; head -20 fine.csv; echo 777,new,yes; echo 778,new,no; } >val.csv; check --val val.csv good.csv
{ cat good.csv; sed -n 5,6p fine.csv; } >twice.csv; check twice.csv; check --val-split 0.2 twice.csv
printf 'one text\tx\nother text\ty\nthird\tx\nfourth\ty\none text\ty\n' >clash.tsv; check clash.tsv
echo '== labels'
{ yes 'a,positive' | head -40 | nl -s ,; yes 'b,negative' | head -40 | nl -s ,; yes 'a,positve' | head -3 | nl -s ,; yes 'a,Negative ' | head -3 | nl -s ,; echo '1,a,neutral'; } | awk -F, '{ print NR * 17 % 101 "," NR % 5 "," $3 }' | sed 1i\\n,c,label >labels.csv; check labels.csv
awk 'BEGIN { print "n,label"; for (i = 0; i < 80; i++) print i * 7 % 53 "," (i % 2 ? "01" : "1") }' >numbers.csv; check numbers.csv
awk 'BEGIN { print "n,label"; for (i = 0; i < 80; i++) print i * 7 % 53 "," (i % 2 ? "class1" : "class2") }' >digits.csv; check digits.csv
{ cat good.csv | head -9; echo 5,c1,never; } >unseen.csv; check --val unseen.csv good.csv | grep never
sed 's/,[a-z]*$/,yes/' good.csv | sed '1s/yes/label/' >one.csv; check one.csv
echo '== columns: constant, leaking, numbers with a word among them'
awk 'BEGIN { print "same,empty,flag,split,code,when,n,word,label"; for (i = 0; i < 200; i++) { l = i * 37 % 100 < 20
	print "5,," (l && i % 2 ? 1 : 0) "," (l ? 50 + i % 7 : i % 11) "," (l ? "Q" i % 3 : "P" i % 3) "," (l ? i : "") "," i * 31 % 97 "," (i == 50 ? "five" : i % 7) "," (l ? "sick" : "well") } }' >leak.csv
check --impute mean leak.csv
awk 'BEGIN { print "n,place,label"; for (i = 0; i < 120; i++) print i * 31 % 97 "," i * 53 % 120 "," "k" int(i * 53 % 120 / 40) }' >ranges.csv; check ranges.csv
yes 'the same' | head -30 | awk '{ print $0 "\t" NR % 2 }' >same.tsv; check same.tsv | cut -c 1-60 | tail -5
kind='mlp --task regress'
awk 'BEGIN { print "n,twice,y"; for (i = 0; i < 50; i++) print i * 31 % 97 "," i * 3 + 1 "," i * 1.5 }' >y.csv; check y.csv
kind=logistic
echo '== rows that are numbered, a column of many words, texts that are written in two ways'
awk 'BEGIN { print "row,who,x,label"; for (i = 0; i < 150; i++) print 151 - i ",w" i "," i * 31 % 97 "," (i * 13 % 17 > 8 ? "a" : "b") }' >named.csv; check named.csv
{ printf 'The price is wrong.\tx\nLate again\ty\n'; seq 30 | sed 's/.*/text & of many\tx/'; } >one.tsv; printf 'the price is WRONG\tx\nlate  again!\ty\nearly again\ty\n' >two.tsv; check --val two.tsv one.tsv
echo '== texts, rows'
printf 'a text\tx\nanother \377 text\ty\n\tx\nlost \357\277\275 here\ty\nmore\tx\nand more\ty\n' >texts.tsv; check texts.tsv
printf 'n,label\n1,x\n2,y\nNA,x\n4,\n5,y\n' >rows.csv; check rows.csv; check --impute mean rows.csv
printf 'n,label\n1,x\n2,y,z\n' >ragged.csv; check ragged.csv
seq 40 | awk '{ print ($1 < 30 ? "NA" : $1) "," $1 % 2 }' >many.csv; check --header no many.csv | tail -4
check --json --impute mean rows.csv
echo '== misuse'
check none.csv; maas-train logistic --check good.csv --val labels.csv >/dev/full; echo "exit $?"
