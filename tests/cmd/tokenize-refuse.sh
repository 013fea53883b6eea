# What is wrong is said in one line, with the right exit status.
t=$DATA/tokenizer.json
try() { "$@"; echo "= $?"; }
try maas-tokenize
try maas-tokenize encode </dev/null
try maas-tokenize encode -m "$t" --pieces --jsonl </dev/null
try maas-tokenize encode -m none.json </dev/null
try maas-tokenize encode -m "$t" none.txt
try maas-tokenize encode -m "$t" .
mkdir empty
try maas-tokenize info -m empty
echo text >text
try maas-tokenize info -m text
printf '{"model":{}' >bad.json
try maas-tokenize info -m bad.json
try maas-tokenize info
try maas-tokenize info -m "$t" text
echo "= ids"
printf '12 13\n12 300 13\n' | try maas-tokenize decode -m "$t"
printf '12 -1\n' | try maas-tokenize decode -m "$t"
printf '12 x1\n' | try maas-tokenize decode -m "$t"
printf '99999999999999999999999\n' | try maas-tokenize decode -m "$t"
printf '{"ids":[1,2,300]}\n' | try maas-tokenize decode -m "$t"
printf '{"ids":[1,"2"]}\n' | try maas-tokenize decode -m "$t"
printf '{"x":1}\n' | try maas-tokenize decode -m "$t"
printf '{"text":"x"}\n{"text":\n' | try maas-tokenize encode --jsonl -m "$t"
printf '{"txt":"x"}\n' | try maas-tokenize encode --jsonl -m "$t"
echo "= token files"
maas-tokenize encode -m "$t" --bin x.bin text
head -c 40 x.bin >cut.bin
try maas-tokenize decode -m "$t" cut.bin
maas-tokenize train -q -n 258 -o other.json "$DATA/example/corpus.txt"
try maas-tokenize decode -m other.json x.bin
cp x.bin before.bin
try maas-tokenize encode -m "$t" --bin x.bin text none.txt
cmp x.bin before.bin && echo "the old one is left"
try maas-tokenize encode -m "$t" --bin none/x.bin text
echo "= no token for the end"
sed 's/<|endoftext|>/<|pad|>/' "$t" >pad.json
try maas-tokenize encode -m pad.json --add-eos text
echo "= full"
maas-tokenize encode -m "$t" text >/dev/full; echo "= $?"
maas-tokenize encode -m "$t" --whole --bin - text >/dev/full; echo "= $?"
maas-tokenize decode -m "$t" x.bin >/dev/full; echo "= $?"
maas-tokenize count -m "$t" text >/dev/full; echo "= $?"
maas-tokenize info -m "$t" >/dev/full; echo "= $?"
echo "= closed"
yes "The bicycle bell" | maas-tokenize encode -m "$t" 2>closed.err | head -n 1
cat closed.err
