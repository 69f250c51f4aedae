"""Campaigns: none is both learned from and judged by, and what is called inside lies inside."""

from napari_unveil.benchmark import campaigns
from napari_unveil.benchmark.campaigns import smaller, training_campaigns, validation_campaigns


def lies_inside(campaign):
    linear = {"electron_fraction": campaigns.ELECTRON_FRACTIONS, "streaks": (0, campaigns.MOST_STREAKS)}
    settings = {**campaigns.LOG_RANGES, **linear}
    return all(low <= getattr(campaign, name) <= high for name, (low, high) in settings.items())


def test_no_campaign_is_used_twice():
    seeds = [campaign.seed for campaign in training_campaigns(48)]
    seeds += [named.campaign.seed for named in (*validation_campaigns(), *campaigns.testing_campaigns())]
    assert len(seeds) == len(set(seeds))


def test_inside_means_within_the_range_that_is_trained_on():
    for named in (*validation_campaigns(), *campaigns.testing_campaigns()):
        assert lies_inside(named.campaign) == named.inside, named.name


def test_training_campaigns_lie_within_their_own_range_but_for_the_rare_ones():
    trained = training_campaigns(96)
    rare = [
        sum(low <= getattr(one, name) <= high for one in trained) for name, (_, (low, high)) in campaigns.RARE.items()
    ]
    assert sum(not lies_inside(one) for one in trained) <= sum(rare) < 0.4 * len(trained)
    assert all(rare)


def test_a_longer_list_begins_with_the_shorter_one():
    assert training_campaigns(5) == training_campaigns(9)[:5]
    assert training_campaigns(5) != training_campaigns(5, seed=1)


def test_two_campaigns_lie_outside():
    assert [named.inside for named in campaigns.testing_campaigns()].count(False) == 2


def test_a_smaller_campaign_differs_in_shape_alone():
    campaign = campaigns.testing_campaigns()[0].campaign
    assert smaller(smaller(campaign, (64, 96)), campaign.shape) == campaign
