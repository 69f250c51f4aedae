import numpy as np
import pytest

from napari_unveil.simulate.discs import Discs, disc_areas, mean_chords

ONE = Discs(y=np.array([0.0]), x=np.array([0.0]), radius=np.array([6.3]), weight=np.array([1.0]))
SEVERAL = Discs(
    y=np.array([0.0, 3.1, -7.4, -2.0]),
    x=np.array([0.0, -4.2, 2.3, 5.75]),
    radius=np.array([14.0, 3.3, 0.3, 2.5]),
    weight=np.array([1.0, -1.0, -1.0, 0.5]),
)
WEIGHTED_AREA = np.pi * (SEVERAL.weight * SEVERAL.radius**2).sum()


def chords(discs, angles_deg, **changed):
    options = {"cells": 40, "cells_per_pixel": 1, "axis_px": 20.0} | changed
    return mean_chords(discs, angles_rad=np.deg2rad(angles_deg), **options)


def test_a_chord_is_twice_the_root_of_r2_minus_u2():
    """In cells much smaller than the disc the mean chord is the chord in the middle."""
    fine = chords(ONE, [0.0], cells=4000, cells_per_pixel=100)[0]
    u = (np.arange(4000) + 0.5) / 100 - 20
    expected = 2 * np.sqrt(np.maximum(6.3**2 - u**2, 0))
    inside = np.abs(u) < 6.2
    np.testing.assert_allclose(fine[inside], expected[inside], rtol=1e-4, atol=1e-4)
    assert (fine[np.abs(u) > 6.31] == 0).all()


def test_coarse_cells_hold_the_mean_of_fine_ones():
    angles = [10.0, 77.0]
    fine = chords(SEVERAL, angles, cells=160, cells_per_pixel=4)
    np.testing.assert_allclose(chords(SEVERAL, angles), fine.reshape(2, 40, 4).mean(axis=2), atol=1e-12)


def test_a_projection_holds_the_whole_area_at_every_angle():
    angles = np.linspace(0, 360, 41)
    np.testing.assert_allclose(chords(SEVERAL, angles).sum(axis=1), WEIGHTED_AREA, rtol=1e-12)


def test_pixels_hold_the_whole_area():
    image = disc_areas(SEVERAL, side=40)
    assert image.sum() == pytest.approx(WEIGHTED_AREA, rel=1e-12)
    assert image.max() == pytest.approx(1.5)
    assert disc_areas(ONE, side=20).max() == pytest.approx(1)
    assert disc_areas(ONE, side=20).min() >= -1e-12


def test_the_area_in_a_pixel_is_that_of_many_points():
    rng = np.random.default_rng(0)
    image = disc_areas(SEVERAL, side=40)
    points = rng.random((2, 40, 40, 2000))
    y = np.arange(40)[:, None, None] + points[0] - 20
    x = np.arange(40)[:, None] + points[1] - 20
    counted = sum(
        weight * (np.hypot(y - y0, x - x0) < radius).mean(axis=2)
        for y0, x0, radius, weight in zip(SEVERAL.y, SEVERAL.x, SEVERAL.radius, SEVERAL.weight, strict=True)
    )
    np.testing.assert_allclose(image, counted, atol=0.06)
    assert abs((image - counted).mean()) < 1e-3


def test_a_disc_smaller_than_a_pixel_lies_where_it_is():
    small = Discs(np.array([3.5]), np.array([-2.5]), np.array([0.25]), np.array([2.0]))
    image = disc_areas(small, side=20)
    assert np.argwhere(image > 1e-12).tolist() == [[13, 7]]
    assert image[13, 7] == pytest.approx(2 * np.pi * 0.25**2)


def test_image_and_projection_agree_along_rows_and_columns():
    image = disc_areas(SEVERAL, side=40)
    at_0, at_90, at_180 = chords(SEVERAL, [0.0, 90.0, 180.0])
    np.testing.assert_allclose(at_0, image.sum(axis=0), atol=1e-10)
    np.testing.assert_allclose(at_90, image.sum(axis=1)[::-1], atol=1e-10)
    np.testing.assert_allclose(at_180, at_0[::-1], atol=1e-10)


def test_turning_the_discs_is_turning_the_beam():
    turn = np.deg2rad(33.0)
    turned = Discs(
        y=SEVERAL.y * np.cos(turn) + SEVERAL.x * np.sin(turn),
        x=SEVERAL.x * np.cos(turn) - SEVERAL.y * np.sin(turn),
        radius=SEVERAL.radius,
        weight=SEVERAL.weight,
    )
    np.testing.assert_allclose(chords(turned, [12.0, 50.0]), chords(SEVERAL, [45.0, 83.0]), atol=1e-10)


def test_the_axis_moves_the_projection():
    angles = [0.0, 60.0]
    moved = chords(SEVERAL, angles, axis_px=22.0)
    np.testing.assert_allclose(moved[:, 2:], chords(SEVERAL, angles)[:, :-2], atol=1e-10)
