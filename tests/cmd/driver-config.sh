# Flag beats environment beats configuration; a mistake names file, line and the nearest right name.
printf 'threads: 2\nsed: 3\n' >bad.yaml
maas-model info -c bad.yaml x
echo "= $?"
printf 'threads: many\n' >bad.yaml
maas-model info --config bad.yaml x
echo "= $?"
MAAS_THREADS=some maas-model info x
echo "= $?"
printf 'threads: 2000\n' >bad.yaml
MAAS_THREADS=1 maas-model info -c bad.yaml x
echo "= $?"
printf 'data: [none.maas]\n' >data.yaml
maas-model info -c data.yaml
echo "= $?"
maas-model info -c data.yaml other.maas
echo "= $?"
maas-model info -c missing.yaml x
echo "= $?"
# the nearest name is looked for in all tables
printf 'kind: logistic\ntfid: true\n' >near.yaml
maas-train -c near.yaml
echo "= $?"
printf 'kind: logistc\n' >near.yaml
maas-train -c near.yaml
echo "= $?"
# no output is written over what is read
printf 'good apple\tx\nbad plum\ty\n' >t.tsv; cp t.tsv kept.tsv
spared() { "$@" 2>said; echo "= $? $(head -n 1 said)"; cmp t.tsv kept.tsv || cp kept.tsv t.tsv; }
spared maas-train logistic -o t.tsv t.tsv
spared maas-train logistic -o m.maas --log ./t.tsv t.tsv
maas-train logistic -o t.tsv <t.tsv 2>said; echo "= $? $(head -n 1 said)"
spared maas-train gpt -o t.tsv t.tsv
spared maas-pca fit -o t.tsv t.tsv
spared maas-tokenize train -n 300 -o t.tsv t.tsv
spared maas-tokenize vectorize --fit t.tsv t.tsv
maas-train logistic -q -o m.maas t.tsv
spared maas-classify evaluate -m m.maas --errors t.tsv t.tsv
# a place that cannot be is known before anything is read
spared maas-train logistic -o none/m.maas none.tsv
spared maas-train logistic -o m.maas --log none/log t.tsv
