# What the policy lets a request have: tokens and rows; and how long a log is kept.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
day() { date -u -d "-$1 days" +%Y-%m-%d; }
# the log of three days ago, of days before that, and what only looks like it
echo old >log; touch -d "$(day 3)" log
for d in 4 7 8 30; do echo "$d" >"log.$(day $d)"; done
echo no >log.2020-13-01; echo no >log.2020-01-01.gz; echo no >"other.$(day 30)"
cat >serve.yaml <<'END'
model: [m.maas, topics.maas]
infer-tokens-max: 20
infer-rows-max: 3
admin-rows-max: 5
keep-log: 7d
END
serve -c serve.yaml --log log
moved() { [ -e "log.$(day 3)" ] && [ ! -e "log.$(day 8)" ]; }
await moved
for d in 3 4 7 8 30; do [ -e "log.$(day $d)" ] && echo "the log of $d days ago"; done; cat "log.$(day 3)"
ls log.2020* other*| sed 's/other.*/another file/'
both=$(maas-serve key add both --state state --scope infer,admin); admin=$(maas-serve key add admin --state state --scope admin)
rows() { printf '{"text":["x"'; i=1; while [ $i -lt "$1" ]; do printf ',"x"'; i=$((i+1)); done; printf ']}'; }
lines() { i=0; while [ $i -le "$1" ]; do [ $i -eq 0 ] && echo text || echo x; i=$((i+1)); done; }
try() { echo "$(post "$@" -o answer -w '%{http_code}') $(jq -r '.error.code // "good"' answer)"; }
for n in 3 4; do try /v1/models/topics/predict "$(rows $n)"; try /v1/models/topics/predict "$(lines $n)" -H 'Content-Type: text/csv'; done
jq -r .error.message answer
# the prompt has 5 tokens; each of n answers counts
t() { try /v1/completions "{\"model\":\"m\",\"prompt\":\"abcde\",\"ignore_eos\":true,$1}"; }
post /v1/completions '{"model":"m","prompt":"abcde","max_tokens":1}' | jq -c .usage.prompt_tokens
t '"max_tokens":15'; t '"max_tokens":16'; t '"max_tokens":7,"n":2'; t '"max_tokens":8,"n":2'; t '"stream":true,"max_tokens":16'
t '"n":1'
jq -r .error.message answer
own=$KEY; KEY=$both; for n in 5 6; do try /v1/models/topics/predict "$(rows $n)"; done; t '"max_tokens":30'
KEY=$admin; for n in 5 6; do try /v1/models/topics/predict "$(rows $n)"; done; KEY=$own
# an answer that would be too large to keep until it is whole
KEY=$admin
for n in 1 16; do
	jq -cn --argjson n $n '{model: "m", prompt: [range(64) | [range(30)]], n: $n, echo: true, logprobs: 20, max_tokens: 20}' >huge
	try /v1/completions @huge
done
jq -r .error.message answer; KEY=$own
# many at once have no more tokens than one after the other
KEY=$(maas-serve key add few --state state --tokens-per-minute 30); asks=
for i in 1 2 3 4 5 6 7 8; do
	post /v1/completions '{"model":"m","prompt":"abcde","max_tokens":15,"ignore_eos":true}' -o "few.$i" & asks="$asks $!"
done
# shellcheck disable=SC2086 # one word a process
wait $asks
jq -r '.error.code // "answered"' few.? | sort | uniq -c; KEY=$own
end; grep -c predict log; grep -c old log
maas-serve audit --state state --since 1d | cut -f 1,2 | grep refused
