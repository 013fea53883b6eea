# Occlusion of pictures and sounds: a piece is a patch, left out by setting it to what the model takes for 0.
# shellcheck disable=SC2059
awk() { command awk -v OFMT=%.12g -v CONVFMT=%.12g "$@"; }
# Twelve pictures of 5 rows and 4 columns: a is bright above, b below.
picture() { awk -v r="$1" 'BEGIN { for (i = 0; i < 20; i++) printf "\\%03o", int((i < 10) == (r % 2) ? 150 + 7 * i + r : 3 * ((i * r) % 7)) }'; }
for r in 1 2 3 4 5 6 7 8 9 10 11 12; do picture $r; done >bytes
{ printf '\000\000\010\003\000\000\000\014\000\000\000\005\000\000\000\004'; printf "$(cat bytes)"; } >pictures.idx
for _ in 1 2 3 4 5 6; do printf 'a\nb\n'; done >labels
maas-train mlp -q --hidden 6 --epochs 40 --scale minmax --labels labels -o m.maas pictures.idx
maas-train logistic -q --scale minmax --labels labels -o linear.maas pictures.idx
echo '# pieces of one picture'
maas-classify explain -m m.maas --method occlusion --rows 1 pictures.idx | cut -f 2,4 | sort | head -n 4
maas-classify explain -m m.maas --method occlusion --rows 1 --patch 2 pictures.idx | cut -f 4 | sort
maas-classify explain -m m.maas --method occlusion --rows 1 --patch 100 pictures.idx | cut -f 4 | sort
echo '# a patch is what the network says without it: its bytes as the darkest of all pictures has them'
darkest() { tail -c +17 pictures.idx | od -An -v -tu1 -w20 | awk -v j="$1" 'NR == 1 || $j < least { least = $j } END { printf "\\%03o", least }'; }
covered() { # the first picture, rows 3-4 and columns 1-2 covered
	printf '\000\000\010\003\000\000\000\001\000\000\000\005\000\000\000\004'
	tail -c +17 pictures.idx | head -c 8; printf "$(darkest 9)$(darkest 10)"
	tail -c +27 pictures.idx | head -c 2; printf "$(darkest 13)$(darkest 14)"
	tail -c +31 pictures.idx | head -c 6
}
covered >covered.idx
maas-classify explain -m m.maas --method occlusion --patch 2 --rows 1 pictures.idx |
	awk -F '\t' '$4 == "rows 3-4, columns 1-2" { print $3 - $6 }' >told
maas-classify explain -m m.maas --method occlusion covered.idx | awk -F '\t' 'NR == 2 { print $3 }' | paste -d ' ' - told |
	awk '{ d = $1 - $2; print (d < 2e-6 && d > -2e-6) ? "as told" : $0 }'
echo '# of a linear model, a patch is the sum of its pixels; 1 is each by itself'
maas-classify explain -m linear.maas --method contribution --rows 2 pictures.idx | awk -F '\t' 'NR > 2 { print $4, $6 }' | sort >pixels
maas-classify explain -m linear.maas --method occlusion --rows 2 --patch 1 pictures.idx | awk -F '\t' 'NR > 2 {
	split($4, at, /[^0-9]+/); print "x" (at[2] - 1) * 4 + at[3], $6 }' | sort | join pixels - |
	awk '{ d = $2 - $3; n += d < 1e-8 && d > -1e-8 } END { print n " of " NR }'
maas-classify explain -m linear.maas --method occlusion --rows 2 --patch 3 pictures.idx | awk -F '\t' 'NR > 2 { sum += $6 } END { print sum }' >patches
awk '{ sum += $2 } END { print sum }' pixels | paste - patches | awk '{ d = $1 - $2; print (d < 1e-7 && d > -1e-7) ? "sums up" : $0 }'
echo '# drawn: each patch in one colour'
maas-classify explain -m m.maas --method occlusion --patch 2 --rows 1 --saliency s.svg pictures.idx >/dev/null
grep -c 'fill="#d73027"' s.svg
echo '# a sound: seconds and hertz'
maas-train mlp -q --hidden 4 --epochs 3 --scale minmax --seconds 0.2 --label-from '^(.)' -o sound.maas "$DATA/media/eight.wav" "$DATA/media/wide.wav" "$DATA/media/float.wav"
maas-classify explain -m sound.maas --method occlusion --top 3 "$DATA/media/float.wav" | cut -f 2,4
