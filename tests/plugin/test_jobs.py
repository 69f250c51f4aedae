"""Jobs: what breaks is told, what is cancelled ends, and what is last always comes."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from napari_unveil.errors import Refused
from napari_unveil.plugin.jobs import Control, Job, Task


class Heard:
    """What a task has said."""

    def __init__(self, task: Task) -> None:
        self.reports: list[Any] = []
        self.sentences: list[str] = []
        self.results: list[Any] = []
        task.reported.connect(self.reports.append)
        task.ended.connect(self.sentences.append)


@pytest.fixture
def task(qapp: Any) -> Iterator[Task]:
    task = Task("test", announce=lambda _: None)
    yield task
    task.close()


@pytest.fixture
def heard(task: Task) -> Heard:
    return Heard(task)


def test_a_job_reports_and_gives_its_result(task: Task, heard: Heard, finish: Callable[[Task], None]) -> None:
    def work(_: Control) -> Job:
        yield "half"
        return "whole"

    task.run(work, done=heard.results.append)
    finish(task)
    assert (heard.reports[-1], heard.results, heard.sentences) == ("half", ["whole"], [""])


def test_reports_are_told_ten_times_a_second_at_most_and_the_last_one_comes(
    task: Task, heard: Heard, finish: Callable[[Task], None]
) -> None:
    def work(_: Control) -> Job:
        began = time.monotonic()
        number = 0
        while time.monotonic() - began < 0.5:
            number += 1
            yield number
        return number

    task.run(work, done=heard.results.append)
    finish(task)
    assert heard.results[0] > 20, "test invalid: too few reports"
    assert len(heard.reports) <= 7
    assert heard.reports[-1] == heard.results[0]


@pytest.mark.parametrize("error", [RuntimeError("it broke"), ValueError("it broke"), KeyError("it broke")])
def test_whatever_breaks_becomes_a_sentence(
    error: Exception, task: Task, heard: Heard, finish: Callable[[Task], None]
) -> None:
    def work(_: Control) -> Job:
        yield 1
        raise error

    task.run(work, done=heard.results.append)
    finish(task)
    assert "it broke" in heard.sentences[0]
    assert type(error).__name__ in heard.sentences[0]
    assert heard.results == []


def test_running_out_of_memory_is_named_as_such(task: Task, heard: Heard, finish: Callable[[Task], None]) -> None:
    import torch

    def work(_: Control) -> Job:
        yield 1
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")

    task.run(work, done=heard.results.append)
    finish(task)
    assert heard.sentences[0].startswith("memory ran out")


def test_a_refusal_is_told_as_it_is(task: Task, heard: Heard, finish: Callable[[Task], None]) -> None:
    refusal = Refused(found="three", needed="four", remedy="add one")

    def work(_: Control) -> Job:
        yield 1
        raise refusal

    task.run(work, done=heard.results.append)
    finish(task)
    assert heard.sentences == [str(refusal)]


def test_work_that_cannot_begin_is_told(task: Task, heard: Heard, finish: Callable[[Task], None]) -> None:
    def work(_: Control) -> Job:
        raise RuntimeError("no beginning")

    task.run(work, done=heard.results.append)
    finish(task)
    assert "no beginning" in heard.sentences[0]


def test_a_result_that_cannot_be_shown_is_told(task: Task, heard: Heard, finish: Callable[[Task], None]) -> None:
    def work(_: Control) -> Job:
        yield 1

    def done(_: object) -> None:
        raise RuntimeError("no layer")

    task.run(work, done=done)
    finish(task)
    assert "no layer" in heard.sentences[0]


def test_cancel_closes_the_job_and_gives_no_result(task: Task, heard: Heard, finish: Callable[[Task], None]) -> None:
    cleaned = threading.Event()

    def work(_: Control) -> Job:
        try:
            while True:
                yield 1
        finally:
            cleaned.set()

    task.run(work, done=heard.results.append)
    task.cancel()
    finish(task)
    assert cleaned.is_set()
    assert (heard.results, heard.sentences) == ([], [""])


def test_stop_lets_the_job_come_to_its_own_end(task: Task, heard: Heard, finish: Callable[[Task], None]) -> None:
    def work(control: Control) -> Job:
        while not control.stop_asked():
            yield 1
        return "kept"

    task.run(work, done=heard.results.append)
    task.stop()
    finish(task)
    assert heard.results == ["kept"]


def test_cancel_ends_work_that_reads_items_in_one_go(
    task: Task, heard: Heard, finish: Callable[[Task], None], until: Callable[[Callable[[], Any]], None]
) -> None:
    def endless() -> Iterator[int]:
        while True:
            yield 1

    def work(control: Control) -> Job:
        yield 1
        return sum(control.counted(endless(), total=10))

    task.run(work, done=heard.results.append)
    until(lambda: heard.reports)
    task.cancel()
    finish(task)
    assert (heard.results, heard.sentences) == ([], [""])


def test_closing_waits_for_the_thread_and_tells_nothing(task: Task, heard: Heard) -> None:
    def work(control: Control) -> Job:
        while not control.stop_asked():
            yield 1
        yield 2

    task.run(work, done=heard.results.append)
    assert task.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "unveil test" and thread.is_alive()]
    assert heard.sentences == []


def test_only_one_job_of_a_kind_runs(task: Task, heard: Heard, finish: Callable[[Task], None]) -> None:
    def work(control: Control) -> Job:
        while not control.stop_asked():
            yield 1
        return "first"

    def second(_: Control) -> Job:
        yield 1
        return "second"

    task.run(work, done=heard.results.append)
    task.run(second, done=heard.results.append)
    task.stop()
    finish(task)
    assert heard.results == ["first"]
