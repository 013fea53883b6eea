# A card: what people say of a model, what it has learnt from, how good it was; in the model file, the same bytes each time.
exec 2>&1
cp "$DATA/example/train.tsv" "$DATA/example/corpus.txt" .; cut -d , -f 2-5 "$DATA/example/data.csv" >numbers.csv
sum() { sha256sum | cut -d ' ' -f 1; }
card() { maas-model card "$@"; rc=$?; [ $rc -eq 0 ] || echo "exit $rc"; }
said() { card --json "$1" | jq -r '.data[0].sha256'; }
quality() { card --json "$1" | jq -c '[.quality, .baseline] | map(. // {} | keys)'; }
train() { maas-train logistic -q --tfidf "$@"; }
echo '== rows'
train --val-split 0.3 --description 'sorts parcels' --license CC0-1.0 -o a.maas train.tsv
card a.maas | sed 's/\(sha256\).*/\1/'
[ "$(said a.maas)" = "$(sum <train.tsv)" ] && echo "the digest of the file"
train --val-split 0.3 --description 'sorts parcels' --license CC0-1.0 -j 3 -o b.maas <train.tsv; cmp a.maas b.maas && echo "and of a pipe"
gzip -c train.tsv >t.gz; head -n 60 train.tsv >one; tail -n +61 train.tsv >two
train -o c.maas train.tsv; train -o d.maas t.gz; cmp c.maas d.maas && train -o d.maas one two; cmp c.maas d.maas && echo "gunzipped, file after file"
train --rows 1-100 -o d.maas train.tsv; card d.maas | grep rows
card c.maas | sed 's/\(sha256\).*/\1/'
cut -f 1 train.tsv >labels; cut -f 2 train.tsv >texts; train --format text --labels labels -o d.maas texts; [ "$(said d.maas)" = "$(cat texts labels | sum)" ] && echo "with labels in a file of their own"
train --cv 3 -o d.maas train.tsv; quality d.maas
maas-train linear -q --label 4 --val-split 0.2 -o d.maas numbers.csv; quality d.maas
maas-train linear -q --label 4 --cv 3 -o d.maas numbers.csv; quality d.maas
echo '== a text'
gpt() { maas-train gpt -q --layers 1 --embed 16 --heads 2 --context 8 --steps 2 "$@"; }
gpt --val-split 0.2 --license MIT -o g.maas corpus.txt; quality g.maas; card g.maas | grep 'license\|data tokens'
[ "$(said g.maas)" = "$(sum <corpus.txt)" ] && echo "the digest of the text"
gpt --val-split 0.2 --license MIT -o h.maas <corpus.txt; cmp g.maas h.maas && echo "and of a pipe"
echo '== components'
maas-pca fit -q -n 2 -o p.maas --description 'four numbers' numbers.csv; card p.maas | sed 's/\(sha256\).*/\1/; s/\(ratio_sum\t0.....\).*/\1/'
[ "$(said p.maas)" = "$(sum <numbers.csv)" ] && echo "the digest of the file"
cat numbers.csv | maas-pca fit -q -n 2 -o q.maas --description 'four numbers' --format csv; cmp p.maas q.maas && echo "and of a pipe that is read once"
mkfifo pipe; cat numbers.csv >pipe & maas-pca fit -q -n 2 -o q.maas --description 'four numbers' --format csv pipe; cmp p.maas q.maas && echo "with a name"
echo '== shown and changed'
maas-model info a.maas | grep '^\(description\|quality acc\)'; maas-model info --json a.maas | jq -c '.card | [.license, .baseline != null]'
cp c.maas e.maas; card e.maas --set "description=two
lines" --set license=CC0-1.0; card e.maas | head -n 2; maas-model verify e.maas
maas-classify predict -m c.maas texts >want; maas-classify predict -m e.maas texts | cmp - want && echo "the same answers"
card e.maas --set description= --set license=; cmp c.maas e.maas && echo "and back"
for s in accuracy=1 license "license=$(printf 'a\001b')" "description=$(printf 'a\377')" "description=$(head -c 5000 /dev/zero | tr '\0' x)"; do card e.maas --set "$s" | cut -c 1-120; done
cmp c.maas e.maas && echo "nothing has changed"
train --description "$(printf 'a\033[m')" -o none.maas train.tsv | head -n 1; [ ! -e none.maas ] && echo "nor was it trained"
card none.maas; card; card a.maas b.maas | head -n 1; card train.tsv
maas-model card e.maas >/dev/full; echo "exit $?"; mkdir folder; card folder --set license=MIT
(ulimit -f 0; trap '' XFSZ; card e.maas --set license=MIT) 2>&1 | cut -c 1-40; cmp c.maas e.maas && echo "the old is whole"
echo '== a registry'
export MAAS_REGISTRY=reg
maas-model register -q a.maas topics; maas-model list | cut -f 8-; maas-model list --json | jq -c '.models[0].versions[0].card | [.description, .data[0].rows]'
card topics --set license=MIT; card reg/topics/1/model.maas --set license=MIT; card topics | head -n 2
echo '== not again'
train --if-changed -o r.maas --register fresh:stable train.tsv; train --if-changed -o r.maas --register fresh:next train.tsv; cat reg/fresh/labels
train --if-changed --C 9 -o r.maas --register fresh train.tsv; train --C 9 -o r.maas --register fresh train.tsv; maas-model list fresh | cut -f 1-4
maas-pca fit -q -n 2 --if-changed -o p.maas --register shapes:stable numbers.csv; maas-pca fit -n 2 --if-changed -o p.maas --register shapes numbers.csv | tail -n 1; maas-pca fit -q -n 2 -o - --register shapes numbers.csv | head -n 1
maas-model list shapes | cut -f 1-4
echo '== taken out'
cp c.maas e.maas; card e.maas --remove; card e.maas; maas-model verify e.maas
train --val-split 0.3 --license MIT -o d.maas train.tsv; train --val-split 0.3 -o f.maas t.gz; card d.maas --remove; card f.maas --remove; cmp d.maas f.maas && echo "the same without"
card d.maas --remove --set license=MIT | head -n 1
