# Networks read words, characters, and characters with the pairs they begin; vectors of a file; what words become.
cp "$DATA/example/train.tsv" "$DATA/example/test.tsv" .
# Chinese, of which no blank parts the words: what a text is about is said by pairs of characters, of which each stands in texts of the other label, too.
awk 'BEGIN {
	split("天气 气球 今天 明天 下雨 雨天 大风 风雪", a, " "); split("球赛 赛车 足球 大球 车票 比赛 明星 星球", b, " ")
	for (i = 0; i < 160; i++) {
		k = i * 7919 % 101
		print (i % 2 ? a[1 + k % 8] "和" a[1 + (k + i) % 8] : b[1 + k % 8] "和" b[1 + (k + i) % 8]) "，" 2000 + k % 3 "年\t" (i % 2 ? "weather" : "sport")
	} }' >zh.tsv
tiny='--embed 16 --hidden 16 --lr 0.01 --pool max --bidirectional'
for how in token word char cjk; do
	maas-train lstm -q $tiny --analyzer $how --epochs 8 --val test.tsv --json -o en-$how.maas train.tsv |
		jq -c "[\"$how\", .val_rows, .val_accuracy > .baseline + 0.2]"
	maas-train gru -q $tiny --analyzer $how --epochs 6 --val-split 0.2 --json -o zh-$how.maas zh.tsv |
		jq -c "[\"$how\", .val_rows, .val_accuracy > 0.9]"
	maas-model verify en-$how.maas zh-$how.maas
done
# Where nothing is said, words; characters and pairs where a text parts no words; a tokeniser where one is said.
maas-train gru -q $tiny --epochs 6 -o zh.maas zh.tsv && maas-model info zh.maas | grep -e analyzer -e vocab
maas-train gru -q $tiny --epochs 6 --analyzer cjk --min-df 2 -o zh2.maas zh.tsv && maas-model diff zh.maas zh2.maas
maas-train gru -q $tiny --epochs 1 --tokenizer "$DATA/tokenizer.json" -o t.maas train.tsv && maas-model info t.maas | grep analyzer
maas-train lstm -q $tiny --epochs 1 -o w.maas train.tsv && maas-model info w.maas | grep -e analyzer -e min
maas-model tensors w.maas | grep lexicon
# Answers: the same for any number of threads, by lines or by blocks; pieces are what was read.
for j in 1 3; do maas-train lstm -q -j $j $tiny --epochs 2 --augment drop=0.2 -o $j.maas zh.tsv; done
cmp 1.maas 3.maas
cut -f 1 zh.tsv >texts && maas-classify predict -m zh.maas -j 1 texts >all && maas-classify predict -m zh.maas -j 3 texts | cmp - all
sed -n 7p texts | maas-classify predict -m zh.maas >one && sed -n 7p all | cmp - one
for how in gradient occlusion; do
	echo '明天下雨 OK，2001年' | maas-classify explain -m zh.maas --method $how | cut -f 4 | sort | tr '\n' ' '; echo
done
echo "The driver's bicycle, nowhere!" | maas-classify explain -m en-word.maas --method gradient | cut -f 4 | sort | tr '\n' ' '; echo
printf '\n \n\357\273\277\377\376\nxylotomous\n' | maas-classify predict -m zh.maas --format text | wc -l
# Begun with, killed and gone on with, folds and trials: words go along.
maas-train gru -q --init-from zh.maas --epochs 1 -o more.maas zh.tsv && maas-model diff zh.maas more.maas | cut -f 1 | sort | uniq -c | sed 's/^ *//'
run() { maas-train lstm -q $tiny --epochs 2 "$@" zh.tsv; }
run -o whole.maas
n=0
until [ -f whole ] || [ $((n += 1)) -gt 60 ]; do
	run --checkpoint ck --checkpoint-every 4 --max-time 0.001s --json -o cut.maas | grep -q '"done":true' && : >whole
done
cmp whole.maas cut.maas && echo "same, $((n > 2))"
run --cv 3 --json -o cv.maas | jq '.cv_accuracy > 0.5'
maas-train lstm -q $tiny --epochs 2 --search grid --try analyzer=char,cjk --val-split 0.2 --json -o s.maas zh.tsv | jq '.done'
# Vectors of a file: as word2vec, GloVe and fastText write them.
printf '3 16\n' >v.vec
awk 'BEGIN { split("The the bicycle nowhere", w, " "); for (i = 1; i <= 4; i++) { printf "%s", w[i]; for (k = 1; k <= 16; k++) printf " %s", i + k / 32; printf " \n" }; printf ". . ."; for (k = 1; k <= 16; k++) printf " 1e-1"; print "" }' | tee g.vec >>v.vec
gzip -k v.vec
for f in v.vec g.vec v.vec.gz; do
	maas-train lstm --hidden 4 --embeddings $f --freeze 'embedding.*' --epochs 1 -o $f.maas train.tsv 2>&1 | grep embeddings
	cmp v.vec.maas $f.maas
done
maas-model info v.vec.maas | grep embed
maas-model neighbors v.vec.maas THE -n 1
bad() { printf "$1" >bad.vec; shift; maas-train lstm -q --embeddings bad.vec --epochs 1 -o no.maas "$@" train.tsv 2>&1 | grep -v ^usage; }
bad 'a 1 2\nthe 1 2 3\n'
bad 'a 1 2\nnowhere 1\n'
bad 'a 1 2\nthe 1 x\n'
bad 'a 1 2\nthe 1 1e99\n'
bad 'a 1 2\nnowhere 1 nan\n'
bad '3 2\n'
bad '3 0\na\n'
bad 'a 1 2\n' --embed 3
bad 'a 1 2\n' --analyzer token
bad 'a 1 2\n' --init-from w.maas
maas-train mlp --embeddings v.vec -o no.maas train.tsv 2>&1 | head -n 1
maas-train gpt --task class --embeddings v.vec -o no.maas train.tsv
# What words have become; pieces of a tokeniser.
maas-model neighbors -n 2 en-word.maas THE bicycle | wc -l
maas-model neighbors --json -n 2 en-word.maas the | jq -c '[.word, (.neighbors | length), .neighbors[0].cosine >= .neighbors[1].cosine]'
maas-model neighbors --json -n 1000 en-word.maas the | jq '.neighbors | length'
maas-model neighbors -n 1 t.maas the | wc -l
maas-model neighbors en-word.maas the xylotomous; echo $?
maas-train logistic -q -o l.maas train.tsv; maas-model neighbors l.maas the; echo $?
maas-model neighbors en-word.maas 2>&1; echo $?
maas-model neighbors en-word.maas the >/dev/full; echo $?
# Columns that are not read are named; what is refused.
printf 'age,note,price,kind\n1,good thing here,5,a\n2,bad thing here,6,b\n3,good thing,5,a\n4,bad thing,6,b\n' >c.csv
maas-train lstm --label kind --text note --drop price --epochs 1 -o c.maas c.csv 2>&1 | head -n 1
t() { maas-train lstm -q $tiny --epochs 1 -o no.maas "$@" train.tsv 2>&1 | grep -v ^usage; }
t --analyzer word --tokenizer "$DATA/tokenizer.json"
t --tokenizer "$DATA/tokenizer.json" --min-df 3
t --init-from w.maas --analyzer char
t --init-from w.maas --tokenizer "$DATA/tokenizer.json"
t --min-df 1000
t --min-df many
t --vocab 3
t --analyzer syllable
