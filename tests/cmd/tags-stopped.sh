# Models that tag words: what is watched as they learn is F1 of entities, and early stopping keeps the best by it.
cp "$DATA/example/names.conll" train.conll
cp "$DATA/example/names-test.conll" test.conll
learn() { maas-train lstm --task tag --hidden 8 --embed 8 --no-bidirectional --schedule constant --lr 0.1 --dropout 0 -s 2 --val test.conll --log log --json -o m.maas "$@" train.conll; }
echo '# the log tells F1, and the model is the one with the best, whatever its loss'
learn -q --epochs 30 --early-stop 5 >result
jq -s -c '[.[] | select(.val_f1)] | [length > 4, (.[0] | has("train_f1"), has("val_accuracy"))], ([.[] | select(.best)] | last.val_f1) == (map(.val_f1) | max)' log
jq -s 'map(select(.val_f1).val_f1) | max' log >a; jq .val_f1 result >b; cmp a b && echo 'the result is that of the best epoch'
maas-classify evaluate -m m.maas --json test.conll | jq .entity_f1 >c; jq .val_f1 result >b; cmp b c && echo 'and so is the model'
jq -s -c '[.[] | select(.val_f1)] | [(min_by(.val_loss).step), (max_by(.val_f1).step)] | .[0] != .[1]' log
echo '# without entities the share of words is told'
sed 's/[BI]-\([A-Z]*\)$/\1/' train.conll >plain.conll
maas-train lstm -q --task tag --hidden 8 --embed 8 --epochs 1 --val-split 0.3 --log log -o p.maas plain.conll
jq -c 'select(.val_loss) | [has("val_accuracy"), has("val_f1")]' log
echo '# --until and --log-every'
learn --epochs 30 --until f1=0.5 --log-every 1 2>err >/dev/null; echo "exit $?"
sed -n 's/[0-9][0-9.]*/N/g; /epoch N/p' err | sort -u
learn -q --epochs 1 --until f1=0.999999 >/dev/null 2>err; echo "exit $?"; cat err
learn -q --epochs 1 --until accuracy=0.5 2>&1; echo "exit $?"
maas-train lstm -q --until f1=0.5 --val-split 0.3 -o m.maas "$DATA/example/train.tsv" 2>&1 | head -n 1
echo '# goes on after it was stopped, as if it had not been'
learn -q --epochs 8 --early-stop 2 -o whole.maas >/dev/null
learn -q --epochs 8 --early-stop 2 --checkpoint ck --checkpoint-every 3 --max-time 0.2s -o cut.maas >/dev/null
learn -q --epochs 8 --early-stop 2 --checkpoint ck --checkpoint-every 3 -o cut.maas >/dev/null; cmp whole.maas cut.maas && echo same
