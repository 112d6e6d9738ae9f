"""The module that ``import boto3`` resolves to after :func:`tucuxi.install_as_boto3`.

``python -m tucuxi.boto3 script.py`` runs a script that way.
"""

import logging
from logging import NullHandler

from .session import Session

__version__ = "1.44.5"
__author__ = "tucuxi"
DEFAULT_SESSION = None


def setup_default_session(**kwargs):
    """Sets the session of :func:`client` and :func:`resource`."""
    global DEFAULT_SESSION
    DEFAULT_SESSION = Session(**kwargs)


def _get_default_session():
    if DEFAULT_SESSION is None:
        setup_default_session()
    return DEFAULT_SESSION


def client(*args, **kwargs):
    """Creates a client of the default session."""
    return _get_default_session().client(*args, **kwargs)


def resource(*args, **kwargs):
    """Creates a resource of the default session."""
    return _get_default_session().resource(*args, **kwargs)


def set_stream_logger(name="boto3", level=10, format_string=None):
    """Logs to the standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(format_string or "%(asctime)s %(name)s [%(levelname)s] %(message)s"))
    logger = logging.getLogger(name)
    logger.setLevel(level)
    logger.addHandler(handler)


def _main():
    import runpy
    import sys

    import tucuxi

    arguments = sys.argv[1:]
    if not arguments:
        sys.exit("usage: python -m tucuxi.boto3 (script.py | -m module | -c code) [arguments]")
    tucuxi.install_as_boto3()
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    elif arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        exec(compile(arguments[1], "<string>", "exec"), {"__name__": "__main__"})
    else:
        import os

        sys.argv = arguments
        sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    _main()
