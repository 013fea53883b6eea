# A head on every token: sentences of CoNLL files, a tag a word; what a name is depends on the words before it.
sentences() {
	awk -v n="$1" -v seed="$2" 'function r() { seed = seed * 16807 % 2147483647; return seed / 2147483647 }
	BEGIN {
		seed *= 12345; split("Ada Bo Cleo Dara Eve Finn", name, " "); split("we saw they met the old one by chance", word, " ")
		for (i = 0; i < n; i++) {
			for (k = int(r() * 3); k > 0; k--) print word[1 + int(r() * 9)] "\tX\tO"
			a = name[1 + int(r() * 6)]; b = name[1 + int(r() * 6)]
			if (r() < 0.5) print "Mr\tX\tO\n" a "\tX\tB-PER\n" b "\tX\tI-PER"
			else print "in\tX\tO\n" a "\tX\tB-LOC"
			print ".\tX\tO\n"
		}
	}'
}
sentences 300 1 >train.conll
sentences 60 2 >test.conll
tiny='--layers 1 --heads 2 --embed 32 --context 64 --lr 0.01 --epochs 12'
maas-train gpt --task tag $tiny --val test.conll --log log --json -o m.maas train.conll 2>err >told
jq -c '[.val_accuracy, .val_f1]' told >trained
jq -c '[.kind, .rows, .labels, .done, .val_rows, .val_f1 > 0.9, .val_accuracy > .baseline]' told
sed 's/[0-9.]*\.[0-9]*/N/g' err
maas-model info m.maas | grep -e task -e part | cut -d ' ' -f 1-2
maas-model verify m.maas
# The learner and the model that is written see the same.
maas-classify evaluate -m m.maas --json test.conll >json
jq -c '[.accuracy, .entity_f1]' json | cmp - trained && echo 'the same'
jq -c '[.n, .sentences, .entities, .entity_f1 > 0.9, (.per_label | keys)]' json
maas-classify evaluate -m m.maas test.conll | sed 's/0\.[0-9]*/N/g; s/1\.0*/N/g'
maas-classify evaluate -m m.maas --fail-under entity_f1=0.5 --fail-under accuracy=0.5 test.conll >/dev/null && echo met
maas-classify evaluate -m m.maas --fail-under entity_recall=1.5 test.conll 2>&1 >/dev/null | sed 's/is .*,/is N,/'
# Tokens with their tags; lines as they came with the tags behind them; the same for any number of threads and one by one.
maas-classify predict -m m.maas test.conll >tags
awk -F '\t' 'NF { print $1 }' test.conll >tokens && awk -F '\t' 'NF { print $1 }' tags | cmp - tokens && wc -l <tags
maas-classify predict -m m.maas --append test.conll >lines && cut -f 1-3 lines | cmp - test.conll
awk -F '\t' 'NF { print $1 "\t" $4; next } { print }' lines | cmp - tags
for j in 1 3; do maas-classify predict -m m.maas -j $j test.conll | cmp - tags; done
maas-classify predict -m m.maas --line-buffered <test.conll | cmp - tags
printf 'Mr\nAda\nBo\n.\n\nin\nAda\n.\n' | maas-classify predict -m m.maas
printf '%s\n' '{"text":"we saw Mr Ada Bo .","n":7}' '{"text":7' '{"text":""}' | maas-classify predict -m m.maas 2>err |
	jq -c 'del(.probabilities)'; sed 's/^\(.\{60\}\).*/\1/' err
echo 'they met in Eve .' | maas-classify predict -m m.maas --format text --jsonl | jq -c '[.id, .tags, (.probabilities | length)]'
# Of any length; what is no token; what is wrong.
{ echo -DOCSTART- -X- O; echo; yes 'old X O' | head -n 100000; } >long
maas-classify predict -m m.maas long | grep -c 'old	O'
maas-classify predict -m m.maas --append long | sed -n 1,4p
maas-classify predict -m m.maas /dev/null; echo "exit $?"
printf 'a\tO\n\nb\tO\nc\n\nd\tO\n' | maas-classify predict -m m.maas --append; echo "exit $?"
maas-classify evaluate -m m.maas tokens; echo "exit $?"
printf 'Mr O\nBo I-PER\n' | maas-classify evaluate -m m.maas --json >/dev/null
# Where no tag that was learnt from breaks BIO none that is answered does, and else each is the likeliest by itself.
grep -a -c maas.tags m.maas
awk -F '\t' 'NF { print $1 "\t" (rand() < 0.5 ? "O" : $3); next } { print }' train.conll | awk -F '\t' '
	/\tI-/ && last !~ /[BI]-/ { $0 = $1 "\tB-" substr($2, 3) } { print; last = $2 }' >hard.conll
maas-train gpt -q --task tag $tiny --epochs 1 -o hard.maas hard.conll && maas-classify evaluate -m hard.maas --json test.conll | jq .broken_answers
printf 'x\tI-PER\n\n' | cat - train.conll >iob1.conll
maas-train gpt -q --task tag $tiny --epochs 1 -o iob1.maas iob1.conll && grep -a -c maas.tags iob1.maas
# The same bytes for any number of threads; from where another stopped; on from a network of texts.
for j in 1 3; do maas-train gpt -q -j $j --task tag $tiny --epochs 1 -o $j.maas train.conll; done; cmp 1.maas 3.maas
maas-train gpt -q --task tag --init-from m.maas --epochs 1 --lr 0.001 -o again.maas train.conll &&
	maas-classify evaluate -m again.maas --fail-under entity_f1=0.9 test.conll >/dev/null && echo again
cut -f 1 train.conll | tr '\n' ' ' >text
maas-train gpt -q --layers 1 --heads 2 --embed 32 --context 64 --steps 3 -o lm.maas text
maas-train gpt -q --task tag --init-from lm.maas --epochs 12 --lr 0.01 -o on.maas train.conll &&
	maas-classify evaluate -m on.maas --fail-under entity_f1=0.5 test.conll >/dev/null && echo on
maas-train llama -q --task tag $tiny --hidden 64 --kv-heads 1 -o l.maas train.conll &&
	maas-classify evaluate -m l.maas --fail-under entity_f1=0.5 test.conll >/dev/null && echo llama
# What tags are not for, and who has none.
printf 'a I-X\nb O\nc I-X\nd I-X\n' >iob1
maas-train gpt -q --task tag $tiny --epochs 1 -o x.maas iob1; echo "exit $?"
maas-train gpt --task tag $tiny --epochs 1 -o x.maas iob1 2>&1 | head -n 1
printf 'a O\nb\n' >bad
while read -r line; do
	eval "$line" </dev/null 2>&1 | head -n 1
done <<'END'
maas-train gpt --task tag -o x.maas bad
maas-train gpt --task tag -o x.maas tokens
maas-train gpt --task class -o x.maas train.conll
maas-train gpt --task tag --format tsv -o x.maas train.conll
maas-train logistic --task tag -o x.maas train.conll
maas-train logistic -o x.maas train.conll
maas-train gpt --task class --init-from m.maas -o x.maas train.conll
maas-classify compare -m m.maas -m m.maas test.conll
maas-classify predict -m m.maas --threshold 0.5 test.conll
maas-classify evaluate -m m.maas --confusion test.conll
maas-classify evaluate -m m.maas --fail-under f1_macro=1 test.conll
maas-classify predict -m m.maas test.conll >/dev/full
maas-generate -m m.maas -p x
END
