# serve.sh -- sourced by tests of maas-serve: a server on the socket ./s, ended by its process id.
#	serve -m MODEL ...	starts it, with a key in $KEY
#	ask CURL-ARGUMENTS	asks it
#	end			SIGTERM, and says what it ended with

serve() {
	KEY=$(maas-serve key add test --scope infer,metrics --state state) || exit 1
	maas-serve -q "$@" --state state --unix s & server=$!
	trap 'kill $server 2>/dev/null; wait $server 2>/dev/null' EXIT
	tries=0
	until curl -s --unix-socket s http://localhost/healthz >healthy 2>&1; do
		if [ $tries -ge 200 ] || ! kill -0 "$server" 2>/dev/null; then echo "the server does not start"; exit 1; fi
		sleep 0.05; tries=$((tries+1))
	done
}
ask() { curl -sS --max-time 60 --unix-socket s -H "Authorization: Bearer $KEY" "$@"; }
post() { path=$1; body=$2; shift 2; ask "$@" -d "$body" "http://localhost$path"; }
# status and error code of a request that is refused
refused() { post "$@" -w '\n%{http_code}' | jq -rs '"\(.[1]) \(.[0].error.code) \(.[0].error.param)"'; }
# wait until the command says yes, ten seconds at most
await() { tries=0; until "$@"; do [ $tries -lt 200 ] || { echo "in vain: $*"; return 1; }; sleep 0.05; tries=$((tries+1)); done; }
# a sample of /metrics
metric() { ask http://localhost/metrics | grep -F "$1 " | sed 's/.* //'; }
metric_is() { [ "$(metric "$1")" = "$2" ]; }
end() { kill "$server"; wait "$server"; echo "server: $?"; trap - EXIT; }
