# What the service manager hears, from the start to the end; the units it would read.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
"$BIN/tool/notify_listen" manager >heard & listener=$!
bound() { [ -S manager ]; }
await bound
NOTIFY_SOCKET=$PWD/manager; export NOTIFY_SOCKET
# the lines, each as often as it comes in a row once; what is a time is none
lines() { sed 's/MONOTONIC_USEC=[0-9]*/MONOTONIC_USEC=TIME/' heard | uniq; }
said() { grep -q "$1" heard; }
cp m.maas old.maas
serve -m m.maas
await said READY=1
await said WATCHDOG=1
kill -HUP "$server"; await said RELOADING=1
now=$(awk '{ print int($1) }' /proc/uptime)
sed -n 's/.*MONOTONIC_USEC=\([0-9]*\)[0-9]\{6\}.*/\1/p' heard | awk -v now="$now" '{ print ($1 > now - 60 && $1 <= now + 1 ? "the clock of the system" : $1 " is not " now) }'
sleep 0.1; echo garbage >garbage; mv garbage m.maas; kill -HUP "$server"
bad() { said 'log$'; }
await bad
end 2>trouble
kill $listener; wait $listener 2>trouble
lines | grep -v '^WATCHDOG'
# a manager that is not there: the server starts all the same
for m in "$PWD/nowhere" nowhere; do NOTIFY_SOCKET=$m maas-serve --check-config -m old.maas --state state 2>&1 | sed "s|$PWD|.|"; done
# units that systemd understands
unset NOTIFY_SOCKET
for u in maas-serve.service maas-serve@.service; do
	sed "s|/usr/local/bin/|$BIN/|" "$TOP/data/systemd/$u" >$u
	command -v systemd-analyze >which && systemd-analyze verify --man=no ./$u
done
:
