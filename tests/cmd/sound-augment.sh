# Sounds changed as they are learnt from: faster and slower, with noise; the same for any team, stopped or not.
P=$DATA/media
mkdir set
cp "$P/eight.wav" set/low_1.wav; cp "$P/stereo.wav" set/low_2.wav; cp "$P/tone.flac" set/tone_1.flac; cp "$P/tone.ogg" set/tone_2.ogg
maas-train logistic -q --label-from '^([a-z]+)_' -o probe.maas set 2>&1 | grep -q 'built without' && { echo 'built without libsndfile'; exit 77; }
train() { maas-train "$@" -q --label-from '^([a-z]+)_' --seconds 0.3 --mels 8 --epochs 6 --batch-size 2 set; }
for k in cnn lstm mlp; do
	train $k -j 1 --augment speed=0.2,noise=0.01 -o a.maas
	train $k -j 3 --augment speed=0.2,noise=0.01 -o b.maas
	cmp a.maas b.maas && echo "$k: the same for any team"
	for how in speed=0.2 noise=0.01; do
		train $k --augment $how -o c.maas
		cmp -s a.maas c.maas && echo "$how alone is the same"
	done
	train $k -o plain.maas
	cmp -s a.maas plain.maas && echo 'nothing was changed'
	maas-model verify a.maas
done
echo '# so little that 16 bits do not show it'
train mlp --augment noise=0.000001 -o c.maas
for m in c plain; do maas-classify predict -m $m.maas set | cut -f 1 | tr '\n' ' '; done; echo
echo '# it goes on from a checkpoint, and only as it began'
train lstm --augment speed=0.2,noise=0.01 -o a.maas
train lstm --augment speed=0.2,noise=0.01 --checkpoint c --checkpoint-every 3 -o b.maas
rm -f c/step-12.ckpt
train lstm --augment speed=0.2,noise=0.01 --checkpoint c --checkpoint-every 3 -o d.maas
cmp a.maas b.maas && cmp a.maas d.maas && echo same
train lstm --augment speed=0.1 --checkpoint c -o d.maas >/dev/null 2>&1; echo "exit $?"
echo '# a column of a table; what is held out stays as it is'
printf 'voice,label\nset/low_1.wav,low\nset/tone_1.flac,tone\nset/low_2.wav,low\nset/tone_2.ogg,tone\n' >t.csv
maas-train gru -q --sound voice --seconds 0.3 --mels 8 --augment speed=0.1 --val t.csv -o t.maas t.csv && maas-model verify t.maas
echo '# misuse'
maas-train cnn --label-from '^([a-z]+)_' --augment speed=0.9 -o x.maas set 2>&1; echo "exit $?"
maas-train cnn --label-from '^([a-z]+)_' --augment noise=0 -o x.maas set 2>&1; echo "exit $?"
maas-train cnn --label-from '^([a-z]+)_' --augment shift=2 -o x.maas set 2>&1; echo "exit $?"
printf 'a\nb\n' >labels
maas-train cnn --labels labels --augment speed=0.1 -o x.maas "$P/gray.png" "$P/turned.png" 2>&1; echo "exit $?"
