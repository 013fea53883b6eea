# A process that asks and waits: with --line-buffered each answer comes before the next question.
maas-train logistic -q --tfidf -o m.maas "$DATA/example/train.tsv"
mkfifo ask answer
maas-classify predict -m m.maas --line-buffered <ask >answer &
exec 3>ask 4<answer
for text in 'My bell is broken' 'The invoice is wrong' ''; do
	echo "$text" >&3
	IFS= read -r line <&4 && echo "${line%%	*}"
done
exec 3>&- 4<&-
wait $!; echo "exit $?"
# the header and the rows have the same columns, answered or not
printf 'bell broken\tx\n\ninvoice\n' | maas-classify predict -m m.maas --append --proba 2>/dev/null | awk -F '\t' '{ print NF }'
printf 'bell broken\tx\n' | maas-classify predict -m m.maas --append -k 2 --threshold 1 | awk -F '\t' '{ print NF }'
# what is no JSON is answered with JSON in its place
printf '{"id":"a","text":"bell broken"}\n{bell\n{"id":"c","text":7}\n{"text":"x"} y\n[]\n{"id":"f","text":"bell"}\n' |
	maas-classify predict -m m.maas --jsonl 2>/dev/null | jq -c '[.id, .label, .error]'
