# A server whose policy requires signatures, and sealed models over HTTP.
. "$TOP/tests/serve.sh"
exec 2>&1; umask 077
export MAAS_REGISTRY=reg
printf 'text,label\nall is good,x\nvery good,x\nthis is bad,y\nvery bad,y\n' >d.csv
maas-train logistic -q --header yes --description 'praise or not' -o m.maas d.csv; maas-train logistic -q --header yes --C 9 -o n.maas d.csv
maas-model keygen key; maas-model keygen -t sign us; maas-model keygen -t sign them; maas-model keygen -t sign others
value() { post "$1" '{"text":"good and bad good"}' | jq -c '[.model, .version, .label // .error.code]'; }
latest_is() { [ "$(post /v1/models/topics/predict '{"text":"good"}' | jq -r .version)" = "$1" ]; }
heard() { await grep -qF "$1" log; sed 's/^maas-serve: //' log; : >log; }
check() { maas-serve --check-config --state state "$@"; echo "$?"; }
p=/v1/models/topics/predict
echo '== looked at before'
maas-model register -q m.maas topics --label stable
check --registry reg --require-signature us.pub
maas-model sign --key-file them topics; check --registry reg --require-signature us.pub; check --registry reg --require-signature us.pub --require-signature them.pub
check -m m.maas --require-signature us.pub; maas-model sign --key-file us m.maas; check -m m.maas --require-signature us.pub
check -m m.maas --require-signature us; check -m m.maas --require-signature none.pub; check -m m.maas --require-signature true
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"; "$BIN/tool/make_gpt" g.maas tok.json; maas-model convert g.maas gpt >said; check -m gpt; check -m gpt --require-signature us.pub
echo '== only what is signed is loaded'
printf 'registry: reg\nrequire-signature: [us.pub, them.pub]\n' >serve.yaml
serve -c serve.yaml 2>>log; value $p
maas-model register -q n.maas topics; kill -HUP "$server"; heard 'topics@2: '; latest_is 1 && echo "version 1 answers"
maas-model sign --key-file others topics@2; kill -HUP "$server"; heard 'topics@2: '
maas-model sign --key-file us topics@2; maas-model label topics 2 stable; kill -HUP "$server"; await latest_is 2; value $p
ask http://localhost/v1/models/topics | jq -c '[.versions[] | [.version, .state]]'
echo '== a signed version that was altered'
cp -r reg/topics/2 reg/topics/3; printf '\377' | dd of=reg/topics/3/model.maas bs=1 seek=1300 conv=notrunc status=none
printf 'stable\t3\n' >reg/topics/labels; kill -HUP "$server"; heard 'topics@3: ' | sed 's/: damaged.*/: damaged/'; latest_is 2 && echo "version 2 answers"
end
echo '== sealed'
maas-model seal --key-file key m.maas s.maas
check -m s.maas; check --key-file us -m s.maas; check --key-file key -m s.maas; MAAS_KEY_FILE=key check -m s.maas
serve --key-file key -m topics=s.maas 2>>log; value $p
ask http://localhost/v1/models/topics | jq -r '.versions[0].sha256' | grep -c "$(sha256sum s.maas | cut -d ' ' -f 1)"; ask http://localhost/v1/models/topics | jq -c '.card | [.description, .classes]'
was=$(post $p '{"text":"all very good"}' | jq -c .score); maas-model seal --key-file key n.maas s.maas; kill -HUP "$server"
changed() { [ "$(post $p '{"text":"all very good"}' | jq -c .score)" != "$was" ]; }; await changed && echo "another is unsealed behind the fence"; cat log
maas-model keygen key2; maas-model seal --key-file key2 n.maas s.maas; kill -HUP "$server"; heard 'topics@1: '
end
rm -r reg; maas-model register -q --key-file key2 s.maas topics; printf 'text\n' >one; maas-serve batch --key-file key2 -m topics <<END | jq -c '.response.body | [.label, .version]'
{"custom_id":"a","method":"POST","url":"/v1/models/topics/predict","body":{"text":"very good"}}
END
