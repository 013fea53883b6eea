# What data is taken for, rule by rule: format, header, rows, label, roles, gaps.
. "$TOP/tests/alike.sh"
exec 2>&1
short='s/^\(maas-train: logistic: .* labels\),.*/\1/'
learn() { maas-train logistic -o m.maas "$@" 2>&1 | sed "$short"; }
echo '== format: first bytes, then the suffix without .gz; --format beats all'
printf '{"label":"a","n":1}\n{"label":"b","n":2}\n' >j; learn j; cp j j.jsonl; learn j.jsonl; gzip -k j.jsonl; learn j.jsonl.gz; gzip -c j | learn
printf 'n,label\n1,a\n2,b\n' >c; cp c c.csv; learn c.csv; learn --format csv c; learn c
printf 'a 1:1 3:2\nb 2:1\n' >s; learn s; cp s s.svm; learn s.svm; learn --format tsv --header no s
printf '__label__a x y\n__label__b zz w\n' >f; learn --format fasttext f; gzip -c f | learn --format fasttext
printf 'a film\tgood\nbad one\tbad\n' >two.txt; learn two.txt
gzip -c c.csv >c.tsv; learn c.tsv; learn --delimiter , c.tsv
echo '== labels from elsewhere'
printf 'some words here\nand there\n' >pos_1.txt; printf 'other words\n\nand more\n' >neg_1.txt
learn --label-from '^(pos|neg)_' pos_1.txt neg_1.txt
maas-classify evaluate -m m.maas --label-from '^(pos|neg)_' neg_1.txt pos_1.txt | head -4
learn --label-from '(xyz)' pos_1.txt neg_1.txt
learn --label-from 'pos' pos_1.txt neg_1.txt
learn --label-from '(p[' pos_1.txt neg_1.txt
learn --label-from '(p)' <pos_1.txt
learn --label-from '(p)' --label 1 pos_1.txt
printf 'b\na\nb\na\n' >labels; printf '1,5\n2,6\n3,5\n4,7\n' >x.csv
learn --labels labels x.csv; maas-classify evaluate -m m.maas --labels labels x.csv | sed -n 3,4p
sed 's/$/\r/' labels | gzip >crlf.gz; maas-classify evaluate -m m.maas --labels crlf.gz x.csv | sed -n 3,4p
learn --labels labels --rows 2- x.csv
printf 'b\n' | cat labels - >long; learn --labels long x.csv; head -3 labels >few; learn --labels few x.csv
printf '\0\0\010\001\0\0\0\004\003\002\003\002' >labels.idx; learn --labels labels.idx x.csv
echo '== --rows: from 1, either end open, over all files, the header not counted'
printf 'n,label\n1,a\n2,b\n3,c\n4,d\n' >r.csv
for r in 1-2 2- -3 2-2 2 4-9 1-; do echo "rows $r"; learn --rows $r r.csv; done
for r in 0-2 3-2 a-b - ''; do learn --rows "$r" r.csv; done
learn --rows 4-6 r.csv r.csv
learn --rows 1-2 --val r.csv r.csv
echo '== header: auto where a column is given by name, or begins with what is no number and goes on in numbers'
printf 'n,label\nx,a\ny,b\n' >words.csv
learn words.csv; learn --label label words.csv; learn --header yes words.csv; learn --header no r.csv
printf 'kind,n,label\nx,?,a\ny,2,b\n' >gap.csv; learn --impute mean gap.csv
{ echo n,label; yes 1,a | head -99; echo word,b; } >late.csv; learn late.csv
echo '== label: key label, the first of libsvm, the column called label, class, target or y, else the last'
for l in label class target y Label z; do printf "$l,n,k\na,1,5\nb,2,6\na,3,5\n" >l.csv; learn l.csv; done
printf '{"n":1,"z":"a"}\n' >z.jsonl; learn z.jsonl
learn --label 3 l.csv; learn --label 4 l.csv; learn --label zz l.csv; learn --label n --drop n l.csv
echo '== two columns, one of them words: text and label; a column of numbers or gaps is numeric, else a category'
printf 'some words\tx\nother words\ty\n' >t.tsv; learn t.tsv
printf 'x\tsome words\ny\tother words\n' >u.tsv; learn --label 1 u.tsv
printf 'a,b,c\n1,red,x\nNA,blue,y\n3,red,x\n,,y\n' >g.csv; learn --impute mean g.csv; learn --impute most_frequent g.csv; learn --impute drop g.csv; learn g.csv
printf 'a,b,c\n1,N/a,x\n2,nan,y\n3,NULL,x\n4,?,y\n5, ,x\n6,7,y\n' >h.csv; learn --impute median h.csv
{ echo a,b,c; seq 101 | awk '{ print $1 ",v" $1 "," $1 % 2 }'; } >many.csv; learn many.csv; learn --text b many.csv; learn --drop b many.csv; learn --features a many.csv; learn --rows -100 many.csv
echo '== the model remembers columns, format, header, delimiter; finds columns by name; does without the label'
printf 'a;b;c\n1;red;x\n2;blue;y\n3;red;x\n' >m; learn --delimiter ';' m
answer() { maas-classify predict -m m.maas "$@" | sed 's/0\.[0-9]\{5,\}/P/g'; }
answer m
printf 'b;new;a\nred;0;1\nblue;0;2\n' | answer
printf '{"b":"red","a":1}\n' | answer | cut -c 1-40
printf 'b,a\nred,1\n' | answer --delimiter ,
echo '== several files: each with its own order of columns'
printf 'a,b,label\n1,20,x\n2,30,y\n3,25,x\n' >1.csv; printf 'label,b,a\ny,31,4\nx,21,5\n' >2.csv; { cat 1.csv; printf '4,31,y\n5,21,x\n'; } >all.csv
learn 1.csv 2.csv; mv m.maas two.maas; learn all.csv; alike m.maas two.maas && echo same
printf 'b,label\n31,y\n' >3.csv; learn 1.csv 3.csv; printf 'a,b,label,extra\n1,20,x,7\n' >4.csv; learn 1.csv 4.csv
