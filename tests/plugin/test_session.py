"""One session a viewer, which ends with its window."""

from collections.abc import Callable
from typing import Any

from napari.components import ViewerModel
from napari.utils._proxies import PublicOnlyProxy

from napari_unveil.plugin.jobs import Control, Job
from napari_unveil.plugin.session import session_of

Until = Callable[[Callable[[], Any]], None]


def endless(control: Control) -> Job:
    while True:
        yield control.stop_asked()


def test_a_viewer_and_its_proxy_have_one_session(viewer: Any) -> None:
    assert session_of(viewer) is session_of(viewer)
    assert session_of(PublicOnlyProxy(viewer)) is session_of(viewer)


def test_two_viewers_have_two_sessions(viewer: Any) -> None:
    other = ViewerModel()
    assert session_of(viewer) is not session_of(other)


def test_closing_the_window_asks_when_something_would_be_lost(
    viewer_with_window: Any, until: Until, questions_asked: list[str]
) -> None:
    window = viewer_with_window.window._qt_window
    window.show()
    session = session_of(viewer_with_window)
    task = session.task("harvest")
    task.run(endless, done=lambda _: None, at_stake=lambda: "The patches would be lost.")
    questions_asked.append("no")
    window.close()
    assert questions_asked == ["no", "The patches would be lost."]
    assert window.isVisible()
    assert task.running
    task.close()


def test_closing_the_window_ends_its_jobs(viewer_with_window: Any, until: Until, questions_asked: list[str]) -> None:
    viewer = viewer_with_window
    session = session_of(viewer)
    ended: list[str] = []
    task = session.task("train")
    task.ended.connect(ended.append)
    task.run(endless, done=lambda _: None, at_stake=lambda: "A program that closes its viewer is not asked.")
    control = task._control
    until(lambda: task.last_report is not None)
    viewer.close()
    until(control.has_ended)
    assert not task.running
    assert ended == []
    assert session_of(viewer) is not session
    assert questions_asked == []
