"""What the user prefers for good: napari's own window for preferences shows it, the manifest describes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qtpy.QtCore import QStandardPaths

PLUGIN = "napari-unveil"


@dataclass(frozen=True, slots=True)
class Preferences:
    """Values that windows begin with; the names are those of the manifest.

    Parameters
    ----------
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    model
        Name of a shipped model, or the path of a model file.
    folder
        Where results are written unless told otherwise; empty: the user's home.
    cache_gb
        Memory for denoised frames that are not written yet, in GB.
    restore_mask
        Whether a mask that was painted on the same frames before is offered.
    """

    device: str = "auto"
    model: str = "default"
    folder: str = ""
    cache_gb: float = 1.0
    restore_mask: bool = True

    def in_folder(self, name: str) -> Path:
        """A file of this name in the folder for results."""
        return (Path(self.folder).expanduser() if self.folder else Path.home()) / name


def preferences() -> Preferences:
    """What the user prefers now; the defaults where napari is older than 0.9 and cannot be asked."""
    try:
        from napari.settings import get_plugin_settings

        chosen = get_plugin_settings(PLUGIN).general
    except (ImportError, KeyError, AttributeError):
        return Preferences()
    return Preferences(**{name: _chosen(chosen, name) for name in Preferences.__dataclass_fields__})


def _chosen(settings: Any, name: str) -> Any:
    return getattr(settings, name, Preferences.__dataclass_fields__[name].default)


def data_folder() -> Path:
    """Where the plugin keeps files of its own, such as autosaved masks; made when it is absent."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)) / PLUGIN
    folder.mkdir(parents=True, exist_ok=True)
    return folder
