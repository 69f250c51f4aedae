"""Pedestals and gains of Jungfrau gain stages out of HDF5 or npz files."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address, parse_address
from napari_unveil.frames.calibration import STAGES, Calibration
from napari_unveil.frames.hdf5_file import absent, looks_like_hdf5, opened_hdf5
from napari_unveil.frames.hdf5_tree import look_up

PEDESTALS, GAINS = ("pedestals", "pedestal"), ("gains", "gain")
OF_STAGES = ("G0", "G1", "G2")
UNITS = {"keV": "keV", "photon": "photons"}
"""What the gains are ADU per, and the unit that comes out."""

NEW_AXES = {1: (1, 2, 3, 4), 3: (1, 2), 4: (1,), 5: ()}
"""Where axes of length 1 go to make (stage, cell, module, y, x), by the number of axes."""

SHAPES = "(3,), (3, y, x), (3, module, y, x) or (3, cell, module, y, x)"


def load_calibration(pedestals: str | None, gains: str | None, per: str = "keV") -> Calibration:
    """Read the constants of the three gain stages.

    Parameters
    ----------
    pedestals, gains
        ``FILE[::/dataset]``, HDF5 or npz. Without a dataset it is ``pedestals`` (``gains``), or ``G0``, ``G1`` and
        ``G2``, one for each stage.
    per
        What the gains are ADU per: ``keV`` or ``photon``.

    Raises
    ------
    Refused
        When one of both is not given, a file cannot be read or holds no such array.
    """
    if pedestals is None or gains is None:
        raise Refused(
            found=f"{'gains' if pedestals is None else 'pedestals'} alone",
            needed="both, to calibrate raw words",
            remedy="give --pedestals FILE and --gains FILE",
        )
    addresses = parse_address(pedestals), parse_address(gains)
    values = [_stages(address, names) for address, names in zip(addresses, (PEDESTALS, GAINS), strict=True)]
    return Calibration(
        pedestals=values[0],
        gains=values[1],
        unit=UNITS[per],
        origin=(*(str(address.resolved()) for address in addresses), per),
        files=tuple(address.path for address in addresses),
    )


def _stages(address: Address, names: tuple[str, ...]) -> NDArray[np.float32]:
    if not address.path.is_file():
        raise absent(address.path)
    arrays = _from_hdf5 if looks_like_hdf5(address.path) else _from_npz
    wanted = ((address.dataset.strip("/"),),) if address.dataset else (*((name,) for name in names), OF_STAGES)
    for group in wanted:
        found = arrays(address.path, group)
        if found:
            return _five_axes(address, found[0] if len(group) == 1 else np.stack(found))
    raise Refused(
        found=f"{address} holds no {names[0]}",
        needed=f"an array {names[0]} of shape {SHAPES}, or arrays {', '.join(OF_STAGES)}, one for each gain stage",
        remedy=f"name the dataset as {address.path}::/path/of/it, or rename it",
    )


def _from_hdf5(path: Path, names: tuple[str, ...]) -> list[NDArray[Any]]:
    with opened_hdf5(path) as file:
        found = [look_up(file, name) for name in names]
        if any(getattr(each, "shape", None) is None for each in found):
            return []
        return [np.asarray(each[()]) for each in found]


def _from_npz(path: Path, names: tuple[str, ...]) -> list[NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return [np.asarray(file[name]) for name in names] if set(names) <= set(file.files) else []
    except (OSError, ValueError, TypeError, AttributeError, EOFError, BadZipFile) as error:
        raise Refused(
            found=f"{path} cannot be read as constants ({error})",
            needed="an HDF5 or npz file",
            remedy="check the name, or save the arrays again",
        ) from error


def _five_axes(address: Address, values: NDArray[Any]) -> NDArray[np.float32]:
    if values.ndim not in NEW_AXES or values.dtype.kind not in "iuf" or values.shape[0] < STAGES:
        raise Refused(
            found=f"{address} holds {values.dtype} numbers of shape {values.shape}",
            needed=f"one value for each of 3 gain stages: {SHAPES}",
            remedy="name another dataset, or put the stages along the first axis",
        )
    return np.expand_dims(values[:STAGES].astype(np.float32), NEW_AXES[values.ndim])
