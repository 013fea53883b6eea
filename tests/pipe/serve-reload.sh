# What is done to the files of models that are served does not matter; POST /v1/admin/reload looks at them again and says
# what came of it, beside requests that run.
. "$TOP/tests/serve.sh"
exec 2>&1
export MAAS_REGISTRY=reg
printf 'text,label\nall is good,x\nvery good,x\nthis is bad,y\nvery bad,y\n' >d.csv
maas-train logistic -q --header yes -o a.maas --register topics:stable d.csv
maas-train logistic -q --header yes --C 99 -o b.maas --register topics d.csv
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
maas-model register -q --label stable m.maas words
cp a.maas f.maas; mkdir hf; cp m.maas g.maas
serve --registry reg 2>>log
heard() { await grep -qF "$1" log; sed 's/^maas-serve: //' log; : >log; }
ADMIN=$(maas-serve key add boss --scope admin --state state)
reload() { curl -sS --max-time 60 --unix-socket s -H "Authorization: Bearer $ADMIN" -X POST "$@" http://localhost/v1/admin/reload; }
told() { reload "$@" | jq -c 'if .object == null then [.error.code, .error.param] else [.loaded, .kept, .unloaded, .failed] | map(map([.model, .version, .error // empty] | join(" "))) end'; }
predict() { post /v1/models/topics/predict '{"text":["good","bad","all very good"]}' | jq -c '[.version, (.predictions // [] | map(.score))]'; }
stream() { post /v1/completions '{"model":"words","prompt":"To be","max_tokens":40,"temperature":0,"ignore_eos":true,"stream":true}' -w '%{http_code}\n' | sed 's/.*"text":"\([^"]*\)".*/\1/; s/^data: \[DONE\]/DONE/' | tr -d '\n'; echo; }
echo '== who may'
ask -X POST http://localhost/v1/admin/reload -w '\n%{http_code}\n' | jq -rs '"\(.[1]) \(.[0].error.code)"'
curl -sS --unix-socket s -X POST http://localhost/v1/admin/reload | jq -r .error.code
curl -sS --unix-socket s -H "Authorization: Bearer $ADMIN" http://localhost/v1/admin/reload | jq -r .error.code
told; told -d '{}'; told -d '{"model":"topics"}'; told -d 'no JSON'
echo '== written over in place, and cut, while requests run'
predict >one; stream >two; cat one
(while [ ! -e stop ]; do predict; done >said) & pids=$!
(while [ ! -e stop ]; do stream; done >streams) & pids="$pids $!"
inode=$(stat -c %i reg/topics/1/model.maas)
for i in 1 2 3 4 5; do
	head -c 100000 /dev/urandom >reg/topics/1/model.maas; cat b.maas >reg/topics/1/model.maas; : >reg/topics/1/model.maas
	: >reg/words/1/model.maas; head -c 3000000 /dev/zero >reg/words/1/model.maas; sleep 0.05
done
[ "$(stat -c %i reg/topics/1/model.maas)" = "$inode" ] && echo "in place"
kill -HUP "$server"; heard 'topics@1: ' | sort
cat b.maas >reg/topics/1/model.maas; told | sed 's/SHA-256 is [0-9a-f.]*, [0-9a-f]*/SHA-256 is ONE, ANOTHER/'; reload -o answer -w '%{http_code} '; jq -c '.error | [.code, .message]' answer; heard 'topics@1: ' | grep -o 'altered since it was registered' | uniq
sleep 0.1; : >stop
# shellcheck disable=SC2086
wait $pids
[ "$(sort -u said)" = "$(cat one)" ] && [ "$(sort -u streams)" = "$(cat two)" ] && echo "the same answers all the time"
cat a.maas >reg/topics/1/model.maas; cat m.maas >reg/words/1/model.maas; told; predict | cmp - one && echo "good again"
echo '== another version'
maas-model label topics 2 stable; maas-model remove topics 1; maas-model register -q a.maas fresh; told; predict | cut -c 1-5
mv reg/fresh gone; told; maas-serve key add narrow --scope admin --model words --state state >narrow; ADMIN=$(cat narrow) told
mv reg away; told; heard 'not looked at again'; mv away reg; told
echo '== many at once'
rm stop; (while [ ! -e stop ]; do predict; done >said) & pids=$!
for i in 1 2 3 4 5 6 7 8; do maas-model label topics 2 "l$i"; told >told.$i & pids="$pids $!"; kill -HUP "$server"; done
sleep 0.3; : >stop
# shellcheck disable=SC2086
wait $pids
sort -u told.?; sort -u said | wc -l
maas-serve audit --state state --since 1h | grep -c '^reload'
end
echo '== files of -m'
serve -m f=f.maas -m g=g.maas 2>>log
post /v1/models/f/predict '{"text":"good"}' | jq -c .score >one
: >f.maas; head -c 100 /dev/urandom >g.maas; told | sed 's/trusted: [^"]*/trusted: .../g'; post /v1/models/f/predict '{"text":"good"}' | jq -c .score | cmp - one && echo "still the old"
cat b.maas >f.maas; cat m.maas >g.maas; told; post /v1/models/f/predict '{"text":"good"}' | jq -c .score | cmp -s - one || echo "now the new"
end
echo '== altered before the start'
cat a.maas >reg/topics/2/model.maas
for m in topics@2 reg/topics/2/model.maas; do maas-serve --check-config -m t=$m --state state 2>&1 | sed 's/SHA-256 is [0-9a-f.]*, [0-9a-f]*/SHA-256 is ONE, ANOTHER/'; done
cat b.maas >reg/topics/2/model.maas; maas-serve --check-config -m topics@2 --state state
rm reg/topics/2/about.json; maas-serve --check-config -m topics@2 --state state; printf '{' >reg/topics/2/about.json; maas-serve --check-config -m topics@2 --state state; echo "$?"
