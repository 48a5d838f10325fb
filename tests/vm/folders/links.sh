# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The ways in which the guest has a folder of its host, each with a name; and what is tested over each.
LINKS='virtio9p virtiofs-none virtiofs-auto'
FOLDERS=/run/folders # on the host, one for each link: what the hypervisor exports; the daemon mounts call files within

# Ports of the mirrors' channels, over vsock. Calls go through folders alone.
each_interface() { # COMMAND
	local port=7720 interface
	for interface in ${FOLDER_INTERFACES:-can4linux pcan lincan esd kvaser i2c_dev watchdog serial evdev sg v4l2 random loop}; do
		"$1" "$interface" "$port" || return
		port=$((port + 1))
	done
}
