# shellcheck shell=dash
# SPDX-License-Identifier: MIT
# On a 32-bit kernel, before the other VMs are up: what a kernel of its own width gives a 32-bit program.
ln -s ttyS1 /dev/serial0
sh ./session.sh equal.native686 32
