"""The words of the command line. Scripts depend on them."""

import argparse
from pathlib import Path

from napari_unveil import __version__
from napari_unveil.cli import verbs
from napari_unveil.cli.harvesting import add_harvest
from napari_unveil.cli.merging import add_merge
from napari_unveil.cli.reading import ADDRESS_HELP, MASK_HELP, add_reading
from napari_unveil.cli.simulating import add_simulate
from napari_unveil.cli.splitting import AXIS, add_splitting


def parser() -> argparse.ArgumentParser:
    """All verbs with their options."""
    top = argparse.ArgumentParser(
        prog="unveil", description="Separate weak X-ray scattering from noise on detector frames."
    )
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(required=True, metavar="VERB")
    for add in (_demo, add_simulate, _info, _mask, add_harvest, _train, _denoise, add_merge, _inspect):
        _with_json(add(commands))
    verb = commands.add_parser("benchmark", help="tables of how good and how fast separations are, on this machine")
    tables = verb.add_subparsers(required=True, metavar="TABLE")
    for add_table in (_quality, _spread):
        _with_json(add_table(tables))
    return top


def _with_json(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true", help="print the result as JSON")


def _demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    verb = commands.add_parser("demo", help="a simulated shot, opened, denoised, signal and noise side by side")
    verb.add_argument("--headless", type=Path, metavar="OUT.png", help="write the picture instead of a window")
    verb.add_argument("--seed", type=int, default=0, help="seed of the simulated shot")
    verb.set_defaults(verb=verbs.demo)
    return verb


def _info(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    verb = commands.add_parser("info", help="datasets that can be opened, with shape, type, unit and warnings")
    verb.add_argument("path", metavar="PATH", help=ADDRESS_HELP)
    verb.set_defaults(verb=verbs.info)
    return verb


def _mask(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    verb = commands.add_parser("mask", help="signal mask from X-ray-only frames")
    verb.add_argument("xray", metavar="XRAY", help=ADDRESS_HELP)
    verb.add_argument("-o", "--output", type=Path, required=True, metavar="mask.tif", help=MASK_HELP)
    verb.add_argument("--threshold", type=float, metavar="T", help="in the frames' unit (suggested from the data)")
    verb.add_argument("--grow", type=float, default=8, metavar="PX", help="margin around the signal, pixels (8)")
    add_reading(verb)
    verb.set_defaults(verb=verbs.mask)
    return verb


def _train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    verb = commands.add_parser("train", help="train a network on a patch library, or on a measurement itself")
    verb.add_argument("path", metavar="PATH", help="a patch library; for --recipe noise2inverse also a measurement")
    verb.add_argument("-o", "--output", type=Path, required=True, metavar="model.safetensors")
    verb.add_argument("--recipe", metavar="NAME", help="the library's; another one is refused")
    verb.add_argument("--preset", default="default", help="default, published, fast or another one of the recipe")
    length = verb.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, metavar="E", help="passes over the patches (the preset's)")
    length.add_argument("--minutes", type=float, metavar="T", help="length of the whole run, resumed parts included")
    verb.add_argument("--batch", type=int, metavar="N", help="patches per step (the preset's)")
    verb.add_argument("--photon-energy", type=float, metavar="KEV", help="energy of one photon (the library's)")
    verb.add_argument(
        "--parametrisation",
        choices=("p4", "escnn"),
        default="p4",
        help="escnn needs the extra of that name; the model file is the same",
    )
    verb.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    verb.add_argument(
        "--resume",
        action="store_true",
        help="go on from the last report of a run; with a larger limit also of one that had ended",
    )
    verb.add_argument(
        "--from", dest="parent", metavar="MODEL", help="begin from the weights of a model file, or default (fine-tune)"
    )
    verb.add_argument("--patience", type=int, metavar="E", help="end after E epochs without a lower held-out loss")
    verb.add_argument("--least-epochs", type=int, metavar="E", help="with --patience: epochs in any case (20)")
    verb.add_argument(
        "--keep", choices=("last", "best"), default="last", help="weights in the model file: last, or best held out"
    )
    verb.add_argument("--seed", type=int, default=0)
    add_splitting(verb)
    add_reading(verb)
    verb.set_defaults(verb=verbs.train)
    return verb


def _denoise(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    verb = commands.add_parser("denoise", help="write signal and noise of frames")
    verb.add_argument("path", metavar="PATH", help=ADDRESS_HELP)
    verb.add_argument("-m", "--model", required=True, help="a model file, or default for the shipped one")
    verb.add_argument("-o", "--output", type=Path, required=True, metavar="out.h5", help="a file, or a new folder")
    verb.add_argument(
        "--layout",
        choices=("nexus", "euxfel"),
        default="nexus",
        help="a file of NXdata, or of European XFEL runs a folder like a corrected run, that EXtra-data opens (nexus)",
    )
    verb.add_argument(
        "--photons",
        action="store_true",
        help="all in photons, and the signal rounded to whole ones: smaller files, but signal + noise is the input "
        "only to half a photon",
    )
    verb.add_argument("--frames", type=frame_range, default=slice(None), metavar="a:b", help="from a up to before b")
    verb.add_argument("--passes", type=int, choices=(4, 1), help="published four grids, or one (the model's own)")
    verb.add_argument("--no-errors", action="store_true", help="leave out the standard error of the signal")
    verb.add_argument(
        "--warning-map", action="store_true", help="write where the frames are unlike the training data, too"
    )
    verb.add_argument("--photon-energy", type=float, metavar="KEV", help="energy of one photon (the file's)")
    verb.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    verb.add_argument(
        "--part",
        type=part,
        default=(1, 1),
        metavar="i/n",
        help="only share i of n of the frames; `unveil merge` puts the parts together",
    )
    verb.add_argument("--axis", type=AXIS[0], metavar=AXIS[1], help=f"tomography: {AXIS[2]} (the model's)")
    add_reading(verb)
    verb.set_defaults(verb=verbs.denoise)
    return verb


def _inspect(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    verb = commands.add_parser("inspect", help="profiles, residuals and scores of a result")
    verb.add_argument("path", metavar="out.h5", help="a file that denoise wrote")
    verb.add_argument("--truth", metavar="truth.h5", help="the truth of simulated frames")
    verb.add_argument("--centre", type=centre, metavar="y,x", help="beam centre in pixels (suggested from the data)")
    verb.add_argument("-o", "--output", type=Path, required=True, metavar="report.html", help="html or png")
    verb.set_defaults(verb=verbs.inspect)
    return verb


def _quality(tables: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    verb = tables.add_parser("quality", help="methods old and new against simulated truth")
    verb.add_argument("--quick", action="store_true", help="for 2 cores and a quarter of an hour")
    verb.add_argument("--shots", type=int, metavar="N", help="full shots of each campaign (8; quick: 4)")
    verb.add_argument(
        "--methods", nargs="+", default=[], metavar="NAME", help="only these (all; a wrong name lists them)"
    )
    verb.add_argument("--model", type=Path, metavar="MODEL", help="a model file to judge as well")
    verb.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    verb.add_argument("--seed", type=int, default=0)
    verb.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("benchmark"),
        metavar="FOLDER",
        help="tables, pictures, models (benchmark); a run that was stopped goes on there",
    )
    verb.set_defaults(verb=verbs.quality)
    return verb


def _spread(tables: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    verb = tables.add_parser("spread", help="what another seed changes in the table of quality")
    verb.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="what runs with different seeds had for -o"
    )
    verb.set_defaults(verb=verbs.spread)
    return verb


def frame_range(text: str) -> slice:
    """``a:b`` as in Python; either side may be left out."""
    try:
        first, last = (int(side) if side else None for side in text.split(":"))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no range; give a:b, for example 0:100") from error
    return slice(first, last)


def part(text: str) -> tuple[int, int]:
    """``i/n``: share i of n."""
    try:
        number, parts = (int(side) for side in text.split("/"))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; give i/n, for example 1/8") from error
    return number, parts


def centre(text: str) -> tuple[float, float]:
    """``y,x`` in pixels."""
    try:
        y, x = (float(side) for side in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no point; give y,x, for example 256,512") from error
    return y, x
