# From root to a user: what was root's is opened before, nothing of root is left after, in any thread.
. "$TOP/tests/serve.sh"
[ "$(id -u)" -eq 0 ] || { echo "only root can become another user"; exit 77; }
user=nobody; uid=$(id -u $user) gid=$(id -g $user)
place=$(mktemp -d) || exit 1; chmod 755 "$place"; cd "$place" || exit 1
cp "$BIN/maas-serve" . # where everybody finds it
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
chmod 600 m.maas; mkdir own; chown $user own
as_user() { setpriv --reuid "$uid" --regid "$gid" --clear-groups "$@"; }
KEY=$(maas-serve key add test --state own/state) # root keeps the user's books
port=871
until maas-serve -m m.maas --state own/state --host 127.0.0.1 --port $port --unix own/s --log own/log --user $user 2>said & server=$!
	trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$place"' EXIT
	heard() { grep -qs 'listening on http\|in use' said; }
	await heard; grep -q 'listening on http' said
do port=$((port+1)); [ $port -lt 900 ] || { cat said; exit 1; }; done
threads() { cat /proc/"$server"/task/*/status | grep "^$1:" | sort -u | tr '\t' ' ' | sed "s/\\b$uid\\b/USER/g; s/\\b$gid\\b/GROUP/g"; }
for f in Uid Gid Groups CapInh CapPrm CapEff CapAmb; do threads $f; done
curl -sS -o answer -w '%{http_code}\n' -H "Authorization: Bearer $KEY" "http://127.0.0.1:$port/v1/models"
stat -c '%U %a' own/s own/log own/state/maas.db | sort | uniq -c | sed 's/^ *//'
kill -HUP $server; sleep 0.1
end; [ -e own/s ] || echo "the socket is gone"
# users that are none
try() { maas-serve -q -m m.maas --state own/state --unix own/s --user "$1" 2>said; echo "$?"; cat said; }
try nosuch; try root
chmod 644 m.maas
as_user ./maas-serve -q -m m.maas --state own/state --unix own/s --user daemon 2>said; echo "$?"; cat said
as_user ./maas-serve --check-config -m m.maas --state own/state --user $user
# a state that is root's is refused
mkdir -m 700 other; maas-serve -q -m m.maas --state other --unix own/s --user $user 2>said; echo "$?"; sed "s|$place|.|" said
cd /
