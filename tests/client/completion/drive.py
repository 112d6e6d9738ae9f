"""Types lines into an interactive shell on a pseudo-terminal, presses the tab key after each, and prints what the shell made
of them as JSON: drive.py SHELL SCRIPT LINE..."""

import json
import os
import pty
import select
import sys
import tempfile
import time

shell, script, lines = sys.argv[1], sys.argv[2], sys.argv[3:]
folder = tempfile.mkdtemp()
ready, result = os.path.join(folder, "ready"), os.path.join(folder, "line")
SHELLS = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        f"""source {script}; show() {{ printf '%s' "$READLINE_LINE" > {result}.new; mv {result}.new {result}; READLINE_LINE=; }}; """
        f"""bind -x '"\\C-g": show'; touch {ready}""",
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        f"""autoload -Uz compinit; compinit -u -D; source {script}; unsetopt beep; """
        f"""show() {{ print -rn -- "$BUFFER" > {result}.new; mv {result}.new {result}; BUFFER= }}; zle -N show; bindkey '^G' show; """
        f"""touch {ready}""",
    ),
    "fish": (
        ["fish", "--no-config", "-i"],
        f"""source {script}; function show; printf '%s' (commandline) > {result}.new; mv {result}.new {result}; commandline ''; end; """
        f"""bind \\cg show; touch {ready}""",
    ),
}
command, setup = SHELLS[shell]

process, terminal = pty.fork()
if process == 0:
    os.environ.update(TERM="xterm", HOME=folder, XDG_CONFIG_HOME=folder, XDG_DATA_HOME=folder)
    os.execvp(command[0], command)
seen = b""


def wait_for(path):
    """Reads what the shell prints until the file is there."""
    global seen
    end = time.monotonic() + 60
    while not os.path.exists(path):
        if time.monotonic() > end:
            raise SystemExit(f"{shell} did not respond: {seen!r}")
        if select.select([terminal], [], [], 0.05)[0]:
            seen += os.read(terminal, 65536)


os.write(terminal, setup.encode() + b"\r")
wait_for(ready)
time.sleep(0.3)
typed = []
for line in lines:
    os.write(terminal, line.encode())
    time.sleep(0.1)
    os.write(terminal, b"\t")
    time.sleep(float(os.environ.get("PAUSE", "1.0")))
    os.write(terminal, b"\x07")
    wait_for(result)
    with open(result) as file:
        typed.append(file.read())
    os.remove(result)
os.kill(process, 9)
os.waitpid(process, 0)
print(json.dumps(typed))
