"""Which dataset of an HDF5 file holds the frames: the named one, the default, a known path, the largest."""

from math import prod
from pathlib import PurePosixPath

import h5py

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.frames.hdf5_tree import Group, Node, is_image, look_up, matching_paths, text_of, walk
from napari_unveil.frames.listing import names_text

KNOWN_PATHS = {
    "/entry/data/data": "NeXus",
    "/entry/data/data_[0-9]*": "DECTRIS parts",
    "/entry/instrument/*/data": "NeXus detector",
    "/[0-9]*.[0-9]*/instrument/*/data": "ESRF scan",
    "/entry_1/instrument_1/detector_1/data": "CXI",
    "/entry_1/data_1/data": "CXI",
    "/exchange/data": "Data Exchange",
    "/entry1/tomo_entry/data/data": "NXtomo",
    "/imageseries/images": "image series",
    "/data/JF*/data": "PSI Jungfrau",
}
NEXUS_DEFAULT = "NXdata default"
OTHER = "HDF5"


def choose_dataset(file: Group, address: Address) -> str:
    """Name of the dataset that ``address`` means.

    Raises
    ------
    Refused
        When the named one is absent, broken or no image, or when the file has none.
    """
    return _named(file, address) if address.dataset else _best(file, address)


def layout_of(file: Group, name: str) -> str:
    """Kind of place that ``name`` is, for the user."""
    if name == nexus_default(file):
        return NEXUS_DEFAULT
    return next((kind for path, kind in KNOWN_PATHS.items() if PurePosixPath(name).match(path)), OTHER)


def nexus_default(file: Group) -> str | None:
    """Follow the attributes ``default`` and ``signal`` from the root to images; None where they end."""
    path, group = "", file
    while isinstance(group, h5py.Group) and "signal" not in group.attrs:
        if "default" not in group.attrs:
            return None
        step = text_of(group.attrs["default"]).strip("/")
        path, group = f"{path}/{step}", look_up(group, step)
        if path.count("/") > len(KNOWN_PATHS):
            return None
    return signal_of(file, path)


def signal_of(file: Group, path: str) -> str | None:
    """Name the images that the NXdata group at ``path`` declares as its signal; None without any."""
    group = look_up(file, path)
    if not isinstance(group, h5py.Group) or "signal" not in group.attrs:
        return None
    name = f"{path}/{text_of(group.attrs['signal'])}"
    return name if is_image(look_up(file, name)) else None


def _named(file: Group, address: Address) -> str:
    name = address.dataset or ""
    found = look_up(file, name)
    if is_image(found):
        return name
    if isinstance(found, h5py.Group) and (signal := signal_of(file, name)):
        return signal
    raise Refused(
        found=f"{name} {_what_it_is(found)} in {address.path}",
        needed=f"a dataset of real numbers with at least two axes: {_candidates(file)}",
        remedy=_remedy(found, address),
    )


def _best(file: Group, address: Address) -> str:
    if default := nexus_default(file):
        return default
    known = [path for pattern in KNOWN_PATHS for path in matching_paths(file, pattern)]
    found = [(path, look_up(file, path)) for path in known]
    images = [path for path, there in found if is_image(there)]
    broken = [there for _, there in found if isinstance(there, Node)]
    if images or broken:
        return images[0] if images else _refuse_broken(broken[0], address)
    nodes = [node for node in walk(file) if node.is_image]
    if not nodes:
        raise Refused(
            found=f"{address.path} holds no dataset of images",
            needed="real numbers with at least two axes",
            remedy="choose another file",
        )
    return max(nodes, key=lambda node: prod(node.shape)).path


def _refuse_broken(link: Node, address: Address) -> str:
    raise Refused(
        found=f"{link.path} in {address.path} is a link to {link.missing}, which is absent",
        needed="the file that it points to",
        remedy="copy that file next to this one, or name another dataset",
    )


def _what_it_is(found: object) -> str:
    if found is None:
        return "is not"
    if isinstance(found, Node):
        return f"is a link to {found.missing}, which is absent,"
    if isinstance(found, h5py.Dataset):
        return f"has the shape {found.shape} and the type {found.dtype}"
    return "is a group"


def _candidates(file: Group) -> str:
    paths = [node.path for node in walk(file) if node.is_image]
    return f"one of {names_text(paths)}" if paths else "this file has none"


def _remedy(found: object, address: Address) -> str:
    if isinstance(found, Node):
        return "copy the file that it points to next to this one"
    return f"name a dataset as {address.path}::/path/of/it, or leave it out"
