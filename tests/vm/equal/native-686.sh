# shellcheck shell=dash
# SPDX-License-Identifier: MIT
# On a 32-bit kernel, before the other VMs are up: what a kernel of its own width gives a 32-bit program.
sh ./session.sh equal.native686 32
