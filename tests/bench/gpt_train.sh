# Training of a character-size GPT against PyTorch.
exec "$TOP/scripts/bench-gpt" f32 1
