#!/bin/sh
# predict.sh -- label each line of text with a model that maas-serve serves.
#	MAAS_KEY=maas_... predict.sh http://127.0.0.1:8080 MODEL < texts
# One line in, one line out: label, tab, score.  With MAAS_SOCKET=PATH it asks over that socket.
# Needs curl and jq.  A server that is busy is asked once more when it says so.
set -eu
url=${1:?the URL of the server} model=${2:?the name of the model}
: "${MAAS_KEY:?the key, from maas-serve key add}"

# The key goes by a file, not by the command line that all can see.
conf=$(mktemp); answer=$(mktemp); why=$(mktemp); trap 'rm -f "$conf" "$answer" "$why"' EXIT
echo "header = \"Authorization: Bearer $MAAS_KEY\"" >"$conf"
echo 'header = "Content-Type: application/json"' >>"$conf"
[ -z "${MAAS_SOCKET-}" ] || echo "unix-socket = \"$MAAS_SOCKET\"" >>"$conf"

jq -Rcn '[inputs] | range(0; length; 500) as $i | { text: .[$i:$i + 500], top_k: 1 }' |
while IFS= read -r body; do
	if ! printf '%s' "$body" |
	    curl -sS --fail-with-body --retry 1 -K "$conf" -d @- -o "$answer" "$url/v1/models/$model/predict" 2>"$why"; then
		if [ -s "$answer" ]; then jq -r .error.message "$answer"; else cat "$why"; fi >&2
		exit 1
	fi
	jq -r '.predictions[] | "\(.label)\t\(.score)"' <"$answer"
done
