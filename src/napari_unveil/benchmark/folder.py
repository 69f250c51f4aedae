"""The folder of a run: what is kept there, so that a run that was stopped goes on, and what of it still holds.

``table.md`` and ``table.json`` are written anew after every campaign. ``campaigns/`` holds the values of each campaign
that was judged, ``models/`` each network with a record of how it was trained, ``images/benchmark/`` a picture of each
campaign. ``patches.h5``, which networks learn from, is there until all of them are trained.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from napari_unveil.benchmark.rows import ROW, Number
from napari_unveil.benchmark.table import Budget, Table, number_from_json, number_to_json
from napari_unveil.saving import make_folder, replacing

MARKDOWN_FILE, JSON_FILE, PATCHES_FILE = "table.md", "table.json", "patches.h5"
CAMPAIGNS, MODELS, IMAGES = "campaigns", "models", "images/benchmark"

Values = dict[str, Number]
"""Every row of one method in one campaign."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where a run writes.

    Parameters
    ----------
    path
        The folder itself.
    """

    path: Path

    @property
    def models(self) -> Path:
        """The folder of the networks."""
        return self.path / MODELS

    @property
    def patches(self) -> Path:
        """The library that networks learn from."""
        return self.path / PATCHES_FILE

    def model(self, network: str) -> Path:
        """The file of a network."""
        return self.models / f"{network}.safetensors"

    def picture(self, campaign: str) -> Path:
        """The picture of a campaign."""
        return self.path / IMAGES / f"{_file_name(campaign)}.png"

    def pictures(self, table: Table) -> dict[str, str]:
        """Link from the table to the picture of each campaign that has one."""
        found = {name: self.picture(name) for name in table.campaigns}
        return {name: path.relative_to(self.path).as_posix() for name, path in found.items() if path.is_file()}

    def kept_budget(self, network: str, made_from: Mapping[str, Any]) -> Budget | None:
        """What the training of ``network`` took, where its file is there and was made from the very same."""
        record, model = _read(self._record(network)), self.model(network)
        same = record.get("made_from") == _plain(made_from) and model.is_file()
        return Budget(**record["budget"]) if same and record.get("sha256") == sha256_of(model) else None

    def keep_budget(self, network: str, made_from: Mapping[str, Any], budget: Budget) -> None:
        """Write beside a trained network what it was made from."""
        record = {"made_from": made_from, "sha256": sha256_of(self.model(network)), "budget": asdict(budget)}
        _write(self._record(network), record)

    def kept_values(self, campaign: str, made_from: Mapping[str, Any], methods: Mapping[str, str]) -> dict[str, Values]:
        """The values of those ``methods`` that were judged in the very same campaign, and had the same identity."""
        known = self._judged(campaign, made_from)
        return {
            name: {row: number_from_json(number) for row, number in known[name]["values"].items()}
            for name, identity in methods.items()
            if name in known and known[name]["identity"] == identity and known[name]["values"].keys() == ROW.keys()
        }

    def keep_values(
        self,
        campaign: str,
        made_from: Mapping[str, Any],
        methods: Mapping[str, str],
        values: Mapping[str, Mapping[str, Number]],
    ) -> None:
        """Add the ``values`` of ``methods`` in a campaign, each with its identity, to those that are there."""
        judged = self._judged(campaign, made_from) | {
            name: {
                "identity": methods[name],
                "values": {row: number_to_json(number) for row, number in values[name].items()},
            }
            for name in values
        }
        _write(self._campaign(campaign), {"made_from": made_from, "methods": judged})

    def _judged(self, campaign: str, made_from: Mapping[str, Any]) -> dict[str, Any]:
        record = _read(self._campaign(campaign))
        return dict(record["methods"]) if record.get("made_from") == _plain(made_from) else {}

    def _record(self, network: str) -> Path:
        return self.models / f"{network}.json"

    def _campaign(self, name: str) -> Path:
        return self.path / CAMPAIGNS / f"{_file_name(name)}.json"


def sha256_of(path: Path) -> str:
    """Hash of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _file_name(campaign: str) -> str:
    return campaign.replace(" ", "-")


def _plain(values: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(values))


def _read(path: Path) -> dict[str, Any]:
    """What a record says; nothing where there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, values: Mapping[str, Any]) -> None:
    make_folder(path.parent)
    with replacing(path) as partial:
        partial.write_text(json.dumps(values, indent=1, allow_nan=False), encoding="utf-8")
