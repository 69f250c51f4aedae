"""Tensor aliases. Inside a network the axes are ``batch, channel, y, x``."""

from typing import TypeAlias

import torch

Tensor: TypeAlias = torch.Tensor
"""Any tensor; the docstring that uses it gives the shape."""

ImageBatch: TypeAlias = torch.Tensor
"""Shape (batch, 1, y, x), float32, in the unit of the frames."""

FieldBatch: TypeAlias = torch.Tensor
"""Shape (batch, 4 * field, y, x): channel 4 f + r is field f seen by the filter turned by r quarter turns."""
