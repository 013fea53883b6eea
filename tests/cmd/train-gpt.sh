# A small language model from text: result, model, log, plot, depfile.
tiny='--layers 1 --heads 2 --embed 16 --context 16 --batch-size 4 --steps 10'
maas-train gpt $tiny --val-split 0.1 --eval-every 5 --json --log log.jsonl --plot loss.svg --depfile m.d -o m.maas \
    "$DATA/example/corpus.txt" >result.json 2>err || cat err
jq -c '[.kind, .tokens, .steps, .done, .val_tokens, (.train_loss > 4), (.val_loss > 4), (.val_bits_per_byte < 9), (.baseline > 2)]' result.json
sed 's/[0-9.]*[0-9]/N/g' err
wc -l <log.jsonl
jq -c 'select(.loss) | select(.step == 1 or .step == 10) | [.step, .lr, .tokens, (.grad_norm > 0), (.seconds >= 0)]' log.jsonl
jq -c 'select(.val_loss) | [.step, .val_tokens, .last]' log.jsonl
grep -c -e '>training<' -e '>held out<' loss.svg
sed "s|$DATA|DATA|" m.d
maas-model verify m.maas
# -q says nothing, -v more.
maas-train gpt -q $tiny -o q.maas "$DATA/example/corpus.txt"
maas-train gpt -v $tiny --val-split 0.1 --eval-every 5 -o v.maas "$DATA/example/corpus.txt" 2>&1 | sed 's/[0-9.]*[0-9]/N/g'
# The same command, the same bytes; another seed, others.
maas-train gpt -q $tiny -o q2.maas "$DATA/example/corpus.txt" && cmp q.maas q2.maas
maas-train gpt -q $tiny -s 2 -o q3.maas "$DATA/example/corpus.txt" && cmp -s q.maas q3.maas || echo differs
# --if-changed leaves what is the same.
maas-train gpt -q $tiny --if-changed -o q.maas "$DATA/example/corpus.txt"; touch -d 2001-01-01 q.maas
maas-train gpt -q $tiny --if-changed -o q.maas "$DATA/example/corpus.txt" && date -r q.maas +%Y
# Go on from a model.
maas-train gpt -q --steps 3 --batch-size 4 --init-from m.maas --json -o more.maas "$DATA/example/corpus.txt" | jq -c '[.steps, .train_loss < 5.6]'
maas-train gpt -q --steps 3 --embed 32 --init-from m.maas -o more.maas "$DATA/example/corpus.txt"
echo $?
