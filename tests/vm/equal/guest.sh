#!/bin/bash
# SPDX-License-Identifier: MIT
. "$VM_LIB"
bash "$VM_SOURCE/tests/vm/equal/session.sh" "$VM_SHARE/equal.guest"
for run in "$VM_SHARE"/equal.native/*; do
	name=${run##*/}
	same "every call on ${name%-*} as a ${name##*-}-bit program has the native result" \
		"$run" "$VM_SHARE/equal.guest/$name"
done
