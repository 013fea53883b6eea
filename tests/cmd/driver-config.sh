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
