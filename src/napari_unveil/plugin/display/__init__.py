"""Seeing frames of a high dynamic range: scale, limits and colours of image layers."""
