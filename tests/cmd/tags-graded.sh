# Models that tag words, graded by entities: folds, trials, temperatures, the data's faults, the answers' faults.
cp "$DATA/example/names.conll" train.conll
cp "$DATA/example/names-test.conll" test.conll
tiny='--task tag --layers 1 --heads 2 --embed 16 --context 64 --lr 0.01 --epochs 2'
numbers() { sed 's/[0-9][0-9]*\.[0-9][0-9]*/N/g'; }
echo '# folds'
maas-train gpt $tiny --cv 3 --json --log log -o m.maas train.conll 2>err | jq -c '[.cv_entity_f1 > 0, .cv_entity_f1_std >= 0, .cv_baseline]'
numbers <err
jq -c 'select(.entity_f1) | [.fold, .entity_f1 >= 0, .baseline]' log
maas-model info m.maas | grep -o 'cv_[a-z0-9_]*' | sort -u
echo '# trials'
maas-train gpt $tiny --val test.conll --search grid --try lr=1e-9,0.01 --json -o m.maas train.conll 2>err |
	jq -c '[(.trials[] | .val_entity_f1 > 0.1), .best_trial]'
numbers <err
maas-train search --task tag --cv 2 --search grid --try kind=gpt,logistic --epochs 1 -o x.maas train.conll 2>&1 | numbers
echo '# temperature: no tag changes, and how sure they are does'
maas-train gpt -q $tiny -o plain.maas train.conll
maas-train gpt -q $tiny --val test.conll --calibrate --json -o warm.maas train.conll | jq -c '[.temperature > 0.1, .temperature != 1]'
for m in plain warm; do
	maas-classify predict -m $m.maas test.conll >$m.tags
	maas-classify predict -m $m.maas --jsonl test.conll | jq -s 'map(.probabilities[]) | add' >$m.sure
done
cmp plain.tags warm.tags
jq -s '.[0] != .[1]' plain.sure warm.sure
# The temperature that was found is the one of what is held out: found again it is 1.
maas-train gpt -q $tiny --init-from warm.maas --lr 1e-12 --epochs 1 --val test.conll --calibrate --json -o again.maas train.conll |
	jq '.temperature - 1 | fabs < 0.001'
echo '# data looked over'
maas-train gpt --task tag --check --val test.conll train.conll 2>&1 | cut -f 1 | sort | uniq -c
{
	for i in 1 2 3 4 5 6 7 8 9 10 11; do printf 'Ada\tB-PER\nHill\tI-PER\n%s\tO\n\n' $i; done
	printf 'we\tO\nsaw\tO\nHill\tI-LOC\n\nAda\tB-PER\nHill\tO\n7\tO\n\nBo\tB-PERS\n.\tO\n\nx\tB-PER\nx\tI-LOC\n'
} >bad.conll
printf 'a\tB-NEW\n\n1\tO\n' >new.conll
maas-train gpt --task tag --check --val new.conll bad.conll; echo "exit $?"
maas-train gpt --task tag --check --json bad.conll 2>/dev/null | jq -c '[.finding, .where]'
printf 'a\tO\nb\n\nc\tO\n' | maas-train gpt --task tag --check; echo "exit $?"
cut -f 1 bad.conll | maas-train gpt --task tag --check; echo "exit $?"
maas-train gpt --task class --check bad.conll; echo "exit $?"
echo '# answers that are wrong'
maas-classify evaluate -m plain.maas --errors wrong --json test.conll | jq '.sentences' >/dev/null
awk -F '\t' 'NF == 3 { n++; bad += $2 != $3; seen = 1 } !NF { if (!here) print "nothing wrong here"; here = 0 } NF && $2 != $3 { here = 1 }
	END { print (bad > 0) }' wrong
maas-classify evaluate -m plain.maas test.conll | awk '/token accuracy/ { printf "%d\n", $4 - int($3 * $4 + 0.5) }' >count
awk -F '\t' 'NF && $2 != $3' wrong | wc -l | cmp - count && echo "all that is wrong is there"
maas-classify evaluate -m plain.maas --errors no/place test.conll >/dev/null; echo "exit $?"
maas-classify evaluate -m plain.maas --errors /dev/full test.conll >/dev/null; echo "exit $?"
maas-classify evaluate -m plain.maas --json test.conll | jq -c 'keys'
maas-classify evaluate -m plain.maas --fail-under entity_f1=0.999999 test.conll 2>/dev/null >report; echo "exit $?"; wc -l <report
maas-classify evaluate -m plain.maas --fail-under entity_f1=x test.conll; echo "exit $?"
# Broken tags are counted, of the truth and of the answers.
printf 'Mr\tO\nBo\tI-PER\nHill\tI-LOC\n\n' >broken.conll
maas-classify evaluate -m plain.maas --json broken.conll 2>err | jq '.broken'; cat err
maas-classify predict -m plain.maas -k 2 test.conll | awk -F '\t' 'NF { n += NF == 5 && $3 >= $5 && $3 + $5 <= 1 } END { print n }'
maas-classify predict -m plain.maas -k 99 test.conll | awk -F '\t' 'NF == 15 { for (i = 3; i < 14; i += 2) bad += $i < $(i + 2) } END { print NR, bad + 0 }'
maas-classify predict -m plain.maas --proba test.conll | awk -F '\t' 'NR == 1 { print; next } NF == 8 { s = 0; for (i = 2; i <= 8; i++) s += $i; n += s > 0.9999 && s < 1.0001 } END { print n }'
maas-classify predict -m plain.maas --proba --jsonl test.conll | jq -s 'map([.probabilities, [.tags, .scores | .[]]] | length) | add'
maas-classify predict -m plain.maas -k 1 --jsonl test.conll | jq -c 'select(.id == 1) | [(.scores | length) == (.tags | length), (.scores[0] | length)]'
for j in 1 3; do maas-classify predict -m plain.maas --proba -j $j test.conll; done | sort | uniq -c | awk '$1 % 2 { print "not the same" }'
for o in "-k 0" "-k 2 --append" "--proba --append" "-k 2 --proba"; do maas-classify predict -m plain.maas $o test.conll 2>&1 | head -n 1; done
for o in --threshold=0.5 --drift --keep=x; do maas-classify predict -m plain.maas ${o%%=*} ${o#*=} test.conll 2>&1 | head -n 1; done
maas-classify predict -m plain.maas --jsonl test.conll | jq -c '[.id, (.tokens | length) == (.tags | length), (.probabilities | min) > 0]' | sort -u -t , -k 2 | head -n 2
echo '{"text":"Mr Bo Hill ."}' | maas-classify predict -m plain.maas --proba | jq -c '[.scores[0] | length]'
maas-classify predict -m plain.maas --proba /dev/null | wc -l
echo '# a line of blanks is as an empty one'
printf 'Bo\n\n \t\n' | maas-classify predict -m plain.maas --format text --jsonl 2>/dev/null | jq -c .error
printf '{"text":"Bo"}\n\n \t\n{"text":" "}\n' | maas-classify predict -m plain.maas --jsonl 2>/dev/null | jq -c '[.id, .error, .tags == []]'
