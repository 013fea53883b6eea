# How each token is chosen, for people and for programs.
maas-tokenize train -q -n 400 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
g() { maas-generate -j 1 -m m.maas "$@"; }
how="-n 3 --temperature 0.8 --top-k 5 --top-p 0.9 --repetition-penalty 1.3 --no-repeat-ngram-size 1"
# shellcheck disable=SC2086
g -p 'The king is here' $how >plain
# shellcheck disable=SC2086
g -p 'The king is here' $how --trace 2>trace | cmp - plain && echo "the text is the same"
sed 's/  "[^"]*"//' trace
g -p 'The king' -n 2 --trace --logprobs 1 2>&1 >text | sed 's/  "[^"]*"//'
# shellcheck disable=SC2086
g -p 'The king is here' $how --trace --jsonl --ids >t.json
jq -c '(.trace | map(.id)) == .ids' t.json
jq -c '.trace[0] | [.u, .left, (.candidates | length), .candidates[0]] | del(.[3].piece)' t.json
jq -c '.trace | map([.candidates[] | select(.q > 0)] | length)' t.json
printf '{"prompt":"a"}\n{"prompt":"b"}\n' | g --jsonl --trace --logprobs 2 -n 2 | jq -c '[(.trace | length), (.trace[1].candidates | length), (.logprobs | length)]'

echo "a terminal is not steered by what is said:"
said() { maas-generate -j 1 -m m.maas -p The -n 40 --temperature 3; }
said | tr -d '\n' | LC_ALL=C grep -c '[[:cntrl:]]'
TERM=xterm script -qec "maas-generate -j 1 -m m.maas -p The -n 40 --temperature 3" /dev/null | tr -d '\r\n' >shown
LC_ALL=C grep -c '[[:cntrl:]]' shown
TERM=xterm script -qec "maas-generate -j 1 -m m.maas -p The -n 2 --trace --logprobs 1 2>&1" /dev/null | tr -d '\r' | sed 's/  "[^"]*"//' | cat -v | head -n 2
