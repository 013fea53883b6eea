# Against peers that are here: spm_train, and tiktoken and gpt-tokenizer where $MAAS_BENCH_NPM holds them.
exec "$TOP/scripts/bench-tokenize"
