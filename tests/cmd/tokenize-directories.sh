# Directories of transformers: what stands beside a vocabulary, and what is wrong in it; and ranks of tiktoken, known by their number.
from=$DATA/directories/gpt2-labels n=$(jq length "$DATA/directories/gpt2-labels/vocab.json")
pair() { rm -rf d; mkdir d; cp "$from/vocab.json" "$from/merges.txt" d; }
words() { rm -rf d; mkdir d; cp "$DATA/spm-bytes.model" d/tokenizer.model; }
say() { printf '%s\n' "$2" >"d/$1"; }
encode() { printf "$1" | maas-tokenize encode -m d --parse-special 2>&1; echo "= $?"; }
bad() { { maas-tokenize info -m d >out; } 2>&1; echo "= $?"; [ ! -s out ] || cat out; }

echo vocab.json and merges.txt:
pair; encode 'a !\n'
say tokenizer_config.json '{"add_bos_token":true,"bos_token":"<s>","eos_token":{"content":"</s>"},
	"added_tokens_decoder":{"'"$n"'":{"content":"<s>","special":true},"'$((n+1))'":{"content":"</s>","special":true}}}'
encode 'a !</s>\n'
maas-tokenize info -m d | grep -E 'special|bos|eos'
rm d/tokenizer_config.json; say special_tokens_map.json '{"unk_token":"!","eos_token":"\""}'
maas-tokenize info -m d | grep -E 'unk|eos'
printf '#version: 0.2\r\n%s\r\n\r\n' "$(sed -n 2p "$from/merges.txt")" >d/merges.txt; encode 'a !\n'

for text in '[]' '{' '{"add_prefix_space":true}' '{"added_tokens_decoder":{"x":{"content":"a"}}}' '{"added_tokens_decoder":{"7":5}}' \
	'{"added_tokens_decoder":{"-1":{"content":"a"}}}' '{"bos_token":5}' '{"unk_token":"nowhere"}'; do
	pair; say tokenizer_config.json "$text"; bad
done
pair; say special_tokens_map.json '[]'; bad
pair; say vocab.json '[]'; bad
pair; say vocab.json '{"a":0,"b":0}'; bad
pair; say vocab.json '{"a":"x"}'; bad
for line in one 'a nowhere' 'a a'; do pair; printf '#version: 0.2\n%s\n' "$line" >d/merges.txt; bad; done
pair; rm d/merges.txt; bad
pair; rm d/vocab.json d/merges.txt; bad
say tokenizer_config.json '{"tokenizer_class":"T5Tokenizer"}'; bad
rm d/tokenizer_config.json; say config.json '{"model_type":"bert"}'; bad

echo tokenizer.model:
words; encode 'a bell\n'
say tokenizer_config.json '{"add_bos_token":false,"add_eos_token":true}'; encode 'a bell\n'
say added_tokens.json '{"<pad>":400}'; encode 'a<pad>b\n'
for text in '[]' '{"<pad>":"x"}' '{"<pad>":-5}'; do words; say added_tokens.json "$text"; bad; done
words; say tokenizer_config.json '[]'; bad
words; say tokenizer_config.json '{"added_tokens_decoder":{"x":1}}'; bad
words; say special_tokens_map.json '{"eos_token":"nowhere"}'; bad

echo ranks:
# Tokens of a byte, of two, of three, up to so many.
ranks() {
	awk -v most="$1" '
	function b64(a, b, c, n) {
		return substr(D, int(a / 4) + 1, 1) substr(D, a % 4 * 16 + int(b / 16) + 1, 1) \
			(n > 1 ? substr(D, b % 16 * 4 + int(c / 64) + 1, 1) : "=") (n > 2 ? substr(D, c % 64 + 1, 1) : "=")
	}
	BEGIN {
		D = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
		for (a = 0; a < 256; a++) print b64(a, 0, 0, 1), k++
		for (a = 0; a < 256; a++) for (b = 0; b < 256 && k < most; b++) print b64(a, b, 0, 2), k++
		for (c = 0; k < most; c++) for (a = 0; a < 256; a++) for (b = 0; b < 256 && k < most; b++) print b64(a, b, c, 3), k++
	}'
}
ranks 128000 >tokenizer.model
printf 'ab<|eot_id|><|reserved_special_token_0|><|reserved_special_token_2|>\n' | maas-tokenize encode -m tokenizer.model --parse-special
ranks 50256 >some.tiktoken
printf 'ab<|endoftext|>\n' | maas-tokenize encode -m some.tiktoken --parse-special
ranks 50000 >some.tiktoken; maas-tokenize info -m some.tiktoken; echo "= $?"
{ ranks 256; echo 'AAA= 7'; } >gpt2.tiktoken; maas-tokenize info -m gpt2.tiktoken; echo "= $?"
