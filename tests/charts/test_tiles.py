"""A hex map gives each body one hexagon, in one piece, where a reader of maps would look for it."""

import numpy as np
import pandas as pd
import pytest
from ccg import lineage, tables, tiles

BODIES = {"2013-04-01": 211, "2020-04-01": 135, "2021-04-01": 106, "2022-07-01": 42, "2026-04-01": 36}


@pytest.fixture(params=BODIES)
def map_(request):
    """One map: its tiles with their places, indexed by code, and ``x, y`` in hexagon widths."""
    every = tables.load("tiles")
    one = (
        every[every["date"] == request.param]
        .merge(tables.load("places")[["code", "longitude", "latitude"]], on="code")
        .set_index("code")
    )
    one[["x", "y"]] = tiles.centres(one)
    return one


def boards_of_2022() -> pd.DataFrame:
    return tables.load("places").merge(lineage.bodies("2022-07-01")[["code"]])


def flat(places) -> np.ndarray:
    return np.column_stack([places["longitude"] * 0.6, places["latitude"]])


def pieces(points: np.ndarray) -> int:
    from scipy.spatial import KDTree

    left, count = set(range(len(points))), 0
    tree = KDTree(points)
    while left:
        reached = {left.pop()}
        while reached:
            reached = {j for i in reached for j in tree.query_ball_point(points[i], 1.01)} & left
            left -= reached
        count += 1
    return count


@pytest.mark.slow
def test_the_table_derives_again_from_the_places():
    pd.testing.assert_frame_equal(tiles.table(), tables.load("tiles"), check_dtype=False)


@pytest.mark.slow
def test_neither_the_order_of_rows_nor_a_hair_of_a_degree_changes_a_map():
    places = boards_of_2022()
    other = places.sample(frac=1, random_state=1)
    other["longitude"] += np.random.default_rng(1).normal(0, 1e-9, len(other))
    pd.testing.assert_frame_equal(tiles.lay_out(places), tiles.lay_out(other))


def test_one_hexagon_each(map_):
    assert len(map_) == BODIES[str(map_["date"].iloc[0].date())]
    assert not map_.duplicated(["column", "row"]).any()
    assert map_["column"].min() == 0 and map_["row"].min() == 0


def test_one_piece_without_a_hole(map_):
    points = map_[["x", "y"]].to_numpy()
    assert pieces(points) == 1
    taken = set(zip(map_["column"], map_["row"], strict=True))
    span = range(-2, max(map_["column"].max(), map_["row"].max()) + 3)
    free = pd.DataFrame(
        [(c, r) for c in span for r in span if (c, r) not in taken], columns=["column", "row"]
    )
    assert pieces(tiles.centres(free)) == 1


def test_the_map_keeps_the_compass(map_):
    from scipy.stats import spearmanr

    assert spearmanr(map_["x"], map_["longitude"])[0] > 0.95
    assert spearmanr(map_["y"], map_["latitude"])[0] > 0.95
    east = np.sign(map_["x"] - map_["x"].mean()) == np.sign(map_["longitude"] - map_["longitude"].mean())
    assert east.mean() > 0.85


def test_neighbours_stay_near_and_none_that_touch_stand_the_wrong_way_round(map_):
    at, ground = map_[["x", "y"]].to_numpy(), flat(map_)
    pairs = tiles.neighbours(ground)
    apart = np.linalg.norm(at[pairs[:, 0]] - at[pairs[:, 1]], axis=1)
    assert (apart < 1.01).mean() > 0.75 and (apart < 2.01).mean() > 0.95
    across, truly = at[:, None] - at, ground[:, None] - ground
    touching = np.linalg.norm(across, axis=2) < 1.01
    assert ((across * truly).sum(axis=2)[touching] > -0.02).all()


def test_corners_of_england_are_in_their_corners(map_):
    across = (map_["x"] - map_["x"].min()) / np.ptp(map_["x"])
    up = (map_["y"] - map_["y"].min()) / np.ptp(map_["y"])
    cornwall, north, kent, norfolk = (
        next(code for code in codes if code in map_.index)
        for codes in (("11N", "QT6"), ("00L", "QHM"), ("10E", "91Q", "QKS"), ("06M", "26A", "QMM", "T6Y0W"))
    )
    assert (across + up).idxmin() == cornwall
    assert up[north] > 0.9
    # on a map of few bodies a row is more than a tenth of England: then the third from the south
    assert across[kent] > 0.8 and (up[kent] < 0.2 or (len(map_) < 40 and map_["row"][kent] <= 2))
    assert across[norfolk] > 0.7 and 0.3 < up[norfolk] < 0.7


def test_london_is_in_the_south_east():
    ccgs = tables.load("ccgs").set_index("code")
    every = tables.load("tiles")
    first = every[every["date"] == "2013-04-01"].set_index("code")
    first[["x", "y"]] = tiles.centres(first)
    london = first[ccgs["region"].loc[first.index] == "London"]
    assert len(london) == 32 and pieces(london[["x", "y"]].to_numpy()) == 1
    assert london["x"].mean() > first["x"].mean() + 2 and london["y"].mean() < first["y"].mean() - 3


@pytest.mark.slow
def test_places_that_cannot_be_joined_are_refused(monkeypatch):
    monkeypatch.setattr(tiles, "_settle", lambda points: iter(()))
    with pytest.raises(ValueError, match="these 42 places do not make one piece"):
        tiles.lay_out(boards_of_2022())
