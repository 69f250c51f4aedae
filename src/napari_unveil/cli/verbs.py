"""What each verb does with its words. Heavy libraries are loaded by the verb that needs them."""

from argparse import Namespace
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from napari_unveil.cli.printing import Printer
from napari_unveil.cli.reading import opened
from napari_unveil.cli.splitting import library_for_training, refuse_axis, split_for_model
from napari_unveil.errors import Failed
from napari_unveil.types import Progress

if TYPE_CHECKING:
    from napari_unveil.frames import Listing
    from napari_unveil.training import TrainingSettings


def _as_it_is(progress: Progress) -> Progress:
    return progress


def demo(request: Namespace, printer: Printer) -> None:
    """A simulated shot, denoised with the shipped model, in a window or a picture."""
    if request.headless is None:
        from napari_unveil.cli.display import refuse_without_window

        refuse_without_window()
        from napari_unveil.plugin.demo import open_demo

        open_demo(seed=request.seed)
        return
    from napari_unveil.workflow.demonstrating import draw_demo

    scores = draw_demo(request.headless, seed=request.seed)
    removed, flux = scores["noise_removed"], scores["flux_bright"]
    printer.result(
        f"{request.headless}: {removed:.0%} of the noise removed, {flux:.1%} of the flux in bright pixels kept",
        {"picture": str(request.headless), **scores},
    )


def info(request: Namespace, printer: Printer) -> None:
    """What can be opened in a file."""
    from napari_unveil.frames import list_datasets, parse_address

    listings = list_datasets(parse_address(request.path))
    printer.result("\n".join(map(_described, listings)), [asdict(listing) for listing in listings])


def mask(request: Namespace, printer: Printer) -> None:
    """A signal mask from X-ray-only frames."""
    from napari_unveil.frames import in_shots
    from napari_unveil.masking import refuse_mask_path, save_mask
    from napari_unveil.saving import refuse_inputs
    from napari_unveil.workflow.masking import mask_from_reference

    stack = opened(request.xray, request, printer)
    refuse_inputs(request.output, *stack.inputs)
    refuse_mask_path(request.output)

    unreadable: list[str] = []
    frames = (stack.read_or_missing(index, unreadable) for index in range(stack.frame_count))
    made = mask_from_reference(
        in_shots(printer.passing("frames", frames, total=stack.frame_count), stack.shot_shape),
        threshold=request.threshold,
        grow_px=request.grow,
    )
    provenance = {"source": str(stack.address), "threshold": made.threshold, "grow_px": request.grow}
    save_mask(request.output, made.mask, provenance=provenance)
    share = float(made.mask.mean())
    printer.result(
        f"{request.output}: {share:.1%} of the frame is signal, above {made.threshold:.4g} {stack.unit}".rstrip(),
        {"mask": str(request.output), "share": share, "threshold": made.threshold, "unit": stack.unit},
    )
    if unreadable:
        raise Failed(
            found=f"{len(unreadable)} of {stack.frame_count} frames could not be read ({'; '.join(unreadable[:5])})",
            kept=f"the mask of the others is in {request.output}",
            remedy="repair the input and make the mask again, or go on with this one",
        )


def train(request: Namespace, printer: Printer) -> None:
    """A model from a patch library, or from a measurement that is split and cut into one."""
    from napari_unveil import training
    from napari_unveil.frames import size_text
    from napari_unveil.network.device import device_in_words
    from napari_unveil.training.memory import training_bytes
    from napari_unveil.workflow.models import model_path

    parent = None if request.parent is None else training.parent_from_file(model_path(request.parent))
    if request.resume:
        training.read_record(training.state_path_of(request.output))  # refused before anything is said
    library = library_for_training(request, printer)
    plan = training.plan_training(library, _training_settings(request, library.recipe), request.output, parent=parent)
    memory = size_text(training_bytes(plan.settings, library.patch))
    printer.say(f"on {device_in_words(plan.device)}; the run takes about {memory}")

    def in_words(report: training.TrainingReport) -> str:
        return (
            f"epoch {report.epoch:.1f}, loss {report.training_loss:.4g}, held out {report.validation_loss:.4g}, "
            f"{report.patches_per_second:.0f} patches/s, {report.left_s / 60:.1f} min left"
        )

    def progress(report: training.TrainingReport) -> Progress:
        total_s = report.elapsed_s + report.left_s
        return Progress(round(report.elapsed_s), round(total_s), f"s: {in_words(report)}")

    run = training.resume if request.resume else training.train
    last = printer.follow("training", run(plan), progress)
    printer.result(
        f"{request.output}: {in_words(last) if last else ''}",
        {"model": str(request.output), **(last.as_values() if last else {})},
    )


def _training_settings(request: Namespace, recipe: str) -> "TrainingSettings":
    """What is asked for, of the recipe that is named, or else of ``recipe``."""
    from napari_unveil.training import preset

    asked = {
        "epochs": request.epochs,
        "minutes": request.minutes,
        "batch": request.batch,
        "photon_energy_keV": request.photon_energy,
        "patience_epochs": request.patience,
        "least_epochs": request.least_epochs,
    }
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    settings = replace(
        preset(request.preset, request.recipe or recipe),
        seed=request.seed,
        device=request.device,
        parametrisation=request.parametrisation,
        keeps=request.keep,
        **given,
    )
    return settings if request.minutes is None else replace(settings, epochs=None)


def denoise(request: Namespace, printer: Printer) -> None:
    """Signal and noise of frames, in a file."""
    from napari_unveil.frames import size_text
    from napari_unveil.workflow import denoising
    from napari_unveil.workflow.request import DenoisingRequest
    from napari_unveil.workflow.splitting import split_of_model

    how = DenoisingRequest(
        model=request.model,
        photon_energy_keV=request.photon_energy,
        passes=request.passes,
        errors=not request.no_errors,
        warning_map=request.warning_map,
        device=request.device,
        layout=request.layout,
        photons=request.photons,
    )
    wanted = split_of_model(request.model)
    made = None if wanted is None else split_for_model(request.path, wanted, request, printer)
    if made is None:
        refuse_axis(request)
    plan = denoising.plan_denoising(
        opened(request.path, request, printer) if made is None else made.stack,
        request.output,
        how,
        rows=request.frames,
        part=request.part,
        tell=printer.say,
    )
    plan.process["parameters"].update({} if made is None else made.provenance)
    size = size_text(plan.bytes_out)
    printer.say(f"{len(plan.frames)} frames, about {size} uncompressed, on {plan.denoiser.device}")
    last = printer.follow("frames", denoising.denoise(plan), _as_it_is)
    unlike = None if last is None else last.unlike
    ratio = plan.process["parameters"].get("exposure_ratio")
    said = (
        "" if ratio is None else f"signal at the exposure of the input, times {ratio:.4g} for high counts",
        "" if unlike is None else f"{unlike:.1%} of the pixels are unlike the training data",
    )
    printer.result(
        ": ".join(filter(None, (str(request.output), "; ".join(filter(None, said))))),
        {
            "result": str(request.output),
            "frames": len(plan.frames),
            "unlike_training": unlike,
            **({} if ratio is None else {"exposure_ratio": ratio}),
        },
    )


def inspect(request: Namespace, printer: Printer) -> None:
    """A report on a result."""
    from napari_unveil.workflow.inspecting import inspect as inspect_result

    report = inspect_result(request.path, truth=request.truth, centre_yx=request.centre, path=request.output)
    printer.result(f"{report.text}\n\n{report.path}", report.values)


def spread(request: Namespace, printer: Printer) -> None:
    """What another seed changes in the table of all methods."""
    from napari_unveil.benchmark.markdown import spread_page
    from napari_unveil.benchmark.spread import spread_of

    found = spread_of(request.folders)
    printer.result(spread_page(found), found.as_values())


def quality(request: Namespace, printer: Printer) -> None:
    """The table of all methods against simulated truth."""
    from napari_unveil.benchmark import plan as planning
    from napari_unveil.benchmark.markdown import summary
    from napari_unveil.benchmark.quality import KEPT, QualityReport, run_quality

    begin = planning.quick_settings if request.quick else planning.long_settings
    settings = replace(
        begin(request.output, seed=request.seed, shots=request.shots),
        names=tuple(request.methods),
        model=request.model,
        device=request.device,
    )
    plan = planning.plan_quality(settings)
    for sentence in (*plan.choice.absent, *(f"{name} is {KEPT}" for name in plan.kept)):
        printer.say(sentence)

    def progress(report: QualityReport) -> Progress:
        return replace(report.progress, message=f"{report.title} {report.progress.message}")

    last = printer.follow("benchmark:", run_quality(plan), progress)
    if last is not None and last.table is not None:
        printer.result(f"{summary(last.table)}\n\n{request.output}", last.table.as_values())


def _described(listing: "Listing") -> str:
    if listing.available:
        size = f"{' x '.join(map(str, listing.shape))} ({', '.join(listing.axes)})"
        head = f"{listing.address}: {listing.layout}, {size}, {listing.dtype}, {listing.unit or 'unit unknown'}"
    else:
        head = f"{listing.address}: unavailable"
    why = f"{'opened when nothing is named: ' if listing.opened else ''}{listing.reason}" if listing.reason else ""
    return "\n    ".join(line for line in (head, why, listing.stored, listing.note) if line)
