# An epoch of LSTM, CNN and perceptron beside PyTorch's, each case once.
exec "$TOP/scripts/bench-networks" -n 1
