"""Runs a command at a pseudo terminal of 100 columns. usage: terminal.py JSON

{"argv": [...], "steps": [[TEXT, KEYS], ...]}: when TEXT has appeared, KEYS are typed; a number instead of TEXT is a time in seconds.
Prints {"output": TEXT, "code": EXIT CODE, "milliseconds": TIME SINCE THE LAST STEP} as JSON."""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

plan = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    os.execv(plan["argv"][0], plan["argv"])
output, at, steps = b"", 0, plan["steps"]
since = time.monotonic()
while True:
    ready, _, _ = select.select([terminal], [], [], 0.01)
    if ready:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
    if steps:
        wanted, keys = steps[0]
        is_due = time.monotonic() - since > wanted if isinstance(wanted, (int, float)) else wanted.encode() in output[at:]
        if is_due:
            at, since = len(output), time.monotonic()
            os.write(terminal, keys.encode())
            steps.pop(0)
_, status = os.waitpid(pid, 0)
elapsed = int((time.monotonic() - since) * 1000)
print(json.dumps({"output": output.decode("utf-8", "replace"), "code": os.waitstatus_to_exitcode(status), "milliseconds": elapsed}))
