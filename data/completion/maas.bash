# Completion of the maas commands for bash.  Made by scripts/make-completion; not to be edited.
# A line is a command, a verb ("-": none), and the options, with what may be chosen behind "=".
_maas_table() {
	cat <<'END'
maas-classify - -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-classify predict -m --model --line-buffered --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from -k --k --proba --threshold --jsonl --append --keep --drift -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-classify evaluate -m --model --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from --json --confusion --errors --sweep --cost --positive --plot --fail-under -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-classify explain -m --model --line-buffered --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from --top --jsonl --global --method=auto|contribution|gradient|occlusion|attention --html --saliency --color=auto|always|never -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-classify compare -m --model --alpha --json --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-generate - -m --model -p --prompt -n --max-new-tokens --max-length --num-return-sequences --stop --ignore-eos --echo --truncate --jsonl --prompt-ids --ids --logprobs --score --perplexity --stride --precision=f32|bf16|file --encoding --line-buffered --timings --temperature --top-k --top-p --min-p --typical-p --repetition-penalty --presence-penalty --frequency-penalty --no-repeat-ngram-size --sampler-order=hf|llamacpp -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model - -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model info --json -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model card --set --remove --json -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model tensors -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model verify -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model quantize -t --type -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model register --registry --label -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model list --registry --json -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model log --registry -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model label --registry -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model rollback --registry --label -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model remove --registry --purge -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model prune --registry --keep -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca - -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca fit -n --components --solver=auto|full|covariance|gram|randomized --whiten --scale=none|standard --impute=none|mean --sign=v|u -o --output --if-changed --json --description --license --register --registry --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from --size --colour=gray|rgb --sample-rate --mels --seconds -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca transform -m --model -o --output --keep --to=auto|tsv|npy|jsonl --line-buffered --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca inverse -m --model -o --output --keep --to=auto|tsv|npy|jsonl --line-buffered --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca score -m --model -o --output --keep --to=auto|tsv|npy|jsonl --line-buffered --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca info -m --model --json --scree -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-serve - -m --model --registry --host --port --unix --tls-cert --tls-key --state --log --queue --queue-tokens --parallel --cache --body-max --table-max --connections --page --timeout --drain-timeout --drift-window --infer-route --infer-model --infer-body-max --infer-tokens-max --infer-rows-max --admin-route --admin-model --admin-body-max --admin-tokens-max --admin-rows-max --key-lifetime --allow-address --deny-address --behind-proxy --proxy-address --terms --price --keep-usage --keep-audit --keep-log --check-config --user --fence -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-serve key --state --scope --model --rps --tokens-per-minute --expires -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-serve invite --state --model --uses --rps --tokens-per-minute --expires -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-serve usage --state --csv --price -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-serve audit --state --verify --head --since -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-serve erase --state --key --before -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-serve batch -m --model --registry --parallel --body-max -o --output --resume -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-tokenize - -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-tokenize train -n --vocab --pattern=gpt2|cl100k|llama3 --min-frequency --special -o --output --encoding --if-changed --json -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-tokenize encode -m --model --whole --pieces --jsonl --bin --parse-special --add-bos --add-eos --format=auto|text|jsonl --text --encoding --line-buffered -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-tokenize decode -m --model --whole --skip-special --ids --line-buffered -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-tokenize count -m --model --json --encoding -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-tokenize truncate -m --model -n --tokens --whole --encoding --line-buffered -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-tokenize info -m --model --json -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-tokenize convert -m --model -o --output -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-tokenize vectorize -m --model --fit --to=libsvm|tsv|npy|jsonl --line-buffered --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from --analyzer=word|char|char_wb|cjk --ngrams --min-df --max-df --max-features --stop-words --token-pattern --hash --lowercase --strip-accents=none|ascii|unicode --binary --tfidf --sublinear-tf --smooth-idf --norm=auto|l2|l1|none -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-train - -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-train linear --intercept -o --output --json --if-changed --depfile --lock --description --license --register --registry --dry-run --task=auto|class|regress --val --cv --shuffle --vectorizer --pca --check --max-time --search=none|grid|random|halving --try --trials --resource=rows|epochs --init-from --calibrate --until --log --plot --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from --analyzer=word|char|char_wb|cjk --ngrams --min-df --max-df --max-features --stop-words --token-pattern --hash --lowercase --strip-accents=none|ascii|unicode --binary --tfidf --sublinear-tf --smooth-idf --norm=auto|l2|l1|none --optimizer=auto|gd|sgd|momentum|adam|adamw|lbfgs --lr --schedule=constant|linear|cosine|step|plateau|wsd --warmup --min-lr -b --batch-size --accumulate --steps --epochs --clip --weight-decay --l2 --l1 --momentum --beta1 --beta2 --loss=auto|mse|cross-entropy --init=auto|zeros|uniform|xavier|he|gpt2 --freeze --class-weight --tol --max-iter --precision=f32|bf16 --val-split --eval-every --eval-batches --early-stop --min-delta --log-every --impute=none|mean|median|most_frequent|drop --indicator --scale=none|standard|minmax --size --colour=gray|rgb --sample-rate --mels --seconds -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-train logistic --C --l1-ratio --intercept -o --output --json --if-changed --depfile --lock --description --license --register --registry --dry-run --task=auto|class|regress --val --cv --shuffle --vectorizer --pca --check --max-time --search=none|grid|random|halving --try --trials --resource=rows|epochs --init-from --calibrate --until --log --plot --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from --analyzer=word|char|char_wb|cjk --ngrams --min-df --max-df --max-features --stop-words --token-pattern --hash --lowercase --strip-accents=none|ascii|unicode --binary --tfidf --sublinear-tf --smooth-idf --norm=auto|l2|l1|none --optimizer=auto|gd|sgd|momentum|adam|adamw|lbfgs --lr --schedule=constant|linear|cosine|step|plateau|wsd --warmup --min-lr -b --batch-size --accumulate --steps --epochs --clip --weight-decay --l2 --l1 --momentum --beta1 --beta2 --loss=auto|mse|cross-entropy --init=auto|zeros|uniform|xavier|he|gpt2 --freeze --class-weight --tol --max-iter --precision=f32|bf16 --val-split --eval-every --eval-batches --early-stop --min-delta --log-every --impute=none|mean|median|most_frequent|drop --indicator --scale=none|standard|minmax --size --colour=gray|rgb --sample-rate --mels --seconds -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-train gpt --layers --heads --embed --context --vocab --dropout -o --output --json --if-changed --depfile --lock --description --license --register --registry --dry-run --optimizer=auto|gd|sgd|momentum|adam|adamw|lbfgs --lr --schedule=constant|linear|cosine|step|plateau|wsd --warmup --min-lr -b --batch-size --accumulate --steps --epochs --clip --weight-decay --l2 --l1 --momentum --beta1 --beta2 --loss=auto|mse|cross-entropy --init=auto|zeros|uniform|xavier|he|gpt2 --freeze --class-weight --tol --max-iter --precision=f32|bf16 --val-split --eval-every --eval-batches --early-stop --min-delta --log-every --tokenizer --parse-special --format=auto|text|tokens|ids --encoding --val --init-from --checkpoint --checkpoint-every --keep --resume=auto|must|never --max-time --log --plot -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-train mlp --hidden --activation=relu|tanh|gelu|sigmoid --dropout -o --output --json --if-changed --depfile --lock --description --license --register --registry --dry-run --task=auto|class|regress --val --cv --shuffle --vectorizer --pca --check --max-time --search=none|grid|random|halving --try --trials --resource=rows|epochs --init-from --calibrate --until --log --plot --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from --analyzer=word|char|char_wb|cjk --ngrams --min-df --max-df --max-features --stop-words --token-pattern --hash --lowercase --strip-accents=none|ascii|unicode --binary --tfidf --sublinear-tf --smooth-idf --norm=auto|l2|l1|none --optimizer=auto|gd|sgd|momentum|adam|adamw|lbfgs --lr --schedule=constant|linear|cosine|step|plateau|wsd --warmup --min-lr -b --batch-size --accumulate --steps --epochs --clip --weight-decay --l2 --l1 --momentum --beta1 --beta2 --loss=auto|mse|cross-entropy --init=auto|zeros|uniform|xavier|he|gpt2 --freeze --class-weight --tol --max-iter --precision=f32|bf16 --val-split --eval-every --eval-batches --early-stop --min-delta --log-every --impute=none|mean|median|most_frequent|drop --indicator --scale=none|standard|minmax --size --colour=gray|rgb --sample-rate --mels --seconds -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-train search -o --output --json --if-changed --depfile --lock --description --license --register --registry --dry-run --task=auto|class|regress --val --cv --shuffle --vectorizer --pca --check --max-time --search=none|grid|random|halving --try --trials --resource=rows|epochs --init-from --calibrate --until --log --plot --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text|picture|sound --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels --label-from --analyzer=word|char|char_wb|cjk --ngrams --min-df --max-df --max-features --stop-words --token-pattern --hash --lowercase --strip-accents=none|ascii|unicode --binary --tfidf --sublinear-tf --smooth-idf --norm=auto|l2|l1|none --optimizer=auto|gd|sgd|momentum|adam|adamw|lbfgs --lr --schedule=constant|linear|cosine|step|plateau|wsd --warmup --min-lr -b --batch-size --accumulate --steps --epochs --clip --weight-decay --l2 --l1 --momentum --beta1 --beta2 --loss=auto|mse|cross-entropy --init=auto|zeros|uniform|xavier|he|gpt2 --freeze --class-weight --tol --max-iter --precision=f32|bf16 --val-split --eval-every --eval-batches --early-stop --min-delta --log-every --impute=none|mean|median|most_frequent|drop --indicator --scale=none|standard|minmax --size --colour=gray|rgb --sample-rate --mels --seconds -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
END
}

_maas() {
	local command=${COMP_WORDS[0]##*/} verb=${COMP_WORDS[1]} cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local name v words w verbs= mine= plain=

	# "--name=value" comes as three words.
	[ "$cur" = = ] && cur=
	[ "$prev" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}
	while read -r name v words; do
		[ "$name" = "$command" ] || continue
		if [ "$v" = - ]; then plain=$words; else verbs="$verbs $v"; fi
		[ "$v" = "$verb" ] && mine=$words
	done < <(_maas_table)
	if [ "$COMP_CWORD" -eq 1 ] && [ -n "$verbs" ] && [[ $cur != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur")
		return
	fi
	for w in ${mine:-$plain}; do
		if [[ $w == "$prev="* ]]; then
			w=${w#*=}
			mapfile -t COMPREPLY < <(compgen -W "${w//|/ }" -- "$cur")
			return
		fi
	done
	COMPREPLY=()
	if [[ $cur == -* ]]; then
		words=
		for w in ${mine:-$plain}; do words="$words ${w%%=*}"; done
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	fi
}
complete -o bashdefault -o default -F _maas maas-classify maas-generate maas-model maas-pca maas-serve maas-tokenize maas-train
