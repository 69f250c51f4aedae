"""WINDOWS: the only package that sees Qt and napari."""
