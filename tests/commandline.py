"""The command line in a process of its own, forked off one that has imported the heavy parts already."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
STREAMS = ("in", "out", "err")

_forks = get_context("forkserver")
_forks.set_forkserver_preload(["tests.preloaded"])


def run(*arguments: str, environment: Mapping[str, str], stdin: str = "") -> CompletedProcess[str]:
    """What `callsheet` with these arguments printed and how it ended; it knows this environment and no other."""
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in STREAMS]
        files[0].write_text(stdin, encoding="utf-8")
        process = _forks.Process(target=_main, args=(arguments, dict(environment), files))
        process.start()
        process.join()
        out, err = (file.read_text(encoding="utf-8") for file in files[1:])
        return CompletedProcess(arguments, process.exitcode or 0, out, err)


def _main(arguments: tuple[str, ...], environment: dict[str, str], files: list[Path]) -> None:
    from bot.cli import main

    for number, file in enumerate(files):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["callsheet", *arguments]
    main()
