# Directories of pictures and sounds as data: a file is a record, what is kept makes others like it.
P=$DATA/media
maas-train logistic -q -o probe.maas --labels /dev/null "$P/gray.png" 2>&1 | grep -q 'built without' && { echo 'built without libpng'; exit 77; }
mkdir -p set/dark set/light one
cp "$P/gray.png" "$P/turned.png" "$P/deep.png" "$P/colour.png" set/dark
cp "$P/alpha.png" "$P/palette.png" "$P/ramp.jpg" "$P/bits.png" set/light
echo '# a directory a label'
maas-train logistic --size 4x4 -o m.maas set 2>&1
maas-classify predict -m m.maas --append set | cut -f 1,2
maas-classify predict -m m.maas --jsonl set/light/ramp.jpg | cut -d , -f 1,2
maas-classify evaluate -m m.maas --json set | tr ',' '\n' | grep -E '^.?"(n|accuracy)"'
echo '# the same bytes for any -j, and whatever the order of the directory'
mkdir -p other/light other/dark
for f in set/*/*; do cp "$f" "other${f#set}"; done
for k in logistic mlp; do
	maas-train $k -q -j 1 --size 4x4 -o 1.maas set
	maas-train $k -q -j 3 --size 4x4 -o 3.maas other
	cmp 1.maas 3.maas
done
maas-model card 1.maas | grep -q "$(find set -type f | LC_ALL=C sort | xargs cat | sha256sum | cut -c 1-64)" && echo "the card's digest is of all files"
echo '# labels by name, or by a file'
cp "$P/gray.png" one/a1.png; cp "$P/turned.png" one/a2.png; cp "$P/alpha.png" one/b1.png; cp "$P/palette.png" one/b2.png
maas-train logistic -q --label-from '^([ab])' --size 3x3 -o n.maas one
printf 'a\na\nb\nb\n' >labels
maas-train logistic -q --labels labels --size 3x3 -o l.maas one
for m in n l; do maas-classify predict -m $m.maas --proba one >$m.out; done; cmp n.out l.out
maas-train logistic --size 3x3 -o x.maas one 2>&1; echo "exit $?"
echo '# the first picture says the size, the colours are asked for'
maas-train logistic -q --label-from '^([ab])' -o g.maas one
maas-train logistic -q --label-from '^([ab])' --colour rgb -o c.maas one
for m in g c; do maas-model tensors $m.maas | grep coef; done
maas-classify explain -m c.maas --top 2 one/b1.png | cut -f 2,4
maas-classify explain -m c.maas --saliency s.svg one/b1.png | head -n 1
grep -c '<rect' s.svg >/dev/null && echo drawn
echo '# sounds'
mkdir sounds
cp "$P/eight.wav" sounds/low_1.wav; cp "$P/tone.flac" sounds/tone_1.flac; cp "$P/tone.ogg" sounds/tone_2.ogg
cp "$P/stereo.wav" sounds/low_2.wav
maas-train logistic --label-from '^([a-z]+)_' --seconds 0.1 --mels 8 -o s.maas sounds 2>&1
maas-classify predict -m s.maas --append sounds | cut -f 1,2
maas-classify explain -m s.maas --top 1 sounds/low_1.wav | cut -f 2,4
maas-classify predict -m s.maas --append - <sounds/tone_2.ogg | cut -f 1,2
echo '# a model of an IDX file takes pictures: of its size they are the same rows'
# shellcheck disable=SC2059 # octal escapes
idx() { printf '\000\000\010\003\000\000\000\002\000\000\000\005\000\000\000\007'; printf "$(awk '
	/^scale (gray|colour).png 1 5 7$/ || $0 == "decode gray.png 5 7 1" { getline; for (i = 1; i <= NF; i++) printf "\\%03o", $i }' "$P/golden")"; }
idx >two.idx
awk '/^decode gray.png/ { getline; for (i = NF; i; i--) printf "\\%03o", $i }' "$P/golden" >upside
# shellcheck disable=SC2059
{ head -c 16 two.idx; tail -c +17 two.idx | head -c 35; printf "$(cat upside)"; } >both.idx
printf 'up\ndown\n' >updown
maas-train logistic -q --labels updown -o i.maas both.idx
maas-classify predict -m i.maas --rows 1 both.idx >want; maas-classify predict -m i.maas "$P/gray.png" | cmp - want && echo same
maas-classify predict -m i.maas "$P/ramp.jpg" | cut -f 1 | grep -cE 'up|down'
echo '# components'
maas-pca fit -n 2 --size 3x3 -o p.maas one 2>&1 | tail -n 1
maas-pca fit -n 2 -o p.maas one && maas-pca transform -m p.maas one | wc -l
maas-model verify p.maas
echo '# what is damaged is one row without an answer'
head -c 60 "$P/gray.png" >set/dark/cut.png
echo 'no picture' >set/dark/text.jpg
maas-classify predict -m m.maas --append set 2>&1 | cut -f 1,2; maas-classify predict -m m.maas set >/dev/null 2>&1; echo "exit $?"
maas-train logistic -o x.maas set 2>&1; echo "exit $?"
rm set/dark/cut.png set/dark/text.jpg
echo '# a name of two lines is one'
mkdir odd; cp "$P/gray.png" "odd/two
lines.png"
maas-classify predict -m m.maas --append odd | cut -f 1,2
maas-classify predict -m m.maas --jsonl odd | cut -d , -f 1,2
maas-classify evaluate -m m.maas --label-from '(two)' --errors e.tsv odd >/dev/null 2>&1; tail -n 1 e.tsv | cut -f 1,2,4
echo '# what does not fit'
maas-classify predict -m m.maas sounds 2>&1; echo "exit $?"
maas-classify predict -m s.maas set 2>&1; echo "exit $?"
maas-train logistic -o x.maas set sounds 2>&1; echo "exit $?"
printf '1,2,x\n2,1,y\n' >n.csv
maas-train logistic -q -o t.maas n.csv
maas-classify predict -m t.maas one/a1.png 2>&1; echo "exit $?"
maas-classify predict -m t.maas set 2>&1; echo "exit $?"
maas-classify predict -m m.maas n.csv 2>&1 | head -n 1
maas-train logistic --label x -o x.maas set 2>&1; echo "exit $?"
maas-train logistic --size 28 -o x.maas set 2>&1; echo "exit $?"
maas-train logistic --seconds 0.1 --mels 200 --label-from '(.)' -o x.maas sounds 2>&1; echo "exit $?"
maas-train logistic -o x.maas set/dark/gray.png --format csv 2>&1 | head -n 1
maas-train logistic --label-from '^([a-z]+)' --format picture -o x.maas n.csv 2>&1; echo "exit $?"
