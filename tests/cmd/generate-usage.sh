# What is wrong on the command line is said, with 64.
t() { maas-generate "$@"; echo "exit $?"; }
t -p x
t -m m -p x file
t -m m --score --perplexity file
t -m m --jsonl --score file
t -m m --logprobs 2 file
t -m m --stride 2 file
t -m m -n -1 -p x
t -m m --top-p 1.5 -p x
t -m m --temprature 1 -p x
t -m m --precision f64 -p x
t maas-generate -m m -p x --no-such-option
t maas-generate -m m -p x --num-beams 4 --top-k 3
t maas-generate -m m -p x --num-beams 4 --num-return-sequences 5
t maas-generate -m m -p x --num-beams 257
t maas-generate -m m -p x --length-penalty 2
t maas-generate -m m --score --num-beams 2
t maas-generate -m m -p x --trace --ids
t maas-generate -m m --trace prompts
t maas-generate -m m -p x --trace --num-beams 2
t maas-generate -m m -p x --explain --ids
t maas-generate -m m --perplexity --explain
t maas-generate -m m -p x --explain --jsonl --color always
