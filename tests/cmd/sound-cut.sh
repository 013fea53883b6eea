# Sounds that end before their header says stay rows, and are warned of: each file once, the first few by name.
# shellcheck disable=SC2069 # answers aside, what is told is looked at
P=$DATA/media
mkdir f set
cp "$P/eight.wav" "$P/tone.flac" "$P/tone.ogg" f
maas-train logistic -q --labels /dev/null -o probe.maas f/eight.wav 2>&1 | grep -q 'built without' && { echo 'built without libsndfile'; exit 77; }
printf 'voice,label\nf/eight.wav,yes\nf/tone.flac,no\nf/tone.ogg,no\n' >good.csv
maas-train logistic -q --sound voice --seconds 0.5 --mels 8 -o m.maas good.csv
maas-train logistic -q --sound voice --seconds 0.025 --mels 8 -o short.maas good.csv
echo '# a WAV, FLAC whose header promises more, Ogg whose last page is not whole'
head -c 500 "$P/eight.wav" >f/cut.wav
{ head -c 22 "$P/tone.flac"; printf '\000\000\014\200'; tail -c +27 "$P/tone.flac"; } >f/cut.flac
{ cat "$P/tone.ogg"; head -c 2800 "$P/tone.ogg"; } >f/cut.ogg
printf 'voice,label\nf/cut.wav,yes\nf/cut.flac,no\nf/cut.wav,yes\nf/cut.ogg,no\nf/eight.wav,yes\n' >bad.csv
maas-classify predict -m m.maas bad.csv 2>&1 >out; echo "exit $? $(grep -c . out) answers"
maas-classify predict -q -m m.maas bad.csv 2>&1 >out
maas-train logistic --sound voice --seconds 0.5 --mels 8 -o x.maas bad.csv 2>&1 | grep cut
maas-train logistic --check --sound voice --seconds 0.5 bad.csv 2>&1 | grep cut
maas-classify predict -m m.maas f/cut.wav 2>&1 >out
echo '# nothing is told where as much is there as is heard'
maas-classify predict -m short.maas f/cut.wav 2>&1 >out; echo "exit $?"
echo '# components of sounds'
maas-pca fit -n 1 --seconds 0.05 --mels 8 -o p.maas f/eight.wav f/tone.flac 2>&1 | grep cut
maas-pca fit -n 1 --seconds 0.5 --mels 8 -o p.maas f/cut.wav f/tone.flac 2>&1 | grep cut
echo '# the first few are named'
for i in 1 2 3 4 5 6 7; do cp f/cut.wav set/$i.wav; done
maas-classify predict -m m.maas set 2>&1 >out
echo '# written to a pipe: how much there is was not known'
{ head -c 40 "$P/eight.wav"; printf '\377\377\377\377'; tail -c +45 "$P/eight.wav"; } >f/pipe.wav
maas-classify predict -m m.maas f/pipe.wav 2>&1 >out; echo "exit $?"
echo '# a rate of 0'
{ head -c 24 "$P/eight.wav"; printf '\000\000\000\000'; tail -c +29 "$P/eight.wav"; } >f/zero.wav
maas-classify predict -m m.maas f/zero.wav 2>&1 >out; echo "exit $?"
