# The table of maas(7) that says what can be done with models of each kind, tried cell by cell: "yes" works, "no" is refused
# with a reason.
. "$TOP/tests/serve.sh"
ex=$DATA/example
# kind and task as the table has them, TAB, how a tiny one learns
awk 'BEGIN { print "a,b,y"; for (i = 0; i < 40; i++) print i % 7 ",", i % 5 "," 3 * (i % 7) - i % 5 }' | tr -d ' ' >value.csv
cat >learn <<END
linear	linear --label y value.csv
logistic	logistic --tfidf $ex/train.tsv
mlp	mlp -b 8 --label label --drop id --hidden 64,64 --epochs 4 $ex/data.csv
cnn	cnn --size 8x8 --conv 2x3 --hidden 32 --epochs 4 -b 4 $ex/shapes
rnn	rnn --embed 32 --hidden 32 --epochs 2 --rows 1-80 $ex/train.tsv
lstm	lstm --embed 32 --hidden 32 --epochs 2 --rows 1-80 $ex/train.tsv
gru	gru --embed 32 --hidden 32 --epochs 2 --rows 1-80 $ex/train.tsv
encoder	encoder --embed 32 --heads 2 --layers 1 --epochs 2 --rows 1-80 $ex/train.tsv
lstm --task tag	lstm --task tag --embed 32 --hidden 32 --lr 0.01 --epochs 4 $ex/names.conll
encoder --task tag	encoder --task tag --embed 32 --heads 2 --layers 1 --lr 0.01 --epochs 4 $ex/names.conll
gpt	gpt --layers 1 --heads 2 --embed 32 --context 32 --steps 8 -b 4 $ex/corpus.txt
llama	llama --layers 1 --heads 2 --embed 32 --context 32 --steps 8 -b 4 $ex/corpus.txt
gpt --task class	gpt --task class --layers 1 --heads 2 --embed 32 --context 32 --epochs 2 --rows 1-80 $ex/train.tsv
llama --task class	llama --task class --layers 1 --heads 2 --embed 32 --context 32 --epochs 2 --rows 1-80 $ex/train.tsv
gpt --task tag	gpt --task tag --layers 1 --heads 2 --embed 32 --context 64 --lr 0.01 --epochs 4 $ex/names.conll
pca	-
END
cut -f 1 learn >kinds
awk -F , 'NR == 1 { next } { print $2 "," $3 "," $4 "," $5 }' "$ex/data.csv" | sed '1i length,width,height,weight' >numbers.csv

# What is asked of a model by its data: the rows, a body for the server, and what it says of one.
inputs() {
	case $1 in
	linear) rows=value.csv; body='{"row":{"a":3,"b":1}}' ;;
	mlp) rows=$ex/data.csv; body='{"row":{"length":30,"width":20,"height":9,"weight":1}}' ;;
	pca) rows=numbers.csv; body='{"row":{"length":30,"width":20,"height":9,"weight":1}}' ;;
	cnn) rows=$ex/shapes; body=@$ex/photo.png ;;
	*tag) rows=$ex/names-test.conll; body='{"text":"Dear Ada Brook rode to Old Marsh ."}' ;;
	*) rows=$ex/test.tsv; body='{"text":"My chain is broken."}' ;;
	esac
}
language() { case $1 in gpt | llama) return 0 ;; *) return 1 ;; esac; }
posted() { ask "http://localhost/v1/$1" --fail-with-body --data-binary "$2" -o answer; }
# What the columns say, of the kind $k with the model $m, which $how made.
col_predict() {
	if language "$k"; then maas-generate -m "$m" -p 'The' -n 4 --ignore-eos --temperature 1
	elif [ "$k" = pca ]; then maas-pca transform -m "$m" "$rows"; else maas-classify predict -m "$m" "$rows"; fi
}
col_evaluate() {
	if language "$k"; then maas-generate -m "$m" --perplexity "$ex/prompts.txt"
	elif [ "$k" = pca ]; then maas-pca score -m "$m" "$rows"; else maas-classify evaluate -m "$m" "$rows"; fi
}
col_explain() { if language "$k"; then maas-generate -m "$m" -p 'The' -n 2 --explain; else maas-classify explain -m "$m" --rows 1-2 "$rows"; fi; }
col_serve() {
	if language "$k"; then posted completions "{\"model\":\"$n\",\"prompt\":\"The\",\"max_tokens\":2}"; else posted "models/$n/predict" "$body"; fi && [ -s answer ] && echo answered
}
col_served() { posted "models/$n/explain" "$body" && jq -e '.. | objects | select(has("contributions"))' answer; }
col_quantize() { maas-model quantize -t q8 "$m" "$n.q8.maas" && maas-model verify "$n.q8.maas" && [ "$(wc -c <"$n.q8.maas")" -lt "$(wc -c <"$m")" ]; }
# a run whose newest checkpoint is lost goes on from the one before, and ends with the same bytes
col_resume() {
	[ -n "$how" ] || { maas-pca fit --checkpoint "$n.ck" -n 2 -o "$n.again.maas" "$rows"; return; }
	# shellcheck disable=SC2086
	maas-train $how -q --checkpoint "$n.ck" --checkpoint-every 2 --keep 99 -o "$n.again.maas" || return
	last=$(find "$n.ck" -name 'step-*' | sort -t - -k 2n | tail -n 1) && [ -n "$last" ] && [ "$(find "$n.ck" -name 'step-*' | wc -l)" -gt 1 ] && rm "$last" "$n.again.maas" || return
	# shellcheck disable=SC2086
	maas-train $how -q --checkpoint "$n.ck" --checkpoint-every 2 --keep 99 --resume must -o "$n.again.maas" && cmp "$n.again.maas" "$m" && echo "the same bytes"
}
col_lines() {
	if language "$k"; then echo '{"id":7,"prompt":"The"}' | maas-generate -m "$m" --jsonl -n 2 | jq -e .text
	elif [ "$k" = pca ]; then maas-pca transform -m "$m" --to jsonl "$rows" | jq -es 'length > 1'; else maas-classify predict -m "$m" --jsonl "$rows" | jq -es 'all(.[]; has("label") or has("value") or has("tags"))'; fi
}

tab=$(printf '\t')
# the table: a line a kind, its columns parted by tabs
sed -n '/^\.Sh WHAT EACH KIND DOES/,/^\.Sh EXIT/p' "$TOP/man/maas.7" | sed -n 's/^\.It Cm //p' | sed "s/ Ta /$tab/g; s/ Fl -/ --/; s/ Cm / /" >table
sed -n '/^\.Sh WHAT EACH KIND DOES/,/^\.Sh EXIT/p' "$TOP/man/maas.7" | sed -n 's/^\.It Em //p' | sed "s/ Ta Em /$tab/g"
cut -f 1 table | diff - kinds && wc -l <table
set --
while IFS=$tab read -r k how; do
	n=$(echo "$k" | tr -c 'a-z\n' _); m=$n.maas
	# shellcheck disable=SC2086 # words
	if [ "$how" = - ]; then maas-pca fit -q -n 2 -o "$m" numbers.csv; else maas-train $how -q -o "$m"; fi || exit
	set -- "$@" -m "$m"
done <learn
serve -j 2 "$@"
# try the cell of column $1, which says $2
cell() {
	rc=0; rm -f answer; "col_$1" >got 2>why || rc=$?
	case $2$rc in
	yes0) [ -s got ] && yes=$((yes + 1)) || echo "$k: $1: says nothing" ;;
	yes*) echo "$k: $1: fails ($rc)"; cat why answer 2>/dev/null ;;
	no0) echo "$k: $1: works, and maas(7) says no" ;;
	no*) cat why answer 2>/dev/null | grep -oE 'no such option|are no networks|are not quantized|has no answers|do not explain' >>refusals || { echo "$k: $1: refused without a reason that is known ($rc)"; cat why; } ;;
	*) echo "$k: $1: neither yes nor no: $2" ;;
	esac
}
yes=0
while IFS=$tab read -r k p e x s sx q r l; do
	how=$(sed -n "s/^$k$tab//p" learn); [ "$how" != - ] || how=
	n=$(echo "$k" | tr -c 'a-z\n' _); m=$n.maas; inputs "$k"
	cell predict "$p"; cell evaluate "$e"; cell explain "$x"; cell serve "$s"; cell served "$sx"; cell quantize "$q"; cell resume "$r"; cell lines "$l"
done <table
[ $((yes + $(wc -l <refusals))) = $((8 * $(wc -l <table))) ] && echo "all cells"
sort refusals | uniq -c | sed 's/^ *//'
end
