#!/bin/sh
# SPDX-License-Identifier: MIT
# Programs that know nothing of this project, under the shim: python3, bash, coreutils; and the system calls of a call.
#     tools.sh HOST SHIM
set -eu
host=$1 shim=$2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export IOFERRY_ADDRESS="unix:$folder/host.sock" IOFERRY_LOG=notice
mkfifo "$folder/input" "$folder/output"
"$host" "$IOFERRY_ADDRESS" <"$folder/input" >"$folder/output" &
exec 9>"$folder/input" # the host ends when this closes
read -r line <"$folder/output"
[ "$line" = ready ]

under() {
	LD_PRELOAD="${PRELOAD_FIRST-} $shim" timeout 30 "$@" 9>&-
}

fail() {
	echo "$*" >&2
	exit 1
}

cat >"$folder/device.py" <<'END'
import asyncio, errno, fcntl, os, select, stat, struct, subprocess, sys, threading

ADD, KICK, OPENS, PUSH, WAITING = 0xc0407001, 0x7004, 0x7005, 0x700a, 0x7008

fd = os.open("/dev/probe0", os.O_RDWR | os.O_NONBLOCK)
argument = bytearray(64)
struct.pack_into("I", argument, 0, 41)
assert fcntl.ioctl(fd, ADD, argument) == 5 and struct.unpack_from("I", argument, 4)[0] == 42
assert stat.S_ISCHR(os.stat("/dev/probe0").st_mode) and stat.S_ISCHR(os.fstat(fd).st_mode)
assert os.path.exists("/dev/probe1") and not os.path.exists("/dev/probe2")
assert os.access("/dev/probe0", os.R_OK | os.W_OK)
try:
    os.read(fd, 64)
    raise SystemExit("read() of an empty queue")
except BlockingIOError:
    pass

# Counted in records: the shim moves one of 8 bytes, python is told 1.
assert fcntl.ioctl(fd, PUSH, 7) == 0
assert select.select([fd], [], [], 5)[0] == [fd]
assert len(os.read(fd, 64)) == 1

# A child that inherits it, one that does not, and one that closes everything.
child = "import fcntl, sys; sys.exit(fcntl.ioctl(int(sys.argv[1]), 0x7005) != 1)"
assert subprocess.run([sys.executable, "-c", child, str(fd)], pass_fds=[fd]).returncode == 0
assert subprocess.run(["cat", "/dev/null"], close_fds=True).returncode == 0
assert subprocess.check_output(["sh", "-c", "echo $((6 * 7))"]) == b"42\n"
assert fcntl.ioctl(fd, OPENS) == 1

# multiprocessing's way, and a thread that waits in another call.
if os.fork() == 0:
    os._exit(fcntl.ioctl(fd, OPENS) != 1)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
waiting = os.open("/dev/probe1", os.O_RDWR)
thread = threading.Thread(target=fcntl.ioctl, args=(waiting, 0x7002))
thread.start()
while fcntl.ioctl(fd, OPENS) != 1:
    pass

# asyncio: epoll, and a device among its own pipes.
async def readable():
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.add_reader(fd, lambda: done.done() or done.set_result(len(os.read(fd, 64))))
    loop.call_later(0.05, fcntl.ioctl, fd, PUSH, 9)
    return await asyncio.wait_for(done, 5)

assert asyncio.run(readable()) == 1

kicker = os.open("/dev/probe1", os.O_RDWR)
while fcntl.ioctl(kicker, WAITING) != 1:
    pass
assert fcntl.ioctl(kicker, KICK) == 1
thread.join()
with open("/dev/probe0", "rb", buffering=0) as file:
    assert fcntl.ioctl(file, OPENS) == 2
os.close(fd)
END
under /usr/bin/python3 "$folder/device.py" || fail "python3"

# Redirections move descriptors about; `exec 3<>` takes a number that the shim must not sit on.
# shellcheck disable=SC2016
under bash -ec '
	exec 3<>/dev/probe0 4</dev/probe0 5>&3
	[ -c /dev/probe0 ] && [ -r /dev/probe0 ] && [ ! -e /dev/probe2 ]
	[ "$(echo "${BASHPID:+here}" | tr a-z A-Z)" = HERE ]
	for i in 1 2 3; do /bin/true 3<&-; done
	(exec 3>&-; true)
	exec 3>&- 4<&- 5>&-
	! : </dev/probe2
' 2>"$folder/errors" || fail "bash: $(cat "$folder/errors")"

[ "$(under stat -c '%F %a %t:%T' /dev/probe1)" = "character special file 640 5b:1" ] || fail "stat"
under ls -l /dev/probe0 >"$folder/ls" || fail "ls"
grep -q '^crw-r-----.* 91, *0 ' "$folder/ls" || fail "ls: $(cat "$folder/ls")"
under env | grep -q IOFERRY || fail "env"
under find /dev/probe0 -type c | grep -q probe0 || fail "find"

# An address that can never work is told, once; that nobody is there, not by default.
told() { # ADDRESS
	IOFERRY_ADDRESS=$1 IOFERRY_LOG='' under cat /dev/probe0 /dev/probe1 2>&1 >/dev/null | grep -c "IOFERRY_ADDRESS: .*$1.*" || true
}
[ "$(told foo:1)" = 1 ] || fail "an unknown transport was told $(told foo:1) times"
[ "$(told vsock-unix:/nobody)" = 1 ] || fail "an address without a port was told $(told vsock-unix:/nobody) times"
[ "$(told unix:/nobody)" = 0 ] || fail "no host was told $(told unix:/nobody) times"

# One message out and one in for each call, and no more than these besides.
if command -v strace >/dev/null; then
	cat >"$folder/count.py" <<'END'
import fcntl, os, sys
fd = os.open("/dev/probe0", os.O_RDWR)
argument = bytearray(64)
os.access("/begin", 0)
for _ in range(100):
    fcntl.ioctl(fd, 0xc0407001, argument)
os.access("/end", 0)
END
	under strace -o "$folder/trace" -E LD_PRELOAD="${PRELOAD_FIRST-} $shim" /usr/bin/python3 "$folder/count.py" || fail "strace"
	sed -n '/"\/begin"/,/"\/end"/p' "$folder/trace" | grep -v '"/begin"\|"/end"' >"$folder/calls"
	count() {
		grep -c "^$1(" "$folder/calls" || true
	}
	echo "100 ioctls: $(cut -d'(' -f1 "$folder/calls" | sort | uniq -c | tr -s ' \n' ' ')"
	[ "$(count sendmsg)" = 100 ] || fail "messages out: $(count sendmsg)"
	[ "$(count recvmmsg)" = 100 ] || fail "messages in: $(count recvmmsg)"
	[ "$(count rt_sigprocmask)" = 400 ] || fail "signal masks: $(count rt_sigprocmask)"
	[ "$(grep -vcE '^(sendmsg|recvmmsg|rt_sigprocmask|getpid|process_vm_(readv|writev))\(' "$folder/calls" || true)" = 0 ] ||
		fail "other system calls"
else
	echo "no strace: the system calls were not counted"
fi
