# Statistics and indices are those of scripts/make-golden-classify drift: classifiers fitted anew without each row, and
# shares of labels by another optimiser.
g=$DATA/drift.tsv
want() { sed -n "s/^$1	//p" "$g"; }
part() { grep -a -o '{"version":1,"labels".*"unknown":[^}]*}' "$1"; }
same() { if [ "$2" = "$3" ]; then echo "$1: as it should be"; else echo "$1: $2, wanted $3"; fi; }
close() { awk -v n="$1" -v a="$2" -v b="$3" 'BEGIN { d = a - b; if (d < 0) d = -d; print n ": " (a != "" && d <= 0.00015 ? "as it should be" : a ", wanted " b) }'; }
want train >train.csv; want new >new.csv
maas-train logistic -q --impute mean -o t.maas train.csv
same confusion "$(part t.maas | jq -c .confusion)" "$(want confusion)"
maas-classify predict -m t.maas --drift new.csv 2>said >/dev/null
for n in labels x kind; do close "$n" "$(sed -n "1s/.*[:,] $n \([0-9.]*\).*/\1/p" said)" "$(want $n)"; done
echo texts
head -n 24 "$DATA/example/train.tsv" >train.tsv
{ grep -E '	(repair|praise)$' "$DATA/example/test.tsv"; grep '	billing$' "$DATA/example/test.tsv" | head -n 5; } >new.tsv
maas-train logistic -q -o m.maas train.tsv
same confusion "$(part m.maas | jq -c .confusion)" "$(want text-confusion)"
maas-classify predict -m m.maas --drift new.tsv 2>said >/dev/null
for n in labels text; do close "$n" "$(sed -n "1s/.*[:,] $n \([0-9.]*\).*/\1/p" said)" "$(want text-$n)"; done
close unknown "$(sed -n '1s/.*vocabulary \([0-9.]*\).*/\1/p' said)" "$(want text-unknown)"
close expected "$(sed -n '1s/.*expected \([0-9.]*\).*/\1/p' said)" "$(want text-expected)"
