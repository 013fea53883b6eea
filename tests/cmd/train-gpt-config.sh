# Configuration files: keys, the command line beats them, what is wrong is named.
cat >good.yaml <<'END'
kind: gpt
data: [text.txt]
output: m.maas
layers: 1
heads: 2
embed: 16
context: 16
batch-size: 4
steps: 2
END
cp "$DATA/example/corpus.txt" text.txt
maas-train -c good.yaml --json -q | jq -c '[.kind, .steps]'
maas-train -c good.yaml --json -q --steps 3 | jq -c '[.kind, .steps]'
MAAS_STEPS=4 maas-train -c good.yaml --json -q | jq -c '[.kind, .steps]'
maas-train gpt -c good.yaml --dry-run | sed 's/[0-9.]* [kMG]*B/N B/; s/expected time: .*/expected time/'
# What a dry run prints is a configuration that does the same.
maas-train -q -c good.yaml && mv m.maas was.maas && maas-train -c good.yaml --dry-run >again.yaml &&
    maas-train -q -c again.yaml && cmp m.maas was.maas
maas-train -c "$TOP/data/gpt-small.yaml" --dry-run text.txt | grep '^# steps'
maas-tokenize train -q -n 300 -o tok.json text.txt
for c in shakespeare shakespeare-llama; do maas-train -c "$TOP/data/$c.yaml" --dry-run text.txt | grep '^# steps'; done
bad() { printf '%s\n' "$@" >bad.yaml; maas-train -c bad.yaml -o m.maas text.txt; echo "exit $?"; }
bad 'kind: gpt' 'layrs: 2'
bad 'kind: gpt' 'layers: two'
bad 'kind: gtp'
bad 'layers: 2'
bad 'kind: gpt' 'layers: 2' 'layers: 3'
bad 'kind: gpt' 'layers: {a: 1}'
bad 'kind: gpt' 'heads: 5' 'embed: 16'
