# Lines to ids and back, in every form; what comes in comes out again, byte for byte.
t=$DATA/tokenizer.json
printf 'The bicycle bell\n\nis broken.' >text
maas-tokenize encode -m "$t" text
echo "= whole"
maas-tokenize encode -m "$t" --whole text
printf '' | maas-tokenize encode -m "$t" --whole
maas-tokenize encode -m "$t" --whole text /dev/null text
echo "= pieces, added tokens"
maas-tokenize encode -m "$t" --pieces --add-bos --add-eos text
printf '' | maas-tokenize encode -m "$t" --whole --add-eos
printf 'a<|endoftext|>b\n' | maas-tokenize encode -m "$t" --pieces
printf 'a<|endoftext|>b\n' | maas-tokenize encode -m "$t" --pieces --parse-special
echo "= JSON lines"
printf '{"id":7,"text":"bell","more":[1.50]}\n{"text":"","ids":"old"}\n' | maas-tokenize encode -m "$t" --jsonl
printf 'bell\n{"text":1}\n' | maas-tokenize encode -m "$t" --jsonl
printf '{"text":1}\n' | maas-tokenize encode -m "$t" --jsonl --format text
printf '{"q":"bell"}\n' | maas-tokenize encode -m "$t" --jsonl --text q --add-bos
maas-tokenize encode -m "$t" --jsonl --whole text
echo "= back"
maas-tokenize encode -m "$t" text | maas-tokenize decode -m "$t"
maas-tokenize encode -m "$t" --whole text | maas-tokenize decode --whole -m "$t" | cmp - text && echo same
printf '0 %s 0\n' "$(printf bell | maas-tokenize encode -m "$t")" | maas-tokenize decode -m "$t"
printf '0 %s 0\n' "$(printf bell | maas-tokenize encode -m "$t")" | maas-tokenize decode -m "$t" --skip-special
printf '{"id":7,"text":"bell"}\n' | maas-tokenize encode -m "$t" --jsonl | maas-tokenize decode -m "$t"
printf '\377\n' | maas-tokenize encode -m "$t" --jsonl | maas-tokenize decode -m "$t"
echo "= any bytes"
printf 'nul\0cr\r\n\357\273\277mark\377\376\303\n\n  \t\r\n\360\237\246' >odd
maas-tokenize encode -m "$t" odd | maas-tokenize decode -m "$t" >back
{ cat odd; echo; } | cmp - back && echo same
maas-tokenize encode -m "$t" --whole odd | maas-tokenize decode -m "$t" --whole | cmp - odd && echo same
maas-tokenize encode -m "$t" --whole --bin - odd | maas-tokenize decode -m "$t" | cmp - odd && echo same
echo "= a token file is the same in a pipe"
maas-tokenize encode -m "$t" --whole --bin x.bin odd text
maas-tokenize encode -m "$t" --whole --bin - odd text | cmp - x.bin && echo same
cat odd text >both
maas-tokenize decode -m "$t" x.bin | cmp - both && echo same
echo "= answered one by one"
mkfifo in out
maas-tokenize encode -m "$t" --line-buffered <in >out &
exec 3>in 4<out
for w in bell lamp; do echo $w >&3; read -r ids <&4; echo "$ids"; done
exec 3>&-
wait
