# Completion of the maas commands for bash.  Made by scripts/make-completion; not to be edited.
# A line is a command, a verb ("-": none), and the options, with what may be chosen behind "=".
_maas_table() {
	cat <<'END'
maas-generate - -m --model -p --prompt -n --max-new-tokens --max-length --num-return-sequences --stop --ignore-eos --echo --truncate --jsonl --prompt-ids --ids --logprobs --score --perplexity --stride --precision=f32|bf16|file --encoding --line-buffered --timings --temperature --top-k --top-p --min-p --typical-p --repetition-penalty --presence-penalty --frequency-penalty --no-repeat-ngram-size --sampler-order=hf|llamacpp -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model - -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model info --json -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model tensors -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-model verify -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca - -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca fit -n --components --solver=auto|full|covariance|gram --whiten --scale=none|standard --impute=none|mean --sign=v|u -o --output --if-changed --json --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca transform -m --model -o --output --keep --to=auto|tsv|npy|jsonl --line-buffered --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca inverse -m --model -o --output --keep --to=auto|tsv|npy|jsonl --line-buffered --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca score -m --model -o --output --keep --to=auto|tsv|npy|jsonl --line-buffered --format=auto|tsv|csv|jsonl|libsvm|npy|idx|fasttext|text --header=auto|yes|no --delimiter --encoding --rows --label --text --features --drop --id --labels -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
maas-pca info -m --model --json --scree -c --config -j --threads -s --seed -q --quiet -v --verbose -h --help -V --version
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
complete -o bashdefault -o default -F _maas maas-generate maas-model maas-pca
