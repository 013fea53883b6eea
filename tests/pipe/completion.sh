# What bash completes, from data/completion/maas.bash.
cat >complete.bash <<'END'
. "$TOP/data/completion/maas.bash"
ask() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=(); _maas; echo "$*: ${COMPREPLY[*]}"; }
ask maas-model v
ask maas-model info --j
ask /usr/bin/maas-model info --js
ask maas-model info mo
complete -p maas-model | grep -o -- '-F _maas'
END
bash complete.bash
