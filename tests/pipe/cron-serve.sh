# data/cron/nightly beside a server: it is told of a better model, and told the next night where it was not there.
. "$TOP/tests/serve.sh"
exec 2>&1
ex=$DATA/example
MAAS_REGISTRY=$PWD/reg; export MAAS_REGISTRY
cat >conf <<END
NAME=topics DATA=$PWD/data.tsv TRAIN='logistic --tfidf' WORK=$PWD/work TELL='kill -HUP \$(cat pid) && : >told'
END
night() { sh -u "$TOP/data/cron/nightly" conf; echo "night: $?"; }
version() { post /v1/models/topics/predict '{"text":"My chain is broken."}' | jq -r '[.version, .label] | join(" ")'; }
is() { [ "$(version)" = "$1" ]; }
sed 's/	.*/	billing/' "$ex/train.tsv" | sed '1,30s/	.*/	delivery/' >data.tsv
echo 1 >pid; sed 's/TELL=.*/TELL=/' conf >quiet; sh -u "$TOP/data/cron/nightly" quiet || exit 1
serve --registry reg
echo "$server" >pid
is '1 billing' || version
cat "$ex/train.tsv" "$ex/test.tsv" >data.tsv
night; await is '2 repair' && echo "it answers by the new one"
end
cat data.tsv "$ex/train.tsv" >more.tsv; echo 'One more.	praise' >>more.tsv; mv more.tsv data.tsv
rm told; maas-model rollback -q topics >said; night; [ -e told ] || echo "not told"
maas-model label topics 2 stable
echo "== it stays to be told"
echo 2 >work/told; night
serve --registry reg; echo "$server" >pid; night; [ -e told ] && echo "told"; night
end
