# Behind the result, what to try next; --until of text, and what a rate that was looked for came to be.
ex=$DATA/example
exec 2>&1
echo "columns that are spread out differently, told, and in the result; not with -q"
awk 'BEGIN { print "size,weight,label"; for (i = 0; i < 200; i++) print i * 37 % 101 * 1e4 "," i * 53 % 97 / 97 "," (i * 53 % 97 > 48 ? "high" : "low") }' >wide.csv
maas-train logistic --optimizer adam --epochs 5 --json -o m.maas wide.csv | jq -c .advice
maas-train logistic -q --optimizer adam --epochs 5 --json -o m.maas wide.csv | jq -c .advice
echo "followed, there is nothing to say"
maas-train logistic --optimizer adam --lr 0.1 --epochs 40 --scale standard --json -o m.maas wide.csv 2>&1 | grep -c advice
echo "a rate that was looked for"
maas-train mlp --lr auto --epochs 5 --json -o m.maas wide.csv 2>m.err | jq -c '.lr > 0.001 and .lr < 1'
grep -c ' at a rate of ' m.err
maas-train gpt --layers 1 --heads 2 --embed 16 --context 16 --steps 5 --lr auto --json -o g.maas "$ex/corpus.txt" 2>g.err | jq -c '.lr > 0.0001'
grep -c ' at a rate of ' g.err
echo "text until its loss is low"
small() { maas-train gpt -q --layers 1 --heads 2 --embed 16 --context 16 --lr 0.01 --val-split 0.1 --eval-every 10 "$@" -o g.maas "$ex/corpus.txt"; }
small --steps 200 --until loss=3.2 --json | jq -c '.steps < 200, .val_loss <= 3.2'
small --steps 20 --until bits_per_byte=0.5 2>&1 | sed 's/is [0-9.]*/is N/'
small --steps 20 --until perplexity=1 >/dev/null 2>&1; echo "exit $?"
echo "and a run that goes on ends where one would that was never stopped"
small --steps 200 --until val_loss=3.2 --checkpoint ck --checkpoint-every 10 --json >whole.json; cp g.maas whole.maas
small --steps 200 --until val_loss=3.2 --checkpoint ck --checkpoint-every 10 --json | cmp - whole.json && cmp g.maas whole.maas && echo same
nets() { maas-train mlp -q --epochs 60 --val-split 0.2 --until accuracy=0.9 --json "$@" -o n.maas wide.csv; }
nets --checkpoint ckn | jq -c '.epochs < 60'; cp n.maas whole.maas; nets --checkpoint ckn >again.json; jq -c '.epochs < 60' again.json; cmp n.maas whole.maas && echo same
echo "misuse"
small --until accuracy=1 2>&1 | head -n 1
small --until loss=low 2>&1 | head -n 1
maas-train gpt --until loss=1 -o g.maas "$ex/corpus.txt" 2>&1 | head -n 1
