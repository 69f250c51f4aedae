import json
import math
from dataclasses import replace

from napari_unveil.inspection import json_values, pair_numbers, pair_rows, plain, score, score_rows


def test_scores_stand_beside_each_other_in_their_unit(scene):
    scores = score([scene])
    heading, rule, *body = plain(score_rows({"input": scores, "signal": scores}, unit="keV")).splitlines()
    assert heading.split()[-2:] == ["input", "signal"]
    assert set(rule) <= set("- ")
    assert len(body) == 8
    assert "above 20 keV" in body[1]
    assert "100.00 %" in body[0]
    assert len({len(line) for line in (heading, rule, *body)}) == 1


def test_what_is_not_defined_is_a_dash_and_what_is_not_reached_is_none(scene):
    scores = replace(score([scene]), flux_bright=None, lowest_usable=math.inf)
    rows = score_rows({"signal": scores}, unit="")
    assert rows[2] == ["Flux in pixels above 20", "–"]
    assert rows[3][1] == "none"


def test_json_holds_numbers_or_nulls(scene):
    scores = replace(score([scene]), lowest_usable=math.inf)
    values = json.loads(json.dumps(json_values(scores), allow_nan=False))
    assert values["lowest_usable"] is None
    assert values["noise_removed"] == scores.noise_removed


def test_every_frame_has_its_row(scene):
    frame, separation, _ = scene
    numbers = pair_numbers(frame, separation)
    text = plain(pair_rows([("frame 0", numbers), ("frame 1", numbers)], unit="keV"))
    assert f"{numbers.pixels:,}" in text
    assert [line.split("  ")[0] for line in text.splitlines()[2:]] == ["frame 0", "frame 1"]
