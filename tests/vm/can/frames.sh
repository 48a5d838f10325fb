# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What both sides of the CAN test agree on.
CAN_SENT=2000 CAN_RANDOM=900 CAN_REMOTE=196
# shellcheck disable=SC2034 # for those that source this
CAN_DUMPED=$((4 + 2 * CAN_RANDOM + CAN_REMOTE))

# The frames of candump logs: identifier and data, without time and interface.
frames() { # FILE...
	awk '{ print $3 }' "$@"
}

# Cuts the host's log of the whole bus: the guest's programs sent one after the other, and then listened likewise.
split_log() { # LOG PROGRAM_SUFFIX
	local sent=1 dumped=$((2 * CAN_SENT + 1))
	if [ -n "$2" ]; then
		sent=$((CAN_SENT + 1)) dumped=$((2 * CAN_SENT + CAN_DUMPED + 1))
	fi
	frames "$1" | tail -n "+$sent" | head -n "$CAN_SENT" >"$VM_SHARE/can.host.sent$2"
	frames "$1" | tail -n "+$dumped" | head -n "$CAN_DUMPED" >"$VM_SHARE/can.host.dumped$2"
}
