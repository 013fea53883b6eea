# What the server has given up once it runs, thread by thread; and that it goes on to do its work: models and log again.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
mkdir models logs; cp m.maas models/m.maas
# all_threads FIELD: its values in /proc, each once
all_threads() { cat /proc/"$server"/task/*/status | grep "^$1:" | sort -u | tr '\t' ' '; }
KEY=$(maas-serve key add test --state state)
maas-serve -m models/m.maas --state state --unix s --log logs/log 2>said & server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null' EXIT
listening() { grep -qs listening said; }
await listening || { cat said; exit 1; }
if grep -s 'not fenced' said >without; then sed 's/^maas-serve: //' without; exit 77; fi
all_threads Seccomp; all_threads NoNewPrivs
grep '^Max core file size' /proc/$server/limits | tr -s ' '
go_on() { post /v1/completions '{"model":"m","prompt":"x","max_tokens":4,"ignore_eos":true}' -o answer -w '%{http_code}\n'; }
go_on
# another file under the old name, one that is broken, and the log moved away: all is found again
digest() { ask http://localhost/v1/models/m | jq -r '.versions[0].sha256 // empty'; }
state_of() { ask http://localhost/v1/models/m | jq -r '.versions[-1].state'; }
maas-tokenize train -q -n 400 -o tok2.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" new.maas tok2.json
known() { [ -n "$(digest)" ]; }
await known; old=$(digest); mv new.maas models/m.maas; mv logs/log logs/log.1; kill -HUP $server
other() { known && [ "$(digest)" != "$old" ]; }
await other && echo "another model"
go_on
written() { [ -s logs/log ]; }
await written && echo "another log"
echo garbage >models/m.new; mv models/m.new models/m.maas; kill -HUP $server
told() { grep -q 'm@1' said; }
await told && echo "refused"
go_on
end; [ -e s ] || echo "the socket is gone"
# for a debugger
maas-serve -q -m m.maas --state state --unix s --no-fence & server=$!
answers() { ask -o answer http://localhost/healthz 2>/dev/null; }
await answers
all_threads Seccomp; all_threads NoNewPrivs
end
