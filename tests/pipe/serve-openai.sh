# OpenAI's own client for Node.js: completions, streams, models, embeddings, and each class of its errors.
exec 2>&1
[ -n "${MAAS_TEST_NODE_MODULES-}" ] || { echo "MAAS_TEST_NODE_MODULES is not set: the folder in which npm has put openai (scripts/check-openai)"; exit 77; }
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
KEY=$(maas-serve key add test --state state)
slow=$(maas-serve key add slow --state state --rps 1)
other=$(maas-serve key add other --state state --model topics)
maas-serve -m topics.maas -m m.maas --state state --port 0 2>log & server=$!
trap 'kill $server 2>healthy; wait $server 2>healthy' EXIT
listening() { grep -qs http: log; }
await listening
node "$TOP/tests/tool/openai.mjs" "$(sed -n 's/.*listening on \(http.*\)/\1/p' log)" "$KEY" "$slow" "$other"; echo "$?"
end
