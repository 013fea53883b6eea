# Of a long sound no more is read than is heard: files of hours, by name, in a table, from a pipe.
P=$DATA/media
mkdir f big
cp "$P/eight.wav" "$P/tone.flac" "$P/tone.ogg" f
maas-train logistic -q --labels /dev/null -o probe.maas f/eight.wav 2>&1 | grep -q 'built without' && { echo 'built without libsndfile'; exit 77; }
printf 'voice,label\nf/eight.wav,yes\nf/tone.flac,no\nf/tone.ogg,no\n' >good.csv
maas-train logistic -q --sound voice --seconds 0.05 --mels 8 -o m.maas good.csv
maas-train logistic -q --sound voice --seconds 0.2 --mels 8 -o long.maas good.csv
# A WAV whose header says 2 GiB, and which has 700 MiB, of which the disk holds the first.
{ head -c 40 f/eight.wav; printf '\000\000\377\176'; tail -c +45 f/eight.wav; } >big/hours.wav
truncate -s 700M big/hours.wav
echo '# by name, and as what it begins with'
maas-classify predict --proba -m m.maas big/hours.wav >a; maas-classify predict --proba -m m.maas f/eight.wav >b
cmp a b && grep -c . a
echo '# in a table, where it is also the first'
printf 'voice,label\nbig/hours.wav,yes\nf/tone.flac,no\nf/tone.ogg,no\n' >big.csv
maas-classify predict --proba -m m.maas big.csv | head -n 2 | cmp - b
maas-train logistic -q --sound voice --seconds 0.05 --mels 8 -o n.maas big.csv
maas-classify predict --proba -m n.maas f/eight.wav | cmp - b
echo '# more of it is silence, which is heard'
maas-classify predict -m long.maas big/hours.wav | wc -l
echo '# from a pipe that never ends'
{ cat big/hours.wav; yes; } 2>/dev/null | maas-classify predict --proba -m m.maas - | cmp - a
echo '# a header behind 3 MiB of something else; the same without a sound behind it'
{ head -c 12 f/eight.wav; printf 'LIST\000\000\060\000'; head -c 3145728 /dev/zero; tail -c +13 f/eight.wav; } >big/tags.wav
maas-classify predict --proba -m m.maas big/tags.wav | cmp - a
{ head -c 12 f/eight.wav; printf 'LIST\000\000\060\000'; } >big/none.wav; truncate -s 300M big/none.wav
maas-classify predict -m m.maas big/none.wav; echo "exit $?"
echo '# not a sound at all, of 300 MiB'
printf 'voice,label\nbig/not.wav,yes\n' >not.csv; : >big/not.wav; truncate -s 300M big/not.wav
maas-classify predict -m m.maas not.csv; echo "exit $?"
