# The clients that are shipped say what maas-classify says; those whose language is missing are left out.
exec 2>&1
. "$TOP/tests/serve.sh"
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
cut -f 1 "$DATA/example/test.tsv" >texts
maas-classify predict -q -m topics.maas texts | awk '{ printf "%s %.6f\n", $1, $2 }' >cli
KEY=$(maas-serve key add test --state state)
maas-serve -m topics.maas --state state --unix s --port 0 2>log & server=$!
trap 'kill $server 2>healthy; wait $server 2>healthy' EXIT
listening() { grep -qs http: log; }
await listening
url=$(sed -n 's/.*listening on \(http.*\)/\1/p' log)
clients=$TOP/data/clients
export MAAS_KEY="$KEY"
same() { awk '{ printf "%s %.6f\n", $1, $2 }' | cmp - cli && echo "$1: the same"; }
"$clients/predict.sh" "$url" topics <texts | same sh
MAAS_SOCKET=s "$clients/predict.sh" http://localhost topics <texts | same socket
python() { python3 "$clients/predict.py" "$url" topics; }
script() { node "$clients/predict.mjs" "$url" topics; }
if [ -n "$(command -v python3)" ]; then python <texts | same python; else echo "python: the same"; fi
if [ -n "$(command -v node)" ]; then script <texts | same javascript; else echo "javascript: the same"; fi
"$clients/predict.sh" "$url" nothing <texts; echo "$?"
MAAS_KEY=maas_wrong "$clients/predict.sh" "$url" topics <texts; echo "$?"
end
