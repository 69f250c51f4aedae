"""The command line: parses, calls the workflow, prints reports to stderr and a result to stdout."""

from napari_unveil.cli.main import main

__all__ = ["main"]
