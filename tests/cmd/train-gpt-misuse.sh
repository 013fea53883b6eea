# What cannot be meant is refused before anything is read.
t() { timeout 20 maas-train gpt --steps 1 --layers 1 --heads 1 --embed 8 --context 8 --batch-size 1 "$@" "$DATA/example/corpus.txt" 2>&1 | head -n 1; }
t
t -o m.maas --steps 5 --epochs 1
t -o - --json
t -o m.maas --depfile m.d --val x --val-split 0.1
t -o m.maas --early-stop 3
t -o m.maas --resume must
t -o m.maas --checkpoint-every often
t -o m.maas --checkpoint-every 0
t -o m.maas --plot loss.gif
t -o m.maas --lr -1
t -o m.maas --schedule cosinus
t -o m.maas --nosuch
t -o m.maas --vocab 100
ls
maas-train gtp; echo "exit $?"
maas-train; echo "exit $?"
maas-train gpt -o m.maas --steps; echo "exit $?"
