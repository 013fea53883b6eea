# Perplexity in windows, held to PyTorch's numbers (scripts/make-golden-gpt stride).
"$BIN/tool/make_gpt" m.maas - layers=3 heads=3 embed=48 context=150 || exit
while IFS='	' read -r stride tokens nll ids; do
	echo "$ids" | maas-generate -j 1 -m m.maas --prompt-ids --perplexity --stride "$stride" >got
	awk -v t="$tokens" -v nll="$nll" -v s="$stride" '
	$1 == "tokens" { n = $2 } $1 == "nll_per_token" { d = ($2 - nll) / nll } $1 == "perplexity" { p = log($2) / nll - 1 }
	END { print s, n == t ? t " tokens" : n " tokens, not " t, d * d < 1e-12 && p * p < 1e-12 ? "as PyTorch has it" : d }' got
done <"$DATA/gpt-stride.tsv"
