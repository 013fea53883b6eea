# News in Chinese and English: as good as scikit-learn's optimum on the same features.
[ -n "${MAAS_TEST_DATA-}" ] || { echo "MAAS_TEST_DATA is not set"; exit 77; }
d=$MAAS_TEST_DATA/data
maas-train logistic -q --tfidf --analyzer cjk -o zh.maas "$d/thucnews-train.tsv"
maas-classify evaluate -m zh.maas --fail-under accuracy=0.835 --fail-under log_loss=0.83 "$d/thucnews-test.tsv" | tail -n 1 | tr -s ' '; echo "exit $?"
maas-train logistic -q --tfidf --text 2,3 --label 1 --rows 1-6000 -o en.maas "$d/agnews.csv"
maas-classify evaluate -m en.maas --rows 6001- --json "$d/agnews.csv" | jq '.n, .accuracy > 0.865, .accuracy < 0.869'
cut -d , -f 2- "$d/agnews.csv" | head -n 500 | maas-classify predict -m en.maas --format csv | wc -l
