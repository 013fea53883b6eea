# Texts to tokens and back over HTTP, as maas-tokenize has them.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
serve -m m.maas -m topics.maas -j 2
head -c 20000 "$DATA/example/corpus.txt" >text
tr '\n' ' ' <text | maas-tokenize encode -q -m tok.json | tr -s ' \t' '\n\n' >cli
tr '\n' ' ' <text | jq -Rs '{content: .}' | post /tokenize @- | jq -c '.tokens[]' >served
[ -s cli ] && cmp served cli && echo "tokens: the same"
jq -s '{tokens: .}' served | post /detokenize @- | jq -rj .content | cmp - "$(tr '\n' ' ' <text >line; echo line)" && echo "and back: the same"
# by the model's name; pieces, as bytes where they are no text
post /v1/models/m/tokenize '{"content":"the \u65b0","with_pieces":true}' | jq -c '.tokens[] | .piece'
post /tokenize '{"model":"m","content":""}' | jq -c .
post /v1/models/m/detokenize '{"tokens":[]}' | jq -c .
post /tokenize '{"content":"a\u0000b"}' | jq -c '.tokens | length'
post /tokenize '{"content":"ab","add_special":true,"parse_special":true}' | jq -c '.tokens | length > 0'
# refused
for body in '{}' '{"content":5}' '{"content":"a","with_pieces":1}' '{"text":"a"}' '[]' '{"content":"a"' '{"model":"none","content":"a"}' \
	'{"model":"topics","content":"a"}' '{"model":5,"content":"a"}'; do refused /tokenize "$body"; done
for body in '{}' '{"tokens":"a"}' '{"tokens":[-1]}' '{"tokens":[1.5]}' '{"tokens":[999999]}' '{"tokens":[99999999999999999999]}' '{"tokens":[[1]]}'; do
	refused /detokenize "$body"
done
{ printf '{"tokens":[65'; yes ,65 | head -n 2200000 | tr -d '\n'; printf ']}'; } >large; refused /detokenize @large
head -c 1100000 /dev/zero | tr '\0' a | jq -Rs '{content: .}' >large; refused /tokenize @large
refused /v1/models/none/tokenize '{"content":"a"}'
own=$KEY; KEY=$(maas-serve key add other --state state --model topics); refused /tokenize '{"content":"a"}'; KEY=$own
ask -o /dev/null -w '%{http_code}\n' http://localhost/tokenize
curl -sS --unix-socket s -d '{"content":"a"}' http://localhost/tokenize | jq -r .error.code
end
