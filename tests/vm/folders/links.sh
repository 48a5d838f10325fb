# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The ways in which the guest has a folder of its host, each with a name; and what is tested over each.
# shellcheck disable=SC2034 # for those that source this
LINKS='virtio9p virtiofs-none virtiofs-auto'
# shellcheck disable=SC2034
FOLDERS=/run/folders # on the host, one for each link: what the hypervisor exports; the daemon mounts call files within

# The smaller interfaces. The larger ones conform over a folder natively; over three nested links they would take too long.
# Ports of the mirrors' channels, over vsock. Calls go through folders alone.
each_interface() { # COMMAND
	local port=7720 interface
	for interface in can4linux i2c_dev watchdog; do
		"$1" "$interface" "$port" || return
		port=$((port + 1))
	done
}
