# A table whose columns name pictures and sounds, beside numbers, categories and texts.
P=$DATA/media
maas-train logistic -q -o probe.maas --labels /dev/null "$P/gray.png" 2>&1 | grep -q 'built without' && { echo 'built without libpng'; exit 77; }
mkdir -p d/f
cp "$P"/*.png "$P"/*.wav "$P"/*.flac "$P"/*.ogg d/f
cat >d/t.csv <<'END'
age,kind,photo,voice,note,label
3,a,f/gray.png,f/eight.wav,hello there,yes
4,b,f/turned.png,f/tone.flac,by by,no
5,a,f/deep.png,f/tone.ogg,hello you,yes
6,b,f/colour.png,f/stereo.wav,so long,no
END
echo '# all at once, seen from the folder of the table'
for k in logistic mlp; do
	maas-train $k --picture photo --sound voice --text note --size 4x4 --seconds 0.1 --mels 8 -o $k.maas d/t.csv 2>&1
	maas-classify predict -m $k.maas d/t.csv | cut -f 1 | tr '\n' ' '; echo
done
maas-classify evaluate -m logistic.maas --json d/t.csv | tr ',' '\n' | grep -E '^.?"(n|accuracy)"'
echo '# from a pipe they are seen from where the command runs; JSON lines name them by keys; columns come in any order'
maas-classify predict -m logistic.maas d/t.csv >want
(cd d && maas-classify predict -m ../logistic.maas - <t.csv) | cmp - want && echo same
(cd d && jq -R -c -s 'split("\n") | .[1:-1][] | split(",") | {voice: .[3], photo: .[2], note: .[4], kind: .[1], age: (.[0] | tonumber)}' t.csv |
	maas-classify predict -m ../logistic.maas --format jsonl -) | jq -r '[.label, .probability] | @tsv' | cmp - want && echo same
sed "s|f/|$PWD/d/f/|g" d/t.csv >whole.csv && maas-classify predict -m logistic.maas whole.csv | cmp - want && echo 'whole paths are the same'
echo '# features have the name of their column; columns are named by number where they have none'
maas-classify explain -m logistic.maas --top 100 d/t.csv | cut -f 4 | sed 's/[0-9][0-9]*/N/g' | sort -u
tail -n +2 d/t.csv | cut -d , -f 3,6 >d/bare.csv
maas-train logistic -q --picture 1 --label 2 --size 4x4 -o bare.maas d/bare.csv
maas-classify predict -m bare.maas --append d/bare.csv | cut -f 1,2
echo '# one column of pictures and nothing else: the model takes pictures as they are, too'
maas-classify predict -m bare.maas d/f/gray.png >a
maas-classify predict -m bare.maas --rows 1 d/bare.csv | cmp - a && echo same
maas-classify explain -m bare.maas --saliency s.svg d/f/gray.png | wc -l
echo '# a network that reads one thing of a row takes the text, else the picture, else the sound, and names what it leaves out'
for one in '--picture photo --sound voice --text note' '--picture photo --sound voice' '--sound voice'; do
	for k in cnn gru; do
		rm -f one.maas
		maas-train $k $one --size 8x8 --epochs 1 -o one.maas d/t.csv 2>&1 | grep -v '^maas-train: cnn:\|^maas-train: gru:'
		maas-classify predict -m one.maas d/t.csv | wc -l
	done
done
maas-train gpt --task class --picture photo --epochs 1 -o one.maas d/t.csv 2>&1 | head -n 1
echo '# other columns of files at prediction, components, a look at the data'
sed '1s/photo/picture/' d/t.csv >d/other.csv
maas-classify predict -m logistic.maas d/other.csv 2>&1; echo "exit $?"
maas-pca fit -n 2 --picture photo --size 4x4 --drop voice,note,kind --label label -o p.maas d/t.csv
maas-pca transform -m p.maas d/t.csv | wc -l
maas-train mlp --check --picture photo --sound voice --text note d/t.csv; echo "exit $?"
maas-model verify logistic.maas; maas-model verify p.maas
echo '# a file that is missing, damaged, of another sort, no file: one row without an answer'
cp d/t.csv d/bad.csv
mkfifo d/f/pipe.png
head -c 60 "$P/gray.png" >d/f/cut.png
printf '7,a,f/nope.png,f/eight.wav,x,yes\n7,a,f/cut.png,f/eight.wav,x,yes\n7,a,f/eight.wav,f/eight.wav,x,yes\n7,a,f/gray.png,f,x,yes\n7,a,f/pipe.png,f/eight.wav,x,yes\n7,a,,f/eight.wav,x,yes\n7,a,/dev/zero,f/eight.wav,x,yes\n' >>d/bad.csv
maas-classify predict -m logistic.maas d/bad.csv 2>&1 | cut -f 1; maas-classify predict -m logistic.maas d/bad.csv >out 2>err; echo "exit $? $(wc -l <out) lines"
maas-train logistic --picture photo --sound voice --text note -o x.maas d/bad.csv 2>&1; echo "exit $?"
echo '# misuse'
maas-train logistic --picture photo --text photo -o x.maas d/t.csv 2>&1; echo "exit $?"
maas-train logistic --picture face -o x.maas d/t.csv 2>&1; echo "exit $?"
maas-train logistic --picture voice -o x.maas d/t.csv 2>&1; echo "exit $?"
maas-train logistic --picture 1 --label-from '^(.)' -o x.maas d/f 2>&1; echo "exit $?"
printf 'photo,label\n,a\n,b\n' >d/none.csv
maas-train logistic --picture photo -o x.maas d/none.csv 2>&1; echo "exit $?"
