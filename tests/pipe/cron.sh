# The crontab line of the README, started twice at once: one trains, one ends with 75, both are silent.
line=$(sed -n 's/^17 3 \* \* \*  //p' "$TOP/README.md")
[ "$line" = "$(sed -n 's/^17 3 \* \* \*  //p' "$TOP/data/cron/crontab")" ] && [ -n "$line" ] || { echo "README.md and data/cron/crontab differ"; exit 1; }
echo "$line" | grep -c -e '--lock [^ ]* .*--max-time' 
# A night of two seconds, more to learn than fits in it, and a network of a size for it.
line=$(echo "$line" | sed 's/50m/2s/; s/--epochs 20/--epochs 100000/; s/-o /--layers 1 --heads 1 --embed 16 --context 16 -o /')
HOME=$PWD; export HOME
mkdir news; cp "$DATA/example/corpus.txt" news
job() { sh -c "$line" >"$1.said" 2>&1; echo "exit $?" >"$1.exit"; }
job a & job b & wait
sort a.exit b.exit
cat a.said b.said
ls news/news.maas
# The next night goes on where the last one stopped.
ls news/run >first; job c; cat c.exit c.said; ls news/run >second; grep -vcFxf first second
