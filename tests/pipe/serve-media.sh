# Pictures and sounds as bodies of predict and explain: what maas-classify says of the same files.
. "$TOP/tests/serve.sh"
P=$DATA/media
mkdir -p set/dark set/light sounds
cp "$P/gray.png" "$P/turned.png" "$P/deep.png" "$P/colour.png" set/dark
cp "$P/alpha.png" "$P/palette.png" "$P/ramp.jpg" "$P/bits.png" set/light
cp "$P/eight.wav" sounds/low_1.wav; cp "$P/tone.flac" sounds/tone_1.flac; cp "$P/tone.ogg" sounds/tone_2.ogg
cp "$P/stereo.wav" sounds/low_2.wav
maas-train logistic -q --size 4x4 -o p.maas set 2>err || { grep -q 'built without' err && echo 'built without libpng' && exit 77; cat err; }
maas-train mlp -q --colour rgb --size 5x6 -o c.maas set
maas-train cnn -q --colour rgb --size 6x5 --conv 16x3,16x1 --hidden 7 -o n.maas set
maas-model quantize n.maas q.maas
maas-train logistic -q --label-from '^([a-z]+)_' --seconds 0.1 --mels 8 -o s.maas sounds 2>err ||
	{ grep -q 'built without' err && echo 'built without libsndfile' && exit 77; cat err; }
maas-pca fit -q -n 2 --size 3x3 -o pca.maas set
printf 'good\tyes\nbad\tno\n' >t.tsv
maas-train logistic -q -o t.maas t.tsv
printf 'photo,age,label\nset/dark/gray.png,3,yes\nset/dark/turned.png,4,no\n' >w.csv
maas-train logistic -q --picture photo --size 4x4 -o w.maas w.csv
maas-train logistic -q --picture photo --drop age --size 4x4 -o v.maas w.csv
serve -m p=p.maas -m c=c.maas -m n=n.maas -m q=q.maas -m s=s.maas -m t=t.maas -m pca=pca.maas -m w=w.maas -m v=v.maas
file() { ask -H "Content-Type: $3" --data-binary "@$2" "http://localhost/v1/models/$1"; }
why() { file "$@" | jq -c '[.error.code, .error.message]'; ask -o /dev/null -w '%{http_code}\n' -H "Content-Type: $3" --data-binary "@$2" "http://localhost/v1/models/$1"; }
echo '# the same scores'
for f in set/*/*; do
	case $f in *.jpg) type=image/jpeg ;; *) type=image/png ;; esac
	for m in p c n q; do
		file $m/predict "$f" $type | jq -r '[.label, .score] | @tsv' >got
		maas-classify predict -m $m.maas "$f" | awk -F '\t' '{ printf "%s\t%s\n", $1, $2 }' >want
		jq -Rr 'split("\t") | [.[0], (.[1] | tonumber)] | @tsv' want >w; jq -Rr 'split("\t") | [.[0], (.[1] | tonumber)] | @tsv' got | cmp - w || echo "$m $f"
	done
done
for f in sounds/*; do
	case $f in *.flac) type=audio/flac ;; *.ogg) type=audio/ogg ;; *) type='audio/x-wav' ;; esac
	file s/predict "$f" $type | jq -r '[.label, .score] | @tsv' >got
	maas-classify predict -m s.maas "$f" | jq -Rr 'split("\t") | [.[0], (.[1] | tonumber)] | @tsv' | cmp - got || echo "s $f"
done
echo '# one record, whole'
file p/predict set/dark/gray.png image/png | jq -c 'del(.request_id) | .score = (.score > 0.5) | .scores |= map(.label)'
file p/predict set/dark/gray.png application/octet-stream | jq -r .label
ask --data-binary @set/dark/gray.png http://localhost/v1/models/p/predict | jq -r .label
ask -H 'Accept: text/csv' -H 'Content-Type: image/png' --data-binary @set/dark/gray.png http://localhost/v1/models/p/predict | cut -d , -f 1
file pca/predict set/dark/gray.png image/png | jq -c '.components | length'
echo '# why'
for m in p c n q; do
	file $m/explain set/light/ramp.jpg image/jpeg | jq -r '.contributions[] | [.piece, .value, .contribution] | @tsv' | head -n 5 >got
	maas-classify explain -m $m.maas set/light/ramp.jpg | tail -n +3 | head -n 5 | cut -f 4-6 |
		jq -Rr 'split("\t") | [.[0], (.[1] | tonumber), (.[2] | tonumber)] | @tsv' >want
	jq -Rr 'split("\t") | [.[0], (.[1] | tonumber), (.[2] | tonumber * 1e6 | round)] | @tsv' got >g
	jq -Rr 'split("\t") | [.[0], (.[1] | tonumber), (.[2] | tonumber * 1e6 | round)] | @tsv' want | cmp - g && cut -f 1 got | head -n 2
done
file s/explain sounds/low_1.wav audio/wav | jq -r .contributions[0].piece
echo '# what the model does not take'
why p/predict sounds/low_1.wav audio/wav
why s/predict set/dark/gray.png image/png
why t/predict set/dark/gray.png image/png
why t/predict set/dark/gray.png application/octet-stream
why p/predict set/dark/gray.png image/gif
why s/predict sounds/low_1.wav audio/mpeg
echo '# a row that names a file is not answered by it; a model of pictures alone takes one, whatever it has learnt from'
printf '{"row":{"photo":"%s","age":3}}' "$PWD/set/dark/gray.png" >row.json
why w/predict row.json application/json
printf 'photo,age\n%s,3\n' "$PWD/set/dark/gray.png" >row.csv
file w/predict row.csv text/csv | jq -c '.error.message // .predictions' | sed "s|$PWD/||"
why w/predict set/dark/gray.png image/png
file v/predict set/dark/gray.png image/png | jq -r '[.label, .score] | @tsv' >got
maas-classify predict -m v.maas --rows 1 w.csv | jq -Rr 'split("\t") | [.[0], (.[1] | tonumber)] | @tsv' | cmp - got && echo same
ask http://localhost/v1/models/w | jq -c .inputs
echo '# what is damaged'
head -c 60 set/dark/gray.png >cut.png; head -c 300 set/light/ramp.jpg >cut.jpg; head -c 40 sounds/low_1.wav >cut.wav
head -c 100 sounds/tone_2.ogg >cut.ogg; : >empty
why p/predict cut.png image/png
why p/predict cut.jpg image/jpeg
why p/predict empty image/png
why s/predict cut.wav audio/wav
why s/predict cut.ogg audio/ogg
why s/predict set/dark/gray.png audio/wav
why p/predict sounds/low_1.wav image/png
echo '# too many pixels'
sed 's/\xff\xc0\x00\x11\x08\x00\x10\x00\x18/\xff\xc0\x00\x11\x08\xff\xdc\xff\xdc/' set/light/ramp.jpg >bomb.jpg
why p/predict bomb.jpg image/jpeg
echo '# many at once'
i=0; while [ $i -lt 30 ]; do file p/predict set/dark/colour.png image/png >"a$i" & i=$((i+1)); pids="${pids-} $!"; done
# shellcheck disable=SC2086 # a list of numbers
wait $pids
cat a? a?? | jq -r .label | sort | uniq -c | awk '{ print $1, $2 }'
end
