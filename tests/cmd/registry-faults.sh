# A registry whose writer is killed, or whose disk fails, at each of its changes of the file system in turn: what was
# there is there, what is there is whole, the message names the cause, and the same command done again succeeds.
. "$TOP/tests/faults.sh"
each kill '' '1 2 3' maas-model register -q --label stable m.maas t
each ENOSPC 'No space left' '1 2 3' maas-model register -q --label stable m.maas t
each EIO 'Input/output' '1 2 3' maas-model label t 3 stable
each kill '' '1 2 3' maas-model label t 3 stable
each kill '' '1 2 3' maas-model rollback -q t
each kill '' '1 2' maas-model remove t 3
each kill '' '2 3' maas-model prune -q --keep 1
each kill '' '1 2 3' maas-model register -q m.maas new
fresh; fault 1 EROFS maas-model label t 3 stable; echo "exit $?"; fault 2 EROFS maas-model register m.maas t; echo "exit $?"
echo '== a clock that jumped back: versions and the log are in the order they came'
sed -i 's/^20../2999/' reg/t/log; sed -i 's/"created":[0-9]*/"created":32472144000/' reg/t/3/about.json
maas-model register m.maas t; maas-model list t | cut -f 2,6 | sed 's/20[0-9T:Z-]*$/NOW/'; cut -f 1-3 reg/t/log | cut -c 1-4,21- | tail -n 3
