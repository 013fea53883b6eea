# --html: one page, whole whatever stands in the data and the model.
cat >hostile.tsv <<'END'
<script>alert(1)</script> broken lamp	<img src=x onerror=alert(2)>
broken chain & bent wheel "	<img src=x onerror=alert(2)>
lovely lamp 电灯 很好	'praise'
my lovely wheel 电灯	'praise'
END
maas-train logistic -q --header no --token-pattern '\S+' -o m.maas hostile.tsv
printf '<script>alert(1)</script> broken lamp\n" onmouseover="alert(1)\nlovely 电灯\n\n\033[31m\302\200\377 \342\200\256lamp\n' >texts
maas-classify explain -m m.maas --format text --html page.html --top 2 texts | cut -f 1,2,4
cat page.html
echo '# no other element or attribute than ours'
tr '\n' ' ' <page.html | grep -o '<[^>]*>' | sed 's/ title="[^"]*"//; s/style="[^"]*"/style/; s/content="[^"]*"/content/' | sort | uniq -c | sort -rn
echo '# numbers'
printf 'a<b,c&d,label\n1,2,x\n2,1,y\n3,4,x\n4,3,y\n' >n.csv
maas-train logistic -q -o n.maas n.csv
maas-classify explain -m n.maas --html - n.csv | grep '<tr>' | head -n 3 | sed 's/<td class="v">.*//'
echo '# a page holds 1000 rows'
yes 'broken lamp' | head -n 1003 >many
maas-classify explain -m m.maas --format text --html many.html many | tail -n 1 | cut -f 1
grep -c '<h2>' many.html; tail -n 1 many.html
echo '# a page that cannot be written leaves the old one'
maas-classify explain -m m.maas --format text --html no/page.html texts >out 2>&1; echo "exit $?"; cat out
maas-classify explain -m m.maas --format text --html texts texts 2>&1; echo "exit $?"
maas-classify explain -m m.maas --format text --html /dev/full texts >out 2>&1; echo "exit $?"; cat out
cp page.html was.html; maas-classify explain -m m.maas --html page.html missing 2>&1; echo "exit $?"; cmp page.html was.html; ls
