# What a label is to a kind that learns both: few numbers are classes, very many are numbers, one word makes classes.
rows() { awk -v n="$1" 'BEGIN { print "x,y"; for (i = 0; i < 300; i++) printf "%d,%.1f\n", i, i % n / 2 }'; }
told() { maas-train mlp --epochs 1 --hidden 4 --json -o m.maas "$@" | jq -c '[.labels, .objective]'; }
rows 100 >few.csv; told -q few.csv
rows 101 >many.csv; told many.csv 2>&1 | sed '/^maas-train: mlp/d'
told -q --task class many.csv
told -q --task regress few.csv
sed '7s/,.*/,six/' many.csv >word.csv; told -q word.csv
sed '7s/,.*/,inf/' many.csv >inf.csv; told -q inf.csv
maas-train mlp -q --epochs 1 --task regress -o told.maas many.csv; maas-train mlp -q --epochs 1 -o seen.maas many.csv
cmp told.maas seen.maas && echo the same model
maas-train logistic -q --max-iter 2 --json -o m.maas many.csv | jq .labels
