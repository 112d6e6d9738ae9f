"""``python -m tucuxi.stubs SERVICE... [--output FOLDER]``: type stubs for editors and mypy, generated from the definitions.

The folder, ``typings`` by default, is one that type checkers search: pyright does, mypy does with ``MYPYPATH=typings``.
"""

import argparse
import pathlib

from .session import Session


def write(services, output="typings", session=None):
    """Writes the stubs of services into a folder and returns the paths of the files."""
    paths = []
    for name, text in (session or Session())._native.stubs(services):
        path = pathlib.Path(output) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        paths.append(path)
    return paths


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tucuxi.stubs", description="Generates type stubs for services.")
    parser.add_argument("services", metavar="SERVICE", nargs="+", help="the service's name, for example s3")
    parser.add_argument("-o", "--output", metavar="FOLDER", default="typings", help="the folder of the stubs (default: typings)")
    chosen = parser.parse_args(arguments)
    try:
        paths = write(chosen.services, chosen.output)
    except Exception as error:
        parser.exit(1, f"{error}\n")
    print(f"{len(paths)} files in {chosen.output}")


if __name__ == "__main__":
    main()
