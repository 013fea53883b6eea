# --init-from: a training that begins with a model, and brings its columns, words, labels and settings along.
prepared="--drop price --impute mean --scale standard"
maas-train mlp -q $prepared --hidden 7 --epochs 30 -o first.maas "$DATA/folds.csv"
maas-train mlp -q --init-from first.maas --epochs 1 --lr 1e-9 --json -o same.maas "$DATA/folds.csv" | jq -c '[.features, .labels]'
maas-classify predict -m first.maas "$DATA/folds.csv" | cut -c 1-9 >one
maas-classify predict -m same.maas "$DATA/folds.csv" | cut -c 1-9 | cmp - one && echo begun where the first ended
maas-model info same.maas --json | jq -c '.settings.hidden'
head -n 12 "$DATA/folds.csv" >few.csv
maas-train mlp -q --init-from first.maas --epochs 50 --json -o more.maas few.csv | jq -c '[.features, .labels]'
echo "texts"
maas-train mlp -q --tfidf --epochs 5 --hidden 5 -o text.maas "$DATA/example/train.tsv"
head -n 20 "$DATA/example/train.tsv" | maas-train mlp -q --init-from text.maas --epochs 2 --json -o text2.maas | jq -c '[.rows, .labels, .features > 100]'
maas-classify predict -m text2.maas "$DATA/example/test.tsv" | wc -l
echo "descent on a line goes on"
printf 'a,b,y\n0,0,1\n0,1,2\n1,0,2\n1,1,3.5\n2,1,4\n2,2,6\n' >yr.csv
gd="--optimizer gd --lr 0.01 --batch-size all --no-intercept"
maas-train linear -q $gd --epochs 600 --init zeros -o half.maas yr.csv
maas-train linear -q $gd --epochs 400 --init-from half.maas --json -o whole.maas yr.csv | jq -c '.coef | map(. * 1e9 | round / 1e9)'
exec 2>&1
echo "what does not go together"
try() { maas-train "$@" -o none.maas 2>&1 | head -n 1; }
try mlp --init-from first.maas --scale none few.csv
try mlp --init-from first.maas --pca 2 few.csv
try mlp --init-from first.maas --label price few.csv
try mlp --init-from first.maas --task regress few.csv
try mlp --init-from first.maas --hidden 8 few.csv
try logistic --init-from first.maas few.csv
try mlp --init-from ./none.model few.csv
sed 's/,fair$/,odd/' few.csv >odd.csv
try mlp --init-from first.maas odd.csv
ls
