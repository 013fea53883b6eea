# Real sounds: digits spoken by three people; the first five of each and each digit are held out.
[ -n "${MAAS_TEST_DATA-}" ] && [ -d "$MAAS_TEST_DATA/data/spoken-digits" ] || { echo 'no MAAS_TEST_DATA'; exit 77; }
mkdir train test
ln -s "$MAAS_TEST_DATA"/data/spoken-digits/*_[0-4].wav test
ln -s "$MAAS_TEST_DATA"/data/spoken-digits/*_[5-9].wav "$MAAS_TEST_DATA"/data/spoken-digits/*_[1-4][0-9].wav train
maas-train mlp -q --epochs 20 --label-from '^([0-9])_' -o m.maas train 2>&1 | grep -q 'built without' && { echo 'built without libsndfile'; exit 77; }
maas-classify evaluate -m m.maas --label-from '^([0-9])_' --json --fail-under accuracy=0.95 test | tr ',' '\n' | grep '"n"'
maas-classify predict -m m.maas --append test | awk -F '\t' '{ right += ($1 ~ ("/" $2 "_")) } END { print NR, (right >= 143 ? "good" : right) }'
