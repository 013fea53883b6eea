# With --line-buffered each prompt is answered before the next is read: nobody waits for ever.
maas-tokenize train -q -n 400 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
mkfifo ask answer
maas-generate -j 1 -m m.maas -n 4 --ids --line-buffered <ask >answer &
exec 3>ask 4<answer
for p in 'The king' '' 'the day'; do
	echo "$p" >&3
	read -r line <&4
	echo "$line"
done
exec 3>&-
wait $! && echo "done"
