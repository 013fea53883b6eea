# Two at once: one lock, one checkpoint folder.  Limits of time.
run() { ${pre-} maas-train gpt -q --layers 1 --heads 2 --embed 16 --context 16 --batch-size 4 "$@" "$DATA/example/corpus.txt"; }
pre='exec' run --steps 1000000 --lock lock --checkpoint ck --checkpoint-every 1h -o a.maas --log log & pid=$!
while [ ! -s log ]; do sleep 0.01; done
run --no-quiet --steps 1000000 --lock lock -o b.maas; echo "exit $?"
run --no-quiet --steps 1000000 --checkpoint ck -o b.maas; echo "exit $?"
kill $pid; wait $pid 2>/dev/null; echo "exit $?"
ls
# Out of time: the model is there, the result says that it is not done; the next run goes on.
run --steps 1000000 --max-time 1s --json -o a.maas --checkpoint ck --log log | jq -c '[.done, .steps > 0]'
maas-model verify a.maas
run --steps 1000000 --max-time 1s --json -o a.maas --checkpoint ck --log log | jq -c '[.done, .steps > 0]'
jq -s -e 'map(.step) == [range(1; length + 1)]' log
# By the clock alone, the schedule follows it.
run --max-time 2s --lr 0.01 --json -o c.maas --log clock | jq -c '[.done, .steps > 1]'
jq -s -c '(map(.lr) | max) as $top | [.[0].lr < $top, .[-1].lr < $top]' clock
