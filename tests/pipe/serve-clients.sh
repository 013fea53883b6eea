# The clients that are shipped say what maas-classify says, and stream what comes in one piece; those whose language is missing are left out.
exec 2>&1
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json context=256
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
cut -f 1 "$DATA/example/test.tsv" >texts
maas-classify predict -q -m topics.maas texts | awk '{ printf "%s %.6f\n", $1, $2 }' >cli
prompt='My "chain" \ is broken é
now'
KEY=$(maas-serve key add test --state state)
SLOW=$(maas-serve key add slow --state state --rps 1)
maas-serve -m topics.maas -m m.maas --state state --unix s --port 0 2>log & server=$!
trap 'kill $server 2>healthy; wait $server 2>healthy' EXIT
listening() { grep -qs http: log; }
await listening
url=$(sed -n 's/.*listening on \(http.*\)/\1/p' log) port=${url##*:}
jq -cn --arg p "$prompt" '{model: "m", prompt: $p, max_tokens: 100, temperature: 0}' >body
curl -sS --unix-socket s -H "Authorization: Bearer $KEY" -d @body http://localhost/v1/completions | jq -r '.choices[0].text' >said; wc -c <said
clients=$TOP/data/clients
export MAAS_KEY="$KEY"
"${CC:-cc}" -std=c11 -Wall -Wextra -Werror -o client "$clients/client.c" || exit 1
# run LANGUAGE predict|complete MODEL [PROMPT]
run() {
	case $1 in
	sh) "$clients/$2.sh" "$url" "$3" ${4+"$4"} ;;
	socket) MAAS_SOCKET=s "$clients/$2.sh" http://localhost "$3" ${4+"$4"} ;;
	python) python3 "$clients/$2.py" "$url" "$3" ${4+"$4"} ;;
	javascript) node "$clients/$2.mjs" "$url" "$3" ${4+"$4"} ;;
	c) ./client "$2" 127.0.0.1 "$port" "$3" ${4+"$4"} ;;
	esac
}
there() {
	case $1 in
	python) python3 -c 'import requests' 2>missing ;;
	javascript) [ -n "$(command -v node)" ] ;;
	esac
}
# what a client says of one that is not known, and with a wrong key, ends with this
words() { "$@" >out 2>&1; rc=$?; tail -n 1 out | sed 's/^client: //'; echo "$rc"; }
try() {
	run "$1" predict topics <texts | awk '{ printf "%s %.6f\n", $1, $2 }' | cmp - cli && echo "predict: the same"
	run "$1" complete m "$prompt" | cmp - said && echo "complete: the same"
	words run "$1" predict nothing <texts
	words run "$1" complete nothing x
	MAAS_KEY=maas_wrong words run "$1" complete m x
	words run "$1" complete m "$(yes word | head -n 400)"
	# who asks twice a second waits, as the server says
	head -n 1 texts >one
	MAAS_KEY=$SLOW run "$1" predict topics <one | cut -f 1
	MAAS_KEY=$SLOW run "$1" predict topics <one | cut -f 1
}
for language in sh socket python javascript c; do
	echo "# $language"
	if there $language; then try $language >told; [ -f first ] || cp told first; cmp told first; else echo "left out" >left; fi
done
cat first
end
