"""Fixtures that every package's tests share."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of single tests."""
    parser.addoption("--walk-pictures", metavar="DIR", help="walk at full size and write pictures (test_walk.py)")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real detector frames, kept outside the project."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real detector frames (../shared/data) are not on this machine")
    return folder
