# Data that is not as it should be: each has its line with file, row and column, or its documented treatment.
exec 2>&1
train() { maas-train logistic -o new.maas "$@" >told 2>&1; rc=$?; sed 's/^\(maas-train: logistic: .* labels\),.*/\1/' told; echo "exit $rc"; }
predict() { { maas-classify predict -m m.maas "$@" 2>&1; echo "exit $?"; } | sed 's/0\.[0-9]\{5,\}/P/g'; }
printf 'a,b,label\n1,2,x\n3,4,y\n5,6,x\n7,1,y\n' >good.csv; maas-train logistic -q -o m.maas good.csv
echo '== a label seen only in the test set: it is never right'
printf 'a,b,label\n1,2,zz\n1,2,x\n' >t.csv; maas-classify evaluate -m m.maas t.csv; train --val t.csv good.csv
echo '== one class only'
printf 'a,b,label\n1,2,x\n3,4,x\n' >one.csv; train one.csv
echo '== a column missing at prediction time'
printf 'a,label\n1,x\n' >c.csv; predict c.csv; predict --jsonl c.csv; printf '1\n' | predict --header no; printf '{"id":"q","a":1}\n{"b":2,"a":1}\n' | predict --jsonl
echo '== words where numbers were'
printf 'a,b\n1,2\nfoo,3\n4,5\n' >w.csv; predict w.csv; predict --jsonl w.csv
maas-classify evaluate -m m.maas w.csv; echo "exit $?"
printf 'a,b,label\n1,2,x\n3,four,y\n' >w2.csv; train --val w2.csv good.csv; cat good.csv >w4.csv; echo 4,five,y >>w4.csv; train w4.csv
{ echo a,b,label; seq 150 | awk '{ print $1 "," ($1 == 70 ? "four" : $1) "," $1 % 2 }'; } >w3.csv; train w3.csv
echo '== ragged rows'
printf 'a,b,label\n1,2,x\n3,y\n4,5,6,z\n' >r.csv; train r.csv; predict r.csv; printf '1,2,x\n3\n' | train --format csv --header no
echo '== columns of one name'
printf 'a,a,label\n1,2,x\n3,4,y\n' >d.csv; train d.csv; train --drop 2 d.csv; printf 'a,b,a\n1,2,x\n' >d2.csv; predict d2.csv; printf '{"a":1,"a":2,"b":3}\n' | predict
echo '== a quote that is never closed: at the end of much data, at its beginning, and in a pipe'
{ echo a,b,label; yes '1,"2",x' | head -n 200000; printf '3,"4,y\n5,6,x'; } >q.csv; train q.csv
{ echo a,b,label; echo '1,"2,x'; yes '3,4,yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy'; } | head -c 40000000 >q2.csv; train q2.csv
predict --format csv <q2.csv | tail -n 2
head -c 40000000 /dev/zero | tr '\0' x >x.csv; train x.csv; rm -f q.csv q2.csv x.csv
printf 'a,b,label\n1,"2"3,x\n' >q3.csv; train q3.csv
echo '== NaN is a gap, infinity no number'
printf 'a,b,label\n1,NaN,x\n3,4,y\n' >n.csv; train n.csv; train --impute mean n.csv
for v in inf -Infinity 1e999; do printf "a,b,label\n1,2,x\n3,$v,y\n" >i.csv; train i.csv; done
printf 'a,b\n1,nan\n1,+inf\n' | predict
echo '== labels 01, 1 and 1.0 are three'
printf 'a,b,label\n1,2,01\n3,4,1\n5,6,1.0\n' >l.csv; train l.csv; maas-classify predict -m new.maas --proba l.csv | head -n 1
echo '== an empty vocabulary; more classes than rows; no rows'
printf 'a b\tx\nc d\ty\n' >v.tsv; train v.tsv; printf 'a,b,label\n1,2,p\n3,4,q\n5,6,r\n' >k.csv; train k.csv; train --val-split 0.4 k.csv
: >e.csv; train e.csv; predict e.csv; echo a,b,label >h.csv; train --header yes h.csv; predict h.csv
echo '== other files'
printf '\211PNG\r\n\032\n' >p.csv; train p.csv; train m.maas; iconv -t UTF-16LE good.csv >u.csv; train u.csv; train --encoding UTF-16LE u.csv
printf '\204\061\377\n' >g.tsv; train --encoding GB18030 g.tsv; train --encoding none g.tsv; gzip -c good.csv | head -c 40 >cut.csv.gz; train cut.csv.gz; printf 'a,b,c\n1,2,3' >nogz.gz; train nogz.gz
cp good.csv good.tsv; train good.tsv
echo '== columns asked for where there are none'
printf 'a 1:1 2:1\nb 1:2\n' >s.svm; train --drop 2 s.svm; train --label 1 s.svm; printf 'one,x\ntwo,y\n' >c.txt; train --text 1 --label 2 c.txt; train c.txt
