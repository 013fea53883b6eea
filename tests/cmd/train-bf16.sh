# Products of bf16 learn what those of f32 learn: after 200 steps the losses differ by less than half a percent.
for kind in gpt llama; do
	for precision in f32 bf16; do
		maas-train $kind -q --layers 2 --heads 2 --embed 32 --context 32 --batch-size 8 --steps 200 --lr 0.002 \
		    --val-split 0.1 --tokenizer "$DATA/tokenizer.json" --precision $precision --log $precision.log \
		    -o $precision.maas "$DATA/example/corpus.txt"
		jq -r 'select(.step == 200) | .loss // .val_loss' $precision.log >$precision
	done
	# of the last step, then of what was held out
	paste f32 bf16  | awk -v kind=$kind '{ d = ($2 - $1) / $1; print kind, ($1 < 4 ? "learnt" : "has not learnt: " $1), \
	    (d == 0 ? "the same" : d * d < 0.005 * 0.005 ? "close" : "far: " $1 " and " $2) }'
done
