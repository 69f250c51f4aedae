import pytest
import torch

from napari_unveil.network.heads import Parts
from napari_unveil.recipes.losses import mae, poisson, poisson_with_cells

ALL = torch.ones(1, 1, 128, 160)


def best_constant(loss, signal):
    """The constant estimate of ``signal`` that minimises ``loss``, the noise being the rest of the frame."""
    frame = signal + 5
    candidates = torch.linspace(0, 1, 101)
    values = [
        loss(Parts(torch.full_like(signal, c), frame - c), Parts(signal, frame - signal), ALL) for c in candidates
    ]
    return float(candidates[torch.stack(values).argmin()])


def test_the_optimum_of_the_poisson_loss_is_the_mean_and_that_of_the_mae_the_median():
    torch.manual_seed(0)
    signal = torch.poisson(torch.full_like(ALL, 0.3)) + 0.04 * torch.randn_like(ALL)
    assert best_constant(poisson, signal) == pytest.approx(0.3, abs=0.02)
    assert best_constant(poisson_with_cells, signal) == pytest.approx(0.3, abs=0.02)
    assert best_constant(mae, signal) == pytest.approx(0.0, abs=0.02)


def test_a_shared_bias_costs_more_than_one_of_either_sign():
    true = Parts(torch.full_like(ALL, 0.5), torch.zeros_like(ALL))
    signs = 1 - 2 * (torch.arange(ALL.shape[-1]) % 2)
    shared, alternating = (Parts(true.signal + 0.1 * sign, true.noise) for sign in (ALL, signs))
    assert poisson_with_cells(shared, true, ALL) > 3 * poisson_with_cells(alternating, true, ALL)
    assert poisson(shared, true, ALL) == pytest.approx(float(poisson(alternating, true, ALL)), rel=0.2)


def test_cells_that_are_partly_excluded_are_judged_by_what_is_left():
    true = Parts(torch.rand(1, 1, 32, 32), torch.zeros(1, 1, 32, 32))
    wrong = Parts(true.signal.clone(), true.noise)
    wrong.signal[..., :20, :] += 100.0
    valid = torch.ones(1, 1, 32, 32)
    valid[..., :20, :] = 0
    assert float(poisson_with_cells(wrong, true, valid)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("loss", [mae, poisson, poisson_with_cells])
def test_excluded_pixels_do_not_count(loss):
    true = Parts(torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8))
    wrong = Parts(true.signal.clone(), true.noise.clone())
    wrong.signal[..., 0, 0] = 1e6
    valid = torch.ones(1, 1, 8, 8)
    valid[..., 0, 0] = 0
    torch.testing.assert_close(loss(wrong, true, valid), loss(true, true, valid))


def test_a_perfect_estimate_has_no_loss():
    true = Parts(torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8))
    for loss in (mae, poisson):
        assert float(loss(true, true, torch.ones(1, 1, 8, 8))) == pytest.approx(0, abs=1e-6)


def test_the_optimum_of_the_error_bar_is_the_mean_square_error():
    torch.manual_seed(0)
    true = Parts(torch.poisson(torch.full_like(ALL, 0.3)), torch.zeros_like(ALL))
    candidates = torch.linspace(0.1, 0.6, 51)
    values = [
        poisson(Parts(torch.full_like(ALL, 0.3), true.noise, torch.full_like(ALL, v)), true, ALL) for v in candidates
    ]
    assert float(candidates[torch.stack(values).argmin()]) == pytest.approx(0.3, abs=0.02)


def test_the_error_bar_does_not_move_the_estimate():
    signal = torch.tensor([[[[2.0]]]], requires_grad=True)
    true = Parts(torch.tensor([[[[1.0]]]]), torch.tensor([[[[4.0]]]]))
    gradients = [
        torch.autograd.grad(poisson(Parts(signal, 5 - signal, variance), true, torch.ones(1, 1, 1, 1)), signal)[0]
        for variance in (None, torch.tensor([[[[0.5]]]]))
    ]
    assert float(gradients[0]) == float(gradients[1]) != 0
