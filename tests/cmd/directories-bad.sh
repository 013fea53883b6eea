# Directories that are not what they should be: one line each that names the file and the field, and 65 (66: not there).
from=$DATA/directories
open() {
	maas-model info d >out 2>err
	echo "$? $(cat err)"
	[ -s out ] && echo 'it opens'
}
fresh() { rm -rf d; cp -r "$from/$1" d; chmod -R u+w d; }
config() { fresh "$1"; jq -c "$2" "$from/$1/config.json" >d/config.json; open; }

echo 'numbers of config.json:'
for key in n_layer n_head n_embd n_positions vocab_size; do
	config gpt2 "del(.n_ctx) | del(.$key)"
done
for key in num_hidden_layers num_attention_heads hidden_size intermediate_size max_position_embeddings vocab_size; do
	config llama2 ".$key = -3"
done
config gpt2 '.n_layer = 1e30'
config gpt2 '.n_layer = 100000'
config gpt2 '.n_embd = "16"'
config gpt2 '.n_embd = 15'
config gpt2 '.n_embd = 32'
config gpt2 '.n_head = 3'
config gpt2 '.n_positions = 40'
config gpt2 '.vocab_size = null'
config gpt2 '.n_layer = 3'
config gpt2 '.n_layer = 1'
config gpt2 '.n_layer = 1.5'
config llama2 '.num_key_value_heads = 3'
config llama2 '.num_key_value_heads = 1'
config llama2 'del(.num_key_value_heads)' | cut -c 1-20
config llama2 '.num_attention_heads = 16'
config llama2 '.rms_norm_eps = -1'
config llama2 '.rms_norm_eps = "x"'
config llama2 '.rope_theta = 0'
config llama2 '.head_dim = 16'
config llama3 '.rope_scaling.factor = 0.5'
config llama3 'del(.rope_scaling.factor)'
config llama3 '.rope_scaling.high_freq_factor = 1'
config llama3 '.rope_scaling.original_max_position_embeddings = -1'

echo 'what cannot be done:'
config llama3 '.rope_scaling.rope_type = "yarn"'
config llama-new '.rope_parameters.rope_type = "dynamic"'
config llama2 '.hidden_act = "gelu"'
config llama2 '.partial_rotary_factor = 0.5'
config gpt2 '.activation_function = "relu"'
config gpt2 '.add_cross_attention = true'
config llama2 '.model_type = "mamba"'
config llama2 'del(.model_type)'
config llama2 '.architectures = ["LlamaForQuestionAnswering"]'
config llama2 '.architectures = "LlamaForCausalLM"'
config llama2 '.quantization_config = {"quant_method": "gptq"}'
config llama2 '.attention_bias = true'
config llama-biases '.attention_bias = false | .mlp_bias = false'
config qwen2 '.model_type = "llama"'
config mistral '.sliding_window = -4'
config mistral '.sliding_window = 16' | cut -c 1-200
config qwen2 '.use_sliding_window = true' | cut -c 1-200
config llama3 '.tie_word_embeddings = false'

echo 'ends of texts:'
config llama2 '.eos_token_id = -7'
config llama2 '.eos_token_id = [2, "x"]'
config llama2 '.eos_token_id = [range(17)]'
config llama2 '.eos_token_id = 3000000000'
config llama2 '.eos_token_id = .vocab_size'
config llama2 '.eos_token_id = [2, .vocab_size]'
config llama2 '.pad_token_id = .vocab_size' | cut -c 1-20
fresh llama3; echo '[]' >d/generation_config.json; open
fresh llama3; echo '{"eos_token_id": {}}' >d/generation_config.json; open
fresh llama3; echo '{"eos_token_id": 2' >d/generation_config.json; open

echo 'files:'
rm -rf d; mkdir d; open
: >d/config.json; open
echo '[1]' >d/config.json; open
printf '\377\376' >d/config.json; open
rm d/config.json; mkdir d/config.json; open
fresh gpt2; rm d/model.safetensors; open
: >d/pytorch_model.bin; open
: >d/model.safetensors; open
fresh gpt2; cp "$from/llama3/model.safetensors" d; open
fresh llama2; rm d/model-00002*; open
index() { fresh llama2; jq -c "$1" "$from/llama2/model.safetensors.index.json" >d/model.safetensors.index.json; open; }
index 'del(.weight_map)'
index '.weight_map = {}'
index '.weight_map = [1]'
index '.weight_map["lm_head.weight"] = 7'
index '.weight_map["lm_head.weight"] = "../../etc/passwd"'
index '.weight_map["lm_head.weight"] = "model-00001-of-00002.safetensors"'
index '.weight_map["more"] = "model-00001-of-00002.safetensors"'
fresh llama2; cp d/model-00001* d/model-00002-of-00002.safetensors; open
fresh llama2; echo '{' >d/model.safetensors.index.json; open
for name in config.json generation_config.json model.safetensors vocab.json; do # nobody writes into these pipes
	fresh gpt2; rm -f "d/$name"; mkfifo "d/$name"; open
done
for name in generation_config.json model.safetensors vocab.json; do # a link to what is not there is not a file left out
	fresh gpt2; ln -sf nowhere "d/$name"; open
done
fresh llama2; rm d/model-00002*; mkfifo d/model-00002-of-00002.safetensors; open

echo 'tensors:'
header() { fresh "$1"; LC_ALL=C sed -i "$2" d/model.safetensors; open; }
header mistral 's/"F32","shape":\[61,16\]/"I32","shape":[61,16]/'
header mistral 's/"shape":\[61,16\]/"shape":[16,61]/'
header mistral 's/model.norm.weight/model.morn.weight/'
header mistral 's/"data_offsets":\[0,3904\]/"data_offsets":[9,3904]/'
header mistral 's/"data_offsets":\[0,3904\]/"data_offsets":[0,9904]/'
header mistral 's/"data_offsets":\[3904,/"data_offsets":[3900,/'
header mistral 's/"shape":\[61,16\]/"shape":[-1,16]/'
fresh mistral; truncate -s -1 d/model.safetensors; open
fresh mistral; truncate -s +1 d/model.safetensors; open
fresh mistral; printf '\377\377\377\377\377\377\377\177' | dd of=d/model.safetensors conv=notrunc status=none; open

echo 'a tokeniser of another model:'
fresh gpt2; cp "$DATA/tokenizer.json" d; open
fresh gpt2; echo '{}' >d/tokenizer.json; open

echo 'a tokeniser of another sort:'
tokens() { maas-tokenize info -m d 2>&1; }
fresh gpt2; jq -c '.model_type = "bert"' "$from/gpt2/config.json" >d/config.json; tokens
echo '{"tokenizer_class":"BertTokenizer"}' >d/tokenizer_config.json; tokens
echo '{"model":{"type":"Unigram","vocab":[]},"normalizer":{"type":"Precompiled"}}' >d/tokenizer.json; tokens
for name in tokenizer.json vocab.json tokenizer.model; do # a link to what is not there is named
	rm -rf d; mkdir d; ln -s nowhere "d/$name"; tokens
done

echo 'nothing to begin with:'
first() { config llama2 "$1" >/dev/null; echo | maas-generate -m d --prompt-ids --ids --echo -n 2 2>&1; }
first '.bos_token_id = 7' | cut -d ' ' -f 1
first '.bos_token_id = 61'
first 'del(.bos_token_id)'
config llama2 '.bos_token_id = 7' && echo '{"bos_token_id": 9}' >d/generation_config.json
echo | maas-generate -m d --prompt-ids --ids --echo -n 2 | cut -d ' ' -f 1
