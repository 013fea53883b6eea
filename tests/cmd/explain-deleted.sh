# Occlusion is what the model says of what is left: of a text with a word deleted, of a sentence with a word covered, and
# with two of them covered that stand near each other.
awk() { command awk -v OFMT=%.12g -v CONVFMT=%.12g "$@"; }
near() { awk '{ d = $1 - $2; t = 1e-5 * ($1 > 1 ? $1 : 1); print (d < t && d > -t) ? "exactly" : $1 " is not " $2 }' | sort | uniq -c | sed 's/^ *//'; }
logits() { maas-classify explain -m "$1" --top 0 --format text "$2" | awk -F '\t' 'NR > 1 { l[$1] = $2 == "x" ? $3 : -$3 } END { for (i = 1; i in l; i++) print l[i] }'; }
# deleted MODEL TEXT: each piece of the one text; what the row's logit for x is without, by either way.
deleted() {
	maas-classify explain -m "$1" --jsonl --format text "$2" >why
	jq -r '(if .label == "x" then 1 else -1 end) as $s | .logit as $l | .contributions[] | ($l - .contribution) * $s' why >told
	jq -r --rawfile t "$2" '.contributions[].places[0] as $p | ($t | rtrimstr("\n") | explode) | (.[0:$p[0]] | implode | rtrimstr(" ")) + (.[$p[1]:] | implode)' why >without
	grep -c . told
	logits "$1" without | paste -d ' ' told - | near
}
awk 'BEGIN { for (i = 0; i < 200; i++) print (i % 2 ? "red ball " : "blue car ") i % 5 " on " i % 7 "\t" (i % 2 ? "x" : "y") }' >t.tsv
maas-train gru -q --analyzer word --embed 8 --hidden 8 --epochs 3 --context 5 -o w.maas t.tsv
echo '# words; of a text longer than what is read the next one moves up'
echo 'red car 3 on 2' >text; deleted w.maas text
echo 'red car 3 on 2 blue ball 4 on 1 red' >text; deleted w.maas text
echo '# characters and their pairs: neighbours of what is deleted become a pair'
awk 'BEGIN { for (i = 0; i < 200; i++) print (i % 2 ? "\351\273\204\346\262\263" : "\346\262\263\351\273\204") (i % 3 ? "\346\260\264" : "\345\261\261") i % 5 "\t" (i % 2 ? "x" : "y") }' >c.tsv
maas-train cnn -q --analyzer cjk --embed 8 --conv 8x2,8x3 --epochs 3 -o c.maas c.tsv
printf '\351\273\204\346\260\264\346\262\263\345\261\2613\n' >text
maas-classify explain -m c.maas --jsonl --format text text >why
jq -r '(if .label == "x" then 1 else -1 end) as $s | .logit as $l | .contributions | sort_by(.places[0][0]) | .[] | ($l - .contribution) * $s' why >told
for i in 1 2 3 4 5; do python3 -c 'import sys; t = open("text", encoding="utf-8").read(); i = int(sys.argv[1]); sys.stdout.buffer.write((t[:i - 1] + t[i:]).encode())' $i; done >without
logits c.maas without | paste -d ' ' told - | near
echo '# tags: the strongest word covered; another one near it the mean of itself alone and beside it'
awk 'BEGIN { for (i = 0; i < 240; i++) print i % 7 "a\tO\n" i % 5 "b\t" (i % 2 ? "B-X\nend" : "O\nstop") "\tO\n" }' >t.conll
maas-train lstm -q --embed 24 --hidden 24 --lr 0.005 --task tag --bidirectional --schedule constant --epochs 4 -o t.maas t.conll
say() { printf "$1\n" | maas-classify predict -m t.maas --format text --proba --jsonl | jq -r '.scores[1]["B-X"] | log - (1 - . | log)'; }
C='\357\277\275'
maas-classify explain -m t.maas --format text --jsonl <<'END' | jq -r 'select(.word == 2) | .logit as $l | .contributions | map({(.feature): .contribution}) | add | "\($l) \(.end) \(.["3a"])"' >told
3a 2b end
END
{ cat told; say '3a 2b end'; say "3a 2b $C"; say "$C 2b end"; say "$C 2b $C"; } | tr '\n' ' ' |
	awk 'function is(x, y) { x -= y; return x < 1e-3 && x > -1e-3 }
		{ end = $4 - $5; first = $4 - $6; both = $4 - $7; if (end < first) { t = end; end = first; first = t; t = $2; $2 = $3; $3 = t }
		print is($2, end) ? "covered" : $2 - end, is($3, (first + both - end) / 2) ? "and the mean" : $0 }'
