"""`python -m MODULE ...` without the seconds that libraries take to import.

A server imports the libraries of a module when it is first asked for, and nothing of the project.
For each command it forks a process, which goes on as `python -m` does: it imports the project anew,
from the PYTHONPATH that it is given. FOLDER/bin/python hands its command line, folder, environment
and streams to the server. What Snakemake starts there finds it first in its PATH.

    python -I warm.py FOLDER          serve until standard input is closed
    FOLDER/bin/python -m MODULE ...   run a command
"""

import atexit
import gc
import json
import os
import runpy
import select
import socket
import sys
import threading
import traceback
from importlib import import_module
from pathlib import Path

LIBRARIES = {
    "snakemake": ("snakemake.cli",),
    "mlpstudy.rules": (
        "matplotlib.pyplot", "numba", "pandas", "pyarrow.parquet", "scipy.optimize",
        "scipy.special", "sklearn.datasets", "torch", "typer",
    ),
}  # fmt: skip
# Without the site packages, it starts in a hundredth of a second.
CLIENT = """\
#!{python} -IS
import json, os, socket, sys

if sys.argv[1:2] != ["-m"]:
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [b" "], [0, 1, 2])
    server.sendall(json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode())
    server.shutdown(socket.SHUT_WR)
    code = server.recv(1)
sys.exit(code[0] if code else 1)
"""


def main() -> None:
    folder = Path(sys.argv[1])
    python = folder / "bin" / "python"
    python.parent.mkdir()
    address = str(folder / "socket")
    python.write_text(CLIENT.format(python=sys.executable, address=address), encoding="utf-8")
    python.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(100)
        print("ready", flush=True)
        asked = next_command(listener)
    if asked:
        sys.executable = str(python)
        leave(run(*asked))


def next_command(listener: socket.socket):
    """In a process of its own, forked for it, a command's streams and words; in the server None,
    once there is nobody to ask."""
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        client, _ = listener.accept()
        _, streams, *_ = socket.recv_fds(client, 1, 3)
        with client.makefile("rb") as sent:
            asked = json.loads(sent.read())
        for library in LIBRARIES.get(asked[0][0], ()):
            import_module(library)
        gc.freeze()
        if os.fork() == 0 and forked(client):
            return streams, *asked
        client.close()
        for stream in streams:
            os.close(stream)
        reap(os.WNOHANG)
    reap()
    return None


def forked(client: socket.socket) -> bool:
    """True in the process that is to run the command; its parent sends the client its exit code."""
    pid = os.fork()
    if pid == 0:
        client.close()
        return True
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    client.sendall(bytes([code & 255]))
    os._exit(0)


def reap(options: int = 0) -> None:
    try:
        while os.waitpid(-1, options)[0]:
            pass
    except ChildProcessError:
        pass


def run(streams: list[int], words: list[str], folder: str, environment: dict[str, str]) -> int:
    """Go on as `python -m WORDS` in a folder; its exit code."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = [folder, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    sys.argv[:] = words
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    except SystemExit as left:
        if isinstance(left.code, str):
            print(left.code, file=sys.stderr)
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def leave(code: int) -> None:
    """Leave as Python does, but for taking the libraries apart."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
