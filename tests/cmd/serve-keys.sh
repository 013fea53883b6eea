exec 2>&1
# Keys are shown once, listed without them, revoked; what cannot be is refused.
KEY=$(maas-serve key add cron --state a/b --model topics --model spam --rps 2.5 --expires 90d)
echo "$KEY" | sed 's/_[a-z0-9]\{8\}_[A-Za-z0-9]\{43\}$/_ID_SECRET/'
id=$(echo "$KEY" | cut -d _ -f 2)
maas-serve key add 'Ada, of the shop' --state a/b --scope infer,admin --tokens-per-minute 6000 | wc -c
maas-serve key list --state a/b | sed 's/^[a-z0-9]\{8\}	/ID	/; s/20[0-9T:-]*Z/TIME/g'
grep -c "$(echo "$KEY" | cut -d _ -f 3)" a/b/maas.db
maas-serve key revoke "$id" --state a/b; echo "revoke: $?"
maas-serve key revoke "$id" --state a/b; echo "again: $?"
maas-serve key list --state a/b | cut -f 2,3
# misuse
maas-serve key revoke nobody --state a/b; echo "$?"
maas-serve key add --state a/b; echo "$?"
maas-serve key add a b --state a/b 2>/dev/null; echo "$?"
maas-serve key add x --scope root --state a/b; echo "$?"
maas-serve key add x --expires never --state a/b 2>/dev/null; echo "$?"
maas-serve key 2>/dev/null; echo "$?"
# places
chmod 755 a/b; maas-serve key list --state a/b; echo "$?"; chmod 700 a/b
: >file; maas-serve key list --state file; echo "$?"
mkdir -m 700 odd; echo 'this is no database, but a text of some length' >odd/maas.db
maas-serve key list --state odd; echo "$?"
maas-serve key list --state a/b >/dev/full; echo "$?"
# a key that nobody has seen is no good
maas-serve key add unseen --state a/b >/dev/full; echo "$?"
maas-serve key list --state a/b | cut -f 2,3 | tail -n 1
maas-serve key add "$(printf 'a\tb')" --state a/b 2>&1 | head -n 1
maas-serve key list --state /proc/none/state; echo "$?"
