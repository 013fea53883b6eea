# What is seen of a training on rows: its log, its lines, its picture, its goal, the weights of a small model.
ex=$DATA/example
exec 2>&1
echo "the weights, as scikit-learn finds them"
printf 'a,b,label\n0,0,n\n0,1,n\n1,0,n\n1,1,y\n2,1,y\n2,2,y\n' >six.csv
maas-train logistic -q --json --tol 1e-10 -o six.maas six.csv |
	jq -c '[.coef[], .intercept | . * 1e5 | round / 1e5], .solver, .features'
printf 'a,b,label\n0,0,n\n0,1,n\n1,0,m\n1,1,m\n2,1,y\n2,2,y\n' >three.csv
maas-train logistic -q --json --tol 1e-10 -o three.maas three.csv | jq -c '[.coef[][], .intercept[] | . * 1e4 | round / 1e4]'
echo "log"
maas-train logistic -q --tfidf --log log.jsonl --val-split 0.2 -o m.maas "$ex/train.tsv"
jq -c 'keys_unsorted' log.jsonl | sort -u
maas-train logistic -q --log none/log.jsonl -o n.maas six.csv; echo "exit $?"
maas-train logistic -q --log /dev/full -o n.maas six.csv; echo "exit $?"
echo "lines"
maas-train logistic --optimizer lbfgs --tfidf --log-every 5 -o m.maas "$ex/train.tsv" 2>&1 | grep ' step [0-9]*:' | sed 's/\(loss [0-9.]\{6\}\).*/\1/'
maas-train logistic --optimizer lbfgs -q --tfidf --log-every 5 -o m.maas "$ex/train.tsv"
echo "pictures"
maas-train logistic -q -j 1 --tfidf --val-split 0.2 --plot one.svg -o m.maas "$ex/train.tsv"
maas-train logistic -q -j 3 --tfidf --val-split 0.2 --plot three.svg -o m.maas "$ex/train.tsv"
cmp one.svg three.svg && grep -o '>\(Loss\|Held-out rows\|billing\|answer\|step\)<' one.svg | sort | uniq -c
maas-train logistic -q --plot six.svg -o m.maas six.csv && grep -o '>Training rows<' six.svg
maas-train logistic -q --plot six.bmp -o m.maas six.csv; echo "exit $?"
maas-train logistic -q --plot none/six.svg -o m.maas six.csv; echo "exit $?"
echo "goals"
goal() { maas-train logistic -q --tfidf -o goal.maas "$@" "$ex/train.tsv" 2>&1 | grep -v '^usage' | sed 's/is [0-9.][0-9.]*/is X/'; rm -f goal.maas; }
goal --val-split 0.2 --until accuracy=0.9
goal --val-split 0.2 --until val_loss=0.5
goal --val-split 0.2 --until loss=0.01
maas-train logistic -q --tfidf --val-split 0.2 --until accuracy=1.5 -o goal.maas "$ex/train.tsv"; echo "exit $?"; ls goal.maas
goal --until accuracy=0.9
goal --val-split 0.2 --until r2=0.9
goal --val-split 0.2 --until speed=0.9
goal --val-split 0.2 --until accuracy
goal --val-split 0.2 --until accuracy=nan
goal --early-stop 3
goal --val "$ex/test.tsv" --val-split 0.2
goal --log goal.maas
