# Signing that is killed, or whose disk fails, at each step in turn: the signature that was there stands until the new one does, and
# nothing is left of what was half written.
. "$TOP/tests/faults.sh"
umask 077
maas-model keygen -t sign us || { [ $? -eq 69 ] && { echo "built without libsodium"; exit 77; }; }
maas-model keygen -t sign them
maas-model sign --key-file them m.maas; mv m.maas.sig theirs.sig; cp -a base reg; maas-model sign --key-file them t@2; rm -rf base; mv reg base
fresh() { rm -rf reg; cp -a base reg; rm -f m.maas.sig.*; cp theirs.sig m.maas.sig; }
signed() {
	for of in t@2 m.maas; do maas-model verify -q --public us.pub $of 2>why || maas-model verify -q --public them.pub $of || { echo "half a signature of $of"; cat why; }; done
	for f in reg/t/2/*.sig.* m.maas.sig.*; do [ ! -e "$f" ] || [ "$cause" = kill ] || echo "$f is left"; done
}
each kill '' '1 2 3' maas-model sign --key-file us t@2; ls reg/t/2
each ENOSPC 'No space left' '1 2 3' maas-model sign --key-file us t@2
each EIO 'Input/output' '1 2 3' maas-model sign --key-file us t@2
each kill '' '1 2 3' maas-model sign --key-file us m.maas
each ENOSPC 'No space left' '1 2 3' maas-model sign --key-file us m.maas
