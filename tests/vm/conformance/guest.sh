#!/bin/bash
# SPDX-License-Identifier: MIT
# Conformance over vsock, from a real guest to a real host.
. "$VM_LIB"
. "$VM_SOURCE/tests/vm/conformance/interfaces.sh"

conforms() { # INTERFACE PORT
	check "$1 conforms over vsock" "conformance-$1" --transport vsock --rounds 4 \
		--address "vsock:2:$2" --channel "vsock:2:$(($2 + 1))"
}

each_interface conforms
