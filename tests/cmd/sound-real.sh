# 1,500 spoken digits of three speakers: what networks of pictures and of sequences reach on the tenth that is held out.
[ -d "${MAAS_TEST_DATA:-}/data/spoken-digits" ] || { echo 'MAAS_TEST_DATA is not set'; exit 77; }
d=$MAAS_TEST_DATA/data/spoken-digits
for k in cnn 'lstm --bidirectional --pool max'; do
	# shellcheck disable=SC2086 # options
	maas-train $k -q --label-from '^([0-9])_' -o m.maas "$d"/*_[5-9].wav "$d"/*_[1-4][0-9].wav || exit
	maas-classify evaluate -m m.maas --json --label-from '^([0-9])_' "$d"/*_[0-4].wav |
		jq -r '"\(.n) sounds, accuracy \(if .accuracy >= 0.95 then "0.95 or better" else .accuracy end)"'
done
