# TLS: a certificate, another after SIGHUP, those that are no good; a proxy in front, and whom it speaks for.
command -v openssl >/dev/null || { echo "no openssl"; exit 77; }
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
KEY=$(maas-serve key add test --state state)
# made NAME: NAME.pem and NAME.key, which the name localhost belongs to
made() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -days 2 \
		-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>openssl.log || { cat openssl.log; exit 1; }
}
made first; made second
openssl ec -aes128 -passout pass:x -in first.key -out locked.key 2>openssl.log
mkdir ca; : >ca/index; echo 01 >ca/serial
printf '%s\n' '[ca]' 'default_ca=own' '[own]' 'database=ca/index' 'serial=ca/serial' 'new_certs_dir=ca' 'default_md=sha256' \
	'policy=any' '[any]' 'commonName=supplied' >ca.cnf
openssl req -new -key first.key -subj /CN=localhost -out ca/request
late() { openssl ca -batch -selfsign -config ca.cnf -keyfile first.key -in ca/request -notext "$@" 2>openssl.log; }
late -startdate 200101000000Z -enddate 200102000000Z -out expired.pem || { cat openssl.log; exit 1; }

echo "# what is no good is told before anybody is served"
check() { maas-serve --check-config -m m.maas --state state "$@" 2>&1; echo "$?"; }
check --tls-cert first.pem --tls-key first.key
check --tls-cert first.pem --tls-key second.key
check --tls-cert expired.pem --tls-key first.key
check --tls-cert none.pem --tls-key first.key
check --tls-cert first.key --tls-key first.key | sed 's/in PEM:.*/in PEM/'
check --tls-cert first.pem --tls-key first.pem | sed 's/in PEM:.*/in PEM/'
check --tls-cert first.pem --tls-key locked.key
check --tls-cert ca --tls-key first.key
check --tls-cert first.pem
check --tls-cert first.pem --tls-key first.key --unix s
maas-serve -q -m m.maas --state state --port 0 --tls-cert expired.pem --tls-key first.key; echo "$?"
echo "# others are served with TLS, or behind a proxy"
check --host 0.0.0.0
check --host 0.0.0.0 --tls-cert first.pem --tls-key first.key
check --host 0.0.0.0 --behind-proxy
printf 'behind-proxy: true\nproxy-address: [192.0.2.0/24]\n' >proxy.yaml; check --host :: -c proxy.yaml
check --proxy-address 192.0.2.1

echo "# from one certificate to the next"
cp first.pem cert; cp first.key key
maas-serve -m m.maas --state state --port 0 --unix s --tls-cert cert --tls-key key 2>log & server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null' EXIT
listening() { grep -qs https: log; }
await listening; port=$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' log)
url=https://localhost:$port
shows() { curl -s --cacert "$1.pem" -o answer "$url/healthz"; }
shows first && echo "first"; shows second || echo "not second"
curl -sS --tls-max 1.2 --cacert first.pem -w '%{http_code}\n' -o answer "$url/healthz"
curl -s --tls-max 1.1 --ciphers 'ALL:@SECLEVEL=0' --cacert first.pem "$url/healthz" || echo "not TLS 1.1"
curl -s "http://localhost:$port/healthz" || echo "not in the clear"
ask -w '\n' http://localhost/healthz
curl -sS --cacert first.pem -H "Authorization: Bearer $KEY" -d '{"model":"m","prompt":"x","max_tokens":3,"ignore_eos":true,"stream":true}' \
	"$url/v1/completions" | tail -n 2
head -c 3000000 /dev/zero | tr '\0' x | curl -sS --cacert first.pem -H "Authorization: Bearer $KEY" --data-binary @- "$url/v1/completions" | jq -r .error.message
( echo "GET /livez HTTP/1.1"; sleep 0.4; echo "Host: localhost"; echo "Connection: close"; echo ) | sed 's/$/\r/' |
	openssl s_client -quiet -verify_quiet -CAfile first.pem -connect "localhost:$port" >held 2>/dev/null & held=$!
sleep 0.1
cp second.pem cert; cp second.key key; kill -HUP "$server"
await shows second; shows first || echo "not first any more"
wait "$held"; head -n 1 held | tr -d '\r'
: >cert; kill -HUP "$server"
stays() { grep -qs 'stays: cert' log; }; await stays
cp first.pem cert; kill -HUP "$server"
unmatched() { grep -qs 'stays: key' log; }; await unmatched
shows second && echo "second"
# /metrics tells when it ends
READ=$(maas-serve key add read --scope metrics --state state)
ends() { curl -s --unix-socket s -H "Authorization: Bearer $READ" http://localhost/metrics | sed -n 's/^maas_tls_certificate_end_timestamp_seconds //p'; }
[ "$(ends)" = "$(date -d "$(openssl x509 -enddate -noout -in second.pem | sed 's/.*=//')" +%s)" ] && echo "it is known when it ends"
end
grep 'old certificate' log

echo "# behind a proxy: the address that it added last counts, wherever the line stands"
rm -f log; maas-serve -m m.maas --state state --port 0 --behind-proxy --deny-address 198.51.100.7 --deny-address 2001:db8::/32 2>log & server=$!
listening() { grep -qs http: log; }
await listening; port=$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' log)
from() { curl -sS -o answer -w '%{http_code}\n' -H 'Host: shop.example' -H "Authorization: Bearer $KEY" "$@" "http://127.0.0.1:$port/v1/models"; }
from
from -H 'X-Forwarded-For: 198.51.100.7'
from -H 'X-Forwarded-For: 192.0.2.9, 198.51.100.7'
from -H 'X-Forwarded-For: 192.0.2.9,198.51.100.7:4711'
from -H 'X-Forwarded-For: 192.0.2.9' -H 'X-Forwarded-For: 198.51.100.7'
from -H 'X-Forwarded-For: [2001:db8::1]:4711'
from -H 'X-Forwarded-For: 2001:db8::1'
from -H 'X-Forwarded-For: 198.51.100.7, 192.0.2.9'
from -H 'X-Forwarded-For: 198.51.100.7' -H 'x-forwarded-for: 192.0.2.9'
from -H 'X-Forwarded-For: unknown'
from -H 'X-Forwarded-For: 198.51.100.7, '
from -H "X-Forwarded-For: $(head -c 3000 /dev/zero | tr '\0' 1)"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do KEY=maas_aaaaaaaa_$i; from -H 'X-Forwarded-For: 192.0.2.1'; done | uniq -c
KEY=maas_aaaaaaaa_b
from -H 'X-Forwarded-For: 192.0.2.2'
end
maas-serve audit --state state | cut -f 3,6 | grep -v -e added -e loaded | sort -u
# whoever is not the proxy is not let in
rm -f log; maas-serve -m m.maas --state state --unix s --port 0 --behind-proxy --proxy-address 192.0.2.1 2>log & server=$!
await listening; port=$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' log)
from -H 'X-Forwarded-For: 192.0.2.1'; jq -r .error.message answer
ask -w '\n' http://localhost/healthz
end
