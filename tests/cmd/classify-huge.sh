# A value so large that a network's answer is no number: the row has none, its neighbours have theirs.
printf 'label,x,y\na,1,2\nb,2,3\na,1.5,2\nb,3,4\n' >data.csv
printf 'label,x,y\na,3e38,-3e38\nb,9,9\n' >rows.csv
maas-train mlp -q --seed 1 -o m.maas data.csv
for how in '' --line-buffered --jsonl; do
	maas-classify predict -m m.maas $how rows.csv | sed 's/[0-9.]\{5,\}/N/g'
done
maas-classify evaluate -m m.maas rows.csv
