# The models of a registry over HTTP: versions, labels, and what SIGHUP changes while requests run.
. "$TOP/tests/serve.sh"
exec 2>&1
export MAAS_REGISTRY=reg
printf 'text,label\nall is good,x\nvery good,x\nthis is bad,y\nvery bad,y\n' >d.csv
maas-train logistic -q --header yes --description 'praise or not' -o m.maas --register topics:stable d.csv
maas-train logistic -q --header yes --C 9 -o n.maas --register topics:canary d.csv
maas-train logistic -q --header yes --C 99 -o o.maas --register topics d.csv
maas-train logistic -q --header yes --C 999 -o p.maas --register topics d.csv
maas-train logistic -q --header yes --description 'praise or not' -o m.maas --register other d.csv
value() { post "$1" '{"text":"good and bad good"}' | jq -c '[.model, .version, .score // .error.code]'; }
want() { echo 'good and bad good' | maas-classify predict -m "$1" --jsonl 2>&1; }
card() { ask http://localhost/v1/models/topics | jq -c '[.kind, .card.classes, [.versions[] | [.version, .labels, .state]]]'; }
latest_is() { [ "$(post /v1/models/topics/predict '{"text":"good"}' | jq -r .version)" = "$1" ]; }
hup() { kill -HUP "$server"; }
p=/v1/models/topics
echo '== versions and labels'
serve --registry reg 2>>log
heard() { await grep -qF "$1" log; sed 's/^maas-serve: //' log; : >log; }
ask http://localhost/v1/models | jq -r '.data[].id'
card
ask http://localhost$p | jq -r '.versions[0].sha256' | grep -c "$(sha256sum m.maas | cut -c 1-64)"
ask http://localhost$p | jq -c '.card | [.description, .license, .quality, .data[0].rows]'; ask http://localhost$p | jq -r '.card.data[0].sha256' | grep -c "$(sha256sum d.csv | cut -c 1-64)"
for at in /predict /versions/1/predict /versions/2/predict /labels/canary/predict /versions/4/predict; do value $p$at; done
[ "$(value $p/versions/1/predict)" != "$(value $p/versions/2/predict)" ] && echo "two versions, two answers"
for at in /versions/3/predict /versions/9/predict /versions/stable/predict /labels/4/predict /labels/none/predict /versions/01/predict /labels/%00/predict /versions/1e0/explain; do
	refused $p$at '{"text":"good"}'; done
refused $p@none/explain '{"text":"good"}'; value $p@canary/predict; post $p/labels/canary/explain '{"text":"good"}' | jq -c '[.version, (.contributions | length > 0)]'
refused /v1/models/none/versions/1/predict '{"text":"good"}'
ask http://localhost/v2/models/topics/versions/2 | jq -c .versions
echo '== a label moves'
maas-model label topics 2 stable; hup; await latest_is 2; card
maas-model rollback topics; hup; await latest_is 1
echo '== a new version, a new name, a name that goes'
cp -r reg/other/1 old; maas-model register -q m.maas fresh; maas-model register -q --label stable m.maas topics; mv reg/other gone
hup; await latest_is 5; card
ask http://localhost/v1/models | jq -r '.data[].id'
refused /v1/models/other/predict '{"text":"good"}'
echo '== what cannot be loaded leaves what was'
echo garbage >reg/topics/5/model.new; mv reg/topics/5/model.new reg/topics/5/model.maas
cp -r reg/topics/5 reg/topics/6; printf 'stable\t6\t5\ncanary\t2\n' >reg/topics/labels.new; mv reg/topics/labels.new reg/topics/labels
hup; heard 'topics@6: '; latest_is 5 && echo "version 5 answers"; card
rm -r reg/topics/6; printf 'stable\t5\ncanary\t2\n' >reg/topics/labels.new; mv reg/topics/labels.new reg/topics/labels
mv reg away; hup; heard 'not looked at again'; latest_is 5 && echo "and without a registry"; mv away reg
echo '== counters go on'
metric 'maas_records_total{model="topics"}' >n; [ "$(cat n)" -gt 10 ] && echo "one name, one count"
ask http://localhost/metrics | grep -c '^maas_model_resident_bytes{model="topics"}'
end
echo '== -m takes a name, and looks again'
serve -m topics@canary -m file=m.maas 2>>log
value /v1/models/topics/predict; value /v1/models/file/predict
was=$(value /v1/models/file/predict); cp n.maas new; mv new m.maas
hup; changed() { [ "$(value /v1/models/file/predict)" != "$was" ]; }; await changed && echo "another file, another answer"
was=$(value /v1/models/file/predict); echo garbage >new; mv new m.maas; hup; heard 'file@1: '; [ "$(value /v1/models/file/predict)" = "$was" ] && echo "garbage changes nothing"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json selftest='[["To be"]]'
hup; heard 'file@1: '; [ "$(value /v1/models/file/predict)" = "$was" ] && echo "nor does one that fails its own test"
end
echo '== looked at before'
maas-serve --check-config --registry reg --state state; echo "$?"
rm -r reg/topics reg/fresh; cp -r gone reg/topics; maas-serve --check-config --registry reg --state state; echo "$?"
echo '== nothing to serve'
maas-serve --registry none --state state --unix s; echo "$?"
MAAS_REGISTRY=none maas-serve -m topics --state state --unix s; echo "$?"
