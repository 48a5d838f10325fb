# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The interfaces that are tested in VMs, and where their mirrors listen: at a port, and beside it with their channel.
each_interface() { # COMMAND
	local port=7720 interface
	for interface in can4linux pcan lincan esd kvaser; do
		"$1" $interface $port || return
		port=$((port + 2))
	done
}
