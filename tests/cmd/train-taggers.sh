# Words with what is inside them, by networks that read both ways: names never seen are known by their ends and shapes.
sentences() {
	awk -v n="$1" -v seed="$2" 'function r(k) { seed = seed * 16807 % 2147483647; return seed % k }
	function name(end) { return sprintf("%c", 65 + r(26)) letter() letter() letter() letter() end }
	function letter() { return substr("aeiourtmn", 1 + r(9), 1) }
	BEGIN {
		seed *= 12345; r(2); split("we saw they met the old one by chance", word, " ")
		for (i = 0; i < n; i++) {
			for (k = r(3); k > 0; k--) print word[1 + r(9)] "\tO"
			if (r(2)) print name("sky") "\tB-PER\n" name("ova") "\tI-PER"
			else print name("burg") "\tB-LOC"
			print word[1 + r(9)] "\tO\n.\tO\n"
		}
	}'
}
sentences 300 1 >train.conll
sentences 60 2 >test.conll
cut -f 1 train.conll | sort -u >seen; cut -f 1 test.conll | grep '[a-z][a-z][a-z][a-z][a-z]' | sort -u >names
comm -13 seen names | wc -l | awk '{ print ($1 > 60) }'
tiny='--task tag --embed 16 --hidden 16 --lr 0.02 --epochs 6'
f1() { maas-classify evaluate -m "$1" --json test.conll | jq -c "[\"$2\", .entity_f1 > $3]"; }
for k in rnn lstm gru; do maas-train $k -q $tiny --bidirectional -o $k.maas train.conll; f1 $k.maas $k 0.9; done
maas-train encoder -q --task tag --layers 1 --heads 2 --embed 16 --lr 0.01 --epochs 8 -o e.maas train.conll; f1 e.maas encoder 0.8
# Read by a tokeniser's ids, and by words that are all unknown but for the commonest.
maas-train lstm -q $tiny --bidirectional --analyzer token --epochs 10 -o t.maas train.conll; f1 t.maas bytes 0.5
maas-train lstm -q $tiny --bidirectional --max-features 300 -o few.maas train.conll; f1 few.maas few 0.8
maas-model verify lstm.maas; maas-model info lstm.maas | grep -e '^task' -e '^vocab' -e '^part lexicon' | cut -d ' ' -f 1-2 | sed 's/[0-9]*$//'
maas-model info few.maas | grep '^vocab'
printf 'they met Xuuuusky Ttttova by chance\n' | maas-classify predict -m lstm.maas --format text
# Neighbours are words, not what stands inside them.
maas-model neighbors -n 100000 lstm.maas saw | cut -f 2 | LC_ALL=C grep -c '[ \\]'
maas-model neighbors lstm.maas ' sky' 2>&1; echo "exit $?"
# The learner and the model see the same; the same bytes for any number of threads; stopped and gone on with.
maas-train lstm $tiny --bidirectional --val test.conll --json -o v.maas train.conll 2>/dev/null | jq .val_f1 >one
maas-classify evaluate -m v.maas --json test.conll | jq .entity_f1 | cmp - one
for j in 1 3; do maas-train lstm -q -j $j $tiny --bidirectional --epochs 2 -o $j.maas train.conll; done; cmp 1.maas 3.maas
maas-train lstm -q $tiny --bidirectional --epochs 2 --dropout 0 -o plain.maas train.conll; cmp -s 1.maas plain.maas || echo 'dropout is on where it is not said'
maas-train lstm -q --task tag --init-from lstm.maas --epochs 1 --lr 0.001 -o on.maas train.conll; f1 on.maas 'gone on with' 0.9
maas-train gru -q $tiny --cv 2 --epochs 2 --json -o cv.maas train.conll | jq -c '[.cv_entity_f1 > 0]'
maas-classify predict -m lstm.maas test.conll >tags
for j in 1 3; do maas-classify predict -m lstm.maas -j $j test.conll | cmp - tags; done
maas-classify predict -m lstm.maas --line-buffered <test.conll | cmp - tags
# Of any length and of any bytes.
{ yes old | head -n 100000; echo; head -c 5000 /dev/zero | tr '\0' A; echo; printf '\n\n\377\376\nA\300\200b\n\303\251\n\360\237\230\200\n'; } >odd
grep . odd >tokens
maas-classify predict -m lstm.maas odd | awk 'NF { n++ } END { print n }'
maas-classify predict -m lstm.maas odd | cut -f 1 | grep . | cmp - tokens
maas-classify predict -m lstm.maas /dev/null; echo "exit $?"
printf '%s\n' '{"text":""}' '{"text":" \t "}' | maas-classify predict -m lstm.maas | jq -c .tags
awk 'NF { print $1 "x" NR "\t" $2; next } { print }' train.conll >once # no word comes twice: parts of them do
maas-train lstm -q $tiny --epochs 1 -o once.maas once && maas-classify predict -m once.maas test.conll | wc -l
# Of 8 bits it answers by the same rules.
maas-train gru -q --task tag --hidden 64 --epochs 2 --lr 0.01 --val test.conll --calibrate -o g.maas train.conll
maas-model quantize -t q8 g.maas q.maas 2>/dev/null; for m in g q; do grep -a -c 'maas.tags.*maas.temp\|maas.temp.*maas.tags' $m.maas; done
maas-model verify q.maas; maas-classify predict -m g.maas test.conll >tags; maas-classify predict -m q.maas test.conll | diff - tags | grep -c '^>' | awk '{ print ($1 < 20) }'
maas-train lstm --task tag --lowercase -o x.maas train.conll 2>&1 | head -n 1; echo "exit $?"
maas-model info lstm.maas | grep -e lowercase -e dropout
printf 'a O\n\nb B-X\n' | maas-train lstm --task tag -o x.maas; echo "exit $?"
printf 'a O\n\nb B-X\n' | maas-train lstm -q --task tag --min-df 1 --epochs 1 -o x.maas; echo "exit $?"
