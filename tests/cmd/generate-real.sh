# A directory as transformers writes GPT-2, scored as PyTorch scores it in float64.
[ -n "${MAAS_TEST_DATA-}" ] || { echo "MAAS_TEST_DATA is not set"; exit 77; }
m=$MAAS_TEST_DATA/models/tiny-gpt2
echo 0 1 2 10 9 3 2 15 | maas-generate -j 1 -m "$m" --prompt-ids --score | jq -c '[.id,(.logprob*1e6|round/1e6)]'
# [-3.012642226, -2.996769951, -3.024704399, -3.022463141, -3.076048237, -3.093748303, -3.032601679]
printf 'lower newer\nwider' | maas-generate -j 1 -m "$m" -n 8 --ids
printf 'lower newer\nwider' >prompts
maas-tokenize encode -m "$m" prompts | maas-generate -j 1 -m "$m" --prompt-ids -n 8 --ids | maas-tokenize decode -m "$m" >a
maas-generate -j 1 -m "$m" -n 8 prompts | cmp - a && echo "the same text"
