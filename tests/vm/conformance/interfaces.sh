# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Which interfaces are tested in VMs, and where their mirrors listen: at a port, and beside it with their channel.
# Emulation is slow, so it is not all of them: what a transport carries is the same for each.
each_interface() { # COMMAND
	"$1" can4linux 7720 &&
		"$1" pcan 7730
}
