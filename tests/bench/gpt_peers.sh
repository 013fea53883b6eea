# Networks against PyTorch, the quickest of the cases, each once.
exec "$TOP/scripts/bench-peers" -n 1 train-64 prefill decode product-forward
