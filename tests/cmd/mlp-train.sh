# maas-train mlp: labels and numbers from tables and texts, the same bytes for any number of threads.
. "$TOP/tests/alike.sh"
ex=$DATA/example
maas-train mlp --tfidf --hidden 16 --epochs 30 --lr 0.01 --val "$ex/test.tsv" -j 1 -o text.maas "$ex/train.tsv" 2>result
grep -c '^maas-train: mlp: .* steps' result
maas-train mlp -q --tfidf --hidden 16 --epochs 30 --lr 0.01 -j 3 -o three.maas "$ex/train.tsv"
alike text.maas three.maas && echo the same bytes, and validation teaches nothing
maas-classify evaluate -m text.maas --json "$ex/test.tsv" | jq -c '{n, good: (.accuracy > 0.8)}'
maas-model verify text.maas
maas-model info text.maas --json | jq -c '.settings // .' | tr , '\n' | grep -E '"(hidden|activation|dropout)"' | sort
maas-model tensors text.maas | cut -f 1-3 | grep layers
echo "numbers and categories"
awk 'BEGIN { print "size,colour,gap,label"; for (i = 0; i < 120; i++) { x = i * 37 % 101 / 10; c = i % 3 ? "red" : "blue"
	print x "," c "," (i % 7 ? i % 5 : "NA") "," (((x > 5) != (c == "red")) ? "yes" : "no") } }' >xor.csv
maas-train mlp -q --impute median --hidden 16,8 --activation tanh --lr 0.02 --epochs 60 --class-weight balanced -o xor.maas xor.csv
maas-classify evaluate -m xor.maas --json xor.csv | jq -c '{n, good: (.accuracy > 0.95)}'
printf 'gap,size,colour\n1,9.5,blue\n,1,blue\n3,9.5,red\n' | maas-classify predict -m xor.maas --format csv | cut -f 1 | paste -s -
echo "a number"
awk 'BEGIN { print "a,b,y"; for (i = 0; i < 200; i++) { a = i * 37 % 101 / 50 - 1; b = i * 53 % 97 / 48 - 1; print a "," b "," 1000 + 300 * a * b + 50 * a } }' >y.csv
maas-train mlp --task regress --hidden 32 --lr 0.01 --epochs 60 --val-split 0.2 --json -o y.maas y.csv 2>/dev/null |
	jq -c '{kind, rows, steps, good: (.val_r2 > 0.9)}'
echo "refused"
maas-train mlp --hidden 16 --early-stop 3 -o bad.maas xor.csv; echo "exit $?"
maas-train mlp --hidden 16, --impute mean -o bad.maas xor.csv; echo "exit $?"
maas-train mlp --optimizer lbfgs --impute mean -o bad.maas xor.csv; echo "exit $?"
maas-train mlp --loss mse --impute mean -o bad.maas xor.csv; echo "exit $?"
maas-train mlp --init gpt -o bad.maas xor.csv 2>&1 | head -1; ls bad.maas 2>&1
