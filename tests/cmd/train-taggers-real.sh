# Entities of Wikipedia's sentences are found by words and what is inside them, after two epochs.
[ "${MAAS_TEST_DATA-}" ] || { echo 'MAAS_TEST_DATA is not set: no real data'; exit 77; }
d=$MAAS_TEST_DATA/data
maas-train lstm -q --task tag --bidirectional --epochs 2 --lr 0.002 -o m.maas "$d/wikiann-en.train"
maas-classify evaluate -m m.maas --fail-under entity_f1=0.63 --json "$d/wikiann-en.test" |
	jq -c '[.n, .sentences, .entities, (.per_label | keys)]'
