# The example of HAProxy in front of three servers on one state: one is killed while requests come, and none fails.
. "$TOP/tests/serve.sh"
PATH=$PATH:/usr/sbin
command -v haproxy >found || { echo "no haproxy"; exit 77; }
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
KEY=$(maas-serve key add test --state state)
pids=
trap 'kill $pids 2>/dev/null; wait' EXIT
# begin NAME: one more server
begin() {
	maas-serve -q -m topics.maas --state state --unix "$1" --behind-proxy --log "$1.log" & pids="$pids $!"
	answers() { curl -s -o answer --unix-socket "$1" http://localhost/readyz; }
	await answers "$1"
}
begin one; one=$!; begin two; two=$!; begin three; three=$!
# The example, but for where it listens, its servers, and what only root can.
example() {
	sed -e '/^	\(user\|group\|log\|maxconn\)/d; /^	ssl-/d; s/option httplog//; s/maxconn 20000/maxconn 200/' \
	    -e "s|bind :443 .*|bind 127.0.0.1:$1|; s|127.0.0.1:808[123]|unix@$PWD/NAME|" "$TOP/data/haproxy/maas.cfg" |
	sed 's|\(server \([a-z]*\) .*\)NAME|\1\2|'
}
port=$((20000 + $$ % 10000))
until example $port >maas.cfg && { haproxy -q -db -f maas.cfg & front=$!; sleep 0.2; kill -0 $front 2>gone; }; do
	port=$((port+1)); [ $port -lt 32000 ] || exit 1
done
pids="$pids $front"
through() { curl -sS --max-time 60 -H "Authorization: Bearer $KEY" "$@"; }
ready() { [ "$(through -o answer -w '%{http_code}' "http://127.0.0.1:$port/v1/models")" = 200 ]; }
await ready
# four clients, fifty requests each; each says what it got
client() {
	for _ in $(seq 1 50); do
		through -o "got$1" -w '%{http_code} ' -d '{"text":"My chain is broken."}' \
			"http://127.0.0.1:$port/v1/models/topics/predict" && jq -r .label "got$1"
	done >"client$1" 2>"wrong$1"
}
for c in 1 2 3 4; do client $c & eval "c$c=$!"; done
some() { [ "$(cat client* | wc -l)" -gt 40 ]; }
await some
kill -9 $two
# shellcheck disable=SC2154 # by eval
wait "$c1" "$c2" "$c3" "$c4"
cat client* | sort | uniq -c; cat wrong*
# each of them had some, the two that are left had the rest; the client is known by his address
for s in one two three; do [ "$(jq -r 'select(.model == "topics" and .status == 200) | .status' $s.log | wc -l)" -gt 5 ] && echo "$s answered"; done
cat one.log two.log three.log | grep predict | jq -r .peer | sort -u
# an invite is used once, whoever dies; a wrong host is the proxy's to look at
INVITE=$(maas-serve invite --state state)
for name in first second; do
	curl -sS -d "{\"invite\":\"$INVITE\",\"name\":\"$name\"}" "http://127.0.0.1:$port/v1/register" | jq -r '.error.code // "a key"'
done
# one that ends well is left alone before it goes
kill $one; wait $one; echo "one: $?"
for _ in 1 2 3 4 5 6; do through -o answer -w '%{http_code}\n' -d '{"text":"x"}' "http://127.0.0.1:$port/v1/models/topics/predict"; done | uniq -c
# none is left: the client is told to come again
kill $three; wait $three; echo "three: $?"
sleep 1.2; through -o answer -w '%{http_code}\n' "http://127.0.0.1:$port/v1/models"
kill $front; wait $front 2>gone
maas-serve audit --state state --verify | sed 's/[0-9]* entries/N entries/; s/:.*//; 2d'
