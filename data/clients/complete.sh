#!/bin/sh
# complete.sh -- continue a text with a model that maas-serve serves, and show it as it comes.
#	MAAS_KEY=maas_... complete.sh http://127.0.0.1:8080 MODEL PROMPT
# With MAAS_SOCKET=PATH it asks over that socket.  Needs curl and jq.
# A server that is busy is asked once more when it says so.
set -eu
url=${1:?the URL of the server} model=${2:?the name of the model} prompt=${3:?the text to continue}
: "${MAAS_KEY:?the key, from maas-serve key add}"

# The key goes by a file, not by the command line that all can see.
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
echo "header = \"Authorization: Bearer $MAAS_KEY\"" >"$tmp/conf"
echo 'header = "Content-Type: application/json"' >>"$tmp/conf"
[ -z "${MAAS_SOCKET-}" ] || echo "unix-socket = \"$MAAS_SOCKET\"" >>"$tmp/conf"
jq -cn --arg m "$model" --arg p "$prompt" \
	'{ model: $m, prompt: $p, max_tokens: 100, temperature: 0, stream: true }' >"$tmp/body"

# What comes is lines: data: {"choices":[{"text":"..."}]}, ..., data: [DONE]; or {"error":{"message":"..."}} alone.
stream() {
	curl -sSN -K "$tmp/conf" -D "$tmp/head" -d @"$tmp/body" "$url/v1/completions" |
	jq -Rj --unbuffered '
		ltrimstr("data: ") | select(startswith("{")) | fromjson
		| if .error then .error.message + "\n" | halt_error(1) else .choices[].text end' 2>"$tmp/why" && [ -s "$tmp/head" ]
}
if ! stream; then
	wait=$(sed -n 's/^Retry-After: \([0-9]*\).*/\1/p' "$tmp/head")
	[ -z "$wait" ] || { sleep "$wait"; stream; } || wait=
	[ -n "$wait" ] || { cat "$tmp/why" >&2; exit 1; }
fi
echo
