# What is sent is nowhere when it is answered: not in the state, the log or another file, nor in the server's memory,
# which is what a core image would show; searched for as text and as token ids.
. "$TOP/tests/serve.sh"
WORD=qzxvmarkerword SHORT=xqzvkwyjfhpd # the second is three tokens: a word that a cache would keep
{ cat "$DATA/example/corpus.txt"; for _ in 1 2 3 4 5 6 7 8 9; do echo "xqzvkw yjfhpd xqzvkw ayjfhpd"; done; } >corpus.txt
maas-tokenize train -q -n 400 -o tok.json corpus.txt
printf ' %s' $SHORT | maas-tokenize encode -m tok.json | wc -w
"$BIN/tool/make_gpt" m.maas tok.json context=256
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
IDS=$(printf %s $WORD | maas-tokenize encode -m tok.json) || exit 1
# hold TEXT...: how often the server's memory has it
hold() { "$BIN/tool/memory_find" "$server" "$IDS" "$@" 2>where; }
hidden() { [ "$(hold $WORD $SHORT)" = "text 0
ids 0" ]; }
# clean WHAT: nothing of it is left, soon
clean() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do if hidden; then echo "$1: nothing"; return; fi; sleep 0.1; done
	echo "$1: still there"; cat where
}
serve -m m.maas -m topics.maas --log log
hold delivery >found || { echo "this process may not look into another"; exit 77; }
grep -q 'text 0' found && echo "what is there is not found"
clean before
text="an $WORD and $SHORT here"
go() { what=$1; path=$2; body=$3; shift 3; post "$path" "$body" -o answer "$@" -w "$what %{http_code}\n"; clean "$what"; }
go tokenize /v1/models/m/tokenize "{\"content\":\"$text\"}"
go detokenize /v1/models/m/detokenize "$(jq -c '{tokens}' answer)"
grep -c $WORD answer
go predict /v1/models/topics/predict "{\"text\":[\"$text\",\"another\"]}"
go explain /v1/models/topics/explain "{\"text\":\"$text\"}"
go completion /v1/completions "{\"model\":\"m\",\"prompt\":\"$text\",\"max_tokens\":3,\"echo\":true}"
grep -c $WORD answer
go stream /v1/completions "{\"model\":\"m\",\"prompt\":\"$text\",\"max_tokens\":3,\"echo\":true,\"logprobs\":2,\"stream\":true,\"stop\":\"$WORD.\"}"
long="$text $text $text $text $text"
go 'a prompt of many blocks' /v1/completions "{\"model\":\"m\",\"prompt\":\"$long\",\"max_tokens\":3}"
jq .usage.prompt_tokens answer
go embeddings /v1/embeddings "{\"model\":\"m\",\"input\":[\"$text\",\"$long\"]}"
go V2 /v2/models/topics/infer "{\"inputs\":[{\"name\":\"text\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"$text\"]}]}"
go CSV /v1/models/topics/predict "text
$text
another" -H 'Content-Type: text/csv'
go 'CSV explained' /v1/models/topics/explain "text
$text" -H 'Content-Type: text/csv'
go 'broken JSON' /v1/models/topics/predict "{\"text\":\"$text"
go 'an unknown member' /v1/models/topics/predict "{\"$WORD\":\"$SHORT\"}"
go 'an unknown model' "/v1/models/$WORD/predict?q=$SHORT" '{"text":"x"}'
go 'a header' /v1/models/topics/predict '{"text":"x"}' -H "X-Word: $text"
go 'a wrong invite' /v1/register "{\"invite\":\"$WORD\",\"name\":\"$SHORT\"}"
own=$KEY; KEY=maas_aaaaaaaa_$WORD; go 'a wrong key' /v1/completions "{\"model\":\"m\",\"prompt\":\"$text\"}"; KEY=$own
awk -v t="$text" 'BEGIN { printf "{\"text\":\""; for (i = 0; i < 20000; i++) printf "%s ", t; printf "\"}" }' >large
go 'a large text' /v1/models/topics/predict @large
go 'a large text to tokens' /v1/models/m/tokenize "{\"content\":$(jq -c .text large | cut -c 1-60000)\"}"
# a client that stays connected, and one that leaves in the middle of its answer
cat >stay.py <<'END'
import os, socket, sys, time
s = socket.socket(socket.AF_UNIX); s.connect('s')
body = '{"text":"%s"}' % sys.argv[2]
s.sendall(('POST /v1/models/topics/predict?%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nX-Word: %s\r\n'
           'Content-Length: %d\r\n\r\n%s' % (sys.argv[2][3:17], sys.argv[1], sys.argv[2], len(body), body)).encode())
print(s.recv(4096).split(b'\r\n')[0].decode(), file=open('stayed.part', 'w')); os.rename('stayed.part', 'stayed')
while not os.path.exists('leave'): time.sleep(0.05)
END
python3 stay.py "$KEY" "$text" & stays=$!
await test -s stayed; cat stayed; clean 'a connection that stays'; touch leave; wait $stays
ask -o answer --max-time 0.3 -d "{\"model\":\"m\",\"prompt\":\"$text\",\"max_tokens\":60,\"n\":8,\"ignore_eos\":true,\"stream\":true}" http://localhost/v1/completions 2>left
clean 'a client that left'
# files: those of the state and the log, and those that are open without a name
sleep 1.1; grep -rl -e $WORD -e $SHORT state log
find /proc/"$server"/fd -lname '*(deleted)' | wc -l
end
grep -rl -e $WORD -e $SHORT state log
maas-serve audit --state state | grep -c -e $WORD -e $SHORT
:
