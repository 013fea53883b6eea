# Validation teaches nothing: 10^9 in a cell, an unseen category and an invented word leave the same bytes.
. "$TOP/tests/alike.sh"
awk 'BEGIN { print "size,weight,colour,kind"
	for (i = 1; i <= 24; i++) printf "%s,%d,%s,%s\n", i % 7 ? i % 5 + (i % 2) * 1.5 : "", i * i % 11, i % 3 ? "red" : "blue", i % 2 ? "a" : "b" }' >rows.csv
awk 'BEGIN { split("sun rain snow wind fog hail", w, " ")
	for (i = 1; i <= 24; i++) printf "the %s and %s of day %d\t%s\n", w[i % 6 + 1], w[i * i % 5 + 1], i % 4, i % 2 ? "a" : "b" }' >texts.tsv
# Of line $2 of file $1, the features made such as no training row has; the label stays.
spoil() {
	case $1 in
	*.csv) awk -F, -v OFS=, -v n="$2" 'NR == n { $1 = 1000000000; $2 = -1000000000; $3 = "ultraviolet" } { print }' "$1" ;;
	*) awk -F '\t' -v OFS='\t' -v n="$2" 'NR == n { $1 = $1 " xylotomous" } { print }' "$1" ;;
	esac
}
rows() { kind=$1; shift; maas-train "$kind" -q --impute mean --scale standard "$@"; }
scores() { kind=$1; shift; maas-train "$kind" -q --impute median --indicator --scale minmax --task regress --label weight "$@"; }
nets() { rows "$@" --epochs 3; }
reads() { kind=$1; shift; maas-train "$kind" -q --analyzer word --min-df 1 --embed 4 --hidden 4 --epochs 1 "$@"; }
texts() { kind=$1; shift; maas-train "$kind" -q --tfidf "$@"; }

# held WHAT KIND FILE FIRST: each line spoiled in turn.  Those held out, a quarter, leave the model as it is; all
# others change it.
held() {
	"$1" "$2" --val-split 0.25 -o whole.maas "$3" || return
	same=0 other=0 line=$4 last=$(wc -l <"$3")
	while [ "$line" -le "$last" ]; do
		spoil "$3" "$line" >"spoiled.${3##*.}"
		"$1" "$2" --val-split 0.25 -o spoiled.maas "spoiled.${3##*.}" || return
		if alike whole.maas spoiled.maas >differ; then same=$((same + 1)); else other=$((other + 1)); fi
		line=$((line + 1))
	done
	echo "$1, $2: $same rows may be anything, $other matter"
}
held rows logistic rows.csv 2
held texts logistic texts.tsv 1
held scores linear rows.csv 2
held nets mlp rows.csv 2
held reads lstm texts.tsv 1

# file WHAT KIND FILE FIRST: the last lines are a file of their own, and spoiled.
file() {
	ext=${3##*.}
	head -n 18 "$3" >"train.$ext"
	{ [ "$4" -eq 1 ] || head -n 1 "$3"; tail -n +19 "$3"; } >"val.$ext"
	spoil "val.$ext" 3 >"spoiled.$ext"
	"$1" "$2" -o alone.maas "train.$ext" && "$1" "$2" --val "val.$ext" -o val.maas "train.$ext" &&
		"$1" "$2" --val "spoiled.$ext" -o spoiled.maas "train.$ext" || return
	alike alone.maas val.maas && alike val.maas spoiled.maas && echo "$1, $2: the same with a file, whatever is in it"
}
file rows logistic rows.csv 2
file texts logistic texts.tsv 1
file scores linear rows.csv 2
file nets mlp rows.csv 2
file reads lstm texts.tsv 1
