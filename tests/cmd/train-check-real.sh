# The failure modes of the machines tell the failure; headlines that are in both halves of the news.
[ "${MAAS_TEST_DATA-}" ] || { echo 'MAAS_TEST_DATA is not set: no real data'; exit 77; }
exec 2>&1
cd "$MAAS_TEST_DATA/data" || exit 1
maas-train logistic -q --check --label 'Machine failure' --drop 'Product ID' ai4i2020.csv | cut -f 1,2; maas-train logistic -q --check --label 'Machine failure' --drop 'UDI,Product ID,TWF,HDF,PWF,OSF,RNF' ai4i2020.csv
maas-train logistic -q --check --val thucnews-test.tsv thucnews-train.tsv | cut -c 1-100 | head -11
maas-train logistic --check --labels t10k-labels-idx1-ubyte.gz --rows 1-1000 t10k-images-idx3-ubyte.gz
