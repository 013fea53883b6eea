# Models that answer a number: the report, its JSON, limits, the largest errors, a picture, comparison, drift.
awk 'BEGIN { OFS = ","; print "id,size,kind,price"; for (i = 1; i <= 120; i++) print i, i % 17 + 1, i % 2 ? "new" : "old", 3 * (i % 17) + i % 2 * 10 + i * 7 % 5 }' >t.csv
head -n 91 t.csv >train.csv; (head -n 1 t.csv; tail -n 30 t.csv) >test.csv
maas-train linear -q --label price --drop id -o m.maas train.csv
maas-train linear -q --label price --features size -o poor.maas train.csv
maas-classify evaluate -m m.maas --errors e.tsv --plot p.svg test.csv; echo "exit $?"
head -n 1 e.tsv; tail -n +2 e.tsv | cut -f 3 >got; sort -gr got | cmp - got && echo "largest first"
grep -c '<circle' p.svg; grep -o '>all right<' p.svg
maas-classify evaluate -m m.maas --json test.csv | jq -c '[keys_unsorted, .n, .r2 > 0.9, .rmse < .baseline.rmse, (.mse - .rmse * .rmse | fabs) < 1e-9, .baseline.r2]'
maas-classify evaluate -m m.maas --fail-under r2=0.9 --fail-under mae=3 test.csv >out; echo "exit $?"
maas-classify evaluate -q -m m.maas --fail-under rmse=0.1 test.csv >out 2>said; echo "exit $?"; sed 's/is .*,/is X,/' said
for o in "--fail-under accuracy=0.5" --confusion --sweep "--cost fn=1"; do
	# shellcheck disable=SC2086 # two words
	maas-classify evaluate -m m.maas $o test.csv >out 2>&1; echo "exit $?"; head -n 1 out
done
sed '3s/,[0-9]*$/,cheap/' test.csv | maas-classify evaluate -m m.maas 2>&1; echo "exit $?"
sed '3s/,[0-9]*$/,inf/' test.csv | maas-classify evaluate -m m.maas 2>&1; echo "exit $?"
maas-classify compare -m poor.maas -m m.maas test.csv >one; echo "exit $?"; tail -n 1 one
maas-classify compare -j 3 -m poor.maas -m m.maas <test.csv | cmp - one && echo "the same bytes"
maas-classify compare -m m.maas -m poor.maas --json test.csv >j; echo "exit $?"
jq -c 'keys_unsorted, .test, .difference < 0, .p < 0.05, .low < .difference and .difference < .high, .better' j
maas-classify compare -s 2 -m poor.maas -m m.maas test.csv | cmp -s - one || echo "another seed draws others"
printf 'apple\tx\nplum\ty\n' | maas-train logistic -q -o l.maas
maas-classify compare -m m.maas -m l.maas test.csv 2>&1; echo "exit $?"
maas-classify predict -m m.maas --drift train.csv 2>&1 >/dev/null | sed 's/ by chance [0-9.]*//'
awk -F, 'NR > 1 { $2 += 9 } 1' OFS=, train.csv | maas-classify predict -m m.maas --drift 2>&1 >/dev/null | grep -o ': size [0-9]'
