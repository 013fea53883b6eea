# Sounds as sequences of frames for networks that read: as long as they are heard, whatever the silence behind them.
P=$DATA/media
mkdir set
cp "$P/eight.wav" set/low_1.wav; cp "$P/stereo.wav" set/low_2.wav; cp "$P/tone.flac" set/tone_1.flac; cp "$P/tone.ogg" set/tone_2.ogg
maas-train logistic -q --label-from '^([a-z]+)_' -o probe.maas set 2>&1 | grep -q 'built without' && { echo 'built without libsndfile'; exit 77; }
for k in rnn lstm gru encoder; do
	maas-train $k --help >/dev/null 2>&1 || continue
	maas-train $k -j 1 --label-from '^([a-z]+)_' --seconds 0.3 --mels 8 --embed 16 -o 1.maas set 2>&1
	maas-train $k -q -j 3 --label-from '^([a-z]+)_' --seconds 0.3 --mels 8 --embed 16 -o 3.maas set
	cmp 1.maas 3.maas
	maas-classify predict -m 1.maas --append set | cut -f 1,2
	maas-model verify 1.maas
done
echo '# one layer in place of the table; as many frames as the sound may have'
maas-train lstm -q --label-from '^([a-z]+)_' --seconds 0.3 --mels 8 --sample-rate 8000 --embed 4 --hidden 6 --bidirectional --pool max -o m.maas set
maas-model tensors m.maas | grep embedding
maas-model info m.maas | grep -E '^(context|vocab|embed)'
echo '# the same alone and among others, and told why'
maas-classify predict -m m.maas set >want
for f in set/*; do maas-classify predict -m m.maas "$f"; done | cmp - want && echo same
for how in gradient occlusion; do
	maas-classify explain -m m.maas --method $how --top 100000 set/tone_1.flac | tail -n +2 |
		awk -F '\t' '{ sum += $6; logit = $3 } END { d = sum - logit; print (d < 1e-4 && d > -1e-4) ? "it sums to the logit" : d }'
done
maas-classify explain -m m.maas --method attention set 2>&1; echo "exit $?"
maas-train gru -q --label-from '^([a-z]+)_' --seconds 0.3 --mels 8 --embed 4 --hidden 6 --pool attention -o at.maas set
maas-classify explain -m at.maas --method attention set/tone_1.flac | awk -F '\t' 'NR > 1 { sum += $6; n++; rest = $4 ~ /^[(]/ ? $6 : rest }
	END { d = sum - 1; print n - 1 " frames,", (d < 1e-6 && d > -1e-6) ? "together 1," : d, "rest " rest }'
maas-classify explain -m at.maas --method attention --jsonl set/tone_1.flac | jq -r '.contributions | map(.feature) | sort_by(split("-")[0] | tonumber) | .[0, 1, -1]'
maas-classify explain -m at.maas --method attention --saliency a.svg --html a.html set/tone_1.flac >/dev/null; grep -c '<img' a.html
maas-classify explain -m m.maas --saliency s.svg set/tone_1.flac | wc -l
echo '# silence behind a sound is not heard: the same file, longer'
{ printf 'RIFF\000\000\000\000WAVEfmt \020\000\000\000\001\000\001\000\100\037\000\000\200\076\000\000\002\000\020\000data\377\377\377\377'
	awk 'BEGIN { for (i = 0; i < 800; i++) printf "%c%c", 1 + i * 37 % 120, 1 + i * i % 60 }'; } >short.wav
{ cat short.wav; head -c 1600 /dev/zero; } >long.wav
maas-classify predict -m m.maas short.wav long.wav | uniq | wc -l
echo '# columns of a table, pictures of one channel, IDX; numbers; what is held out; a stop that is gone on from'
printf 'voice,label\nset/low_1.wav,low\nset/tone_1.flac,tone\nset/low_2.wav,low\nset/tone_2.ogg,tone\n' >t.csv
maas-train lstm -q --sound voice --seconds 0.3 --mels 8 --embed 4 --hidden 6 --bidirectional --pool max -o t.maas t.csv
maas-classify predict -m t.maas t.csv | cut -f 1 | tr '\n' ' '; echo
printf 'a\nb\na\nb\n' >labels
maas-train gru --labels labels --size 6x5 -o p.maas "$P/gray.png" "$P/turned.png" "$P/deep.png" "$P/bits.png" 2>&1
maas-train encoder -q --heads 2 --embed 8 --labels labels --size 6x5 -o e.maas "$P/gray.png" "$P/turned.png" "$P/deep.png" "$P/bits.png"
maas-classify explain -m e.maas --method attention "$P/gray.png" | cut -f 4 | sort
maas-train gru --labels labels --colour rgb --size 6x5 -o x.maas "$P/gray.png" "$P/turned.png" "$P/deep.png" "$P/bits.png" 2>&1; echo "exit $?"
printf '1\n2\n3\n4.5\n' >values
maas-train lstm --task regress --labels values --seconds 0.3 --mels 8 --val-split 0.25 -o v.maas set 2>&1 | sed 's/train_loss.*//'
maas-train lstm -q --label-from '^([a-z]+)_' --seconds 0.3 --mels 8 --epochs 6 --batch-size 2 -o whole.maas set
maas-train lstm -q --label-from '^([a-z]+)_' --seconds 0.3 --mels 8 --epochs 6 --batch-size 2 --checkpoint c --checkpoint-every 3 -o a.maas set
rm c/step-12.ckpt 2>/dev/null; maas-train lstm -q --label-from '^([a-z]+)_' --seconds 0.3 --mels 8 --epochs 6 --batch-size 2 --checkpoint c --checkpoint-every 3 -o b.maas set
cmp whole.maas a.maas; cmp a.maas b.maas && echo same
echo '# what is told of texts is refused, and nothing is looked up'
for how in '--analyzer word' '--tokenizer t.json' '--embeddings v.vec' '--max-features 9'; do
	maas-train lstm $how --label-from '^([a-z]+)_' -o no.maas set 2>&1; echo "exit $?"
done
maas-train cnn --embeddings v.vec --label-from '^([a-z]+)_' -o no.maas set 2>&1
maas-model neighbors m.maas low 2>&1; echo "exit $?"
