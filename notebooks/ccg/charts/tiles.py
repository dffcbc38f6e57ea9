"""Lay bodies out as a hex map: one hexagon each, so that none is drawn larger for having more land.

England's bodies crowd in its cities. ``lay_out`` therefore spreads the places first (each body one
hexagon from its neighbours, at the bearing it has on the ground), then settles them on a grid of
hexagons so that together they move least. Nothing is random: the same places give the same map.
"""

import itertools
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from ..core import lineage, tables

#: Height between two rows of hexagons, in hexagon widths.
RISE = 3**0.5 / 2
_ENGLAND = 130_000  # square kilometres of land, shared out among the hexagons
_KM = 111.3  # kilometres in a degree of latitude
_MIDDLE = (-1.5, 52.8)  # where a degree of longitude is measured


def table(days: Iterable[lineage.Day] | None = None) -> pd.DataFrame:
    """The whole table ``tiles`` worked out anew: ``date, code, column, row, source``, sorted by key.

    ``days`` are the geographies to map, each of the bodies that commissioned on it: CCGs, then boards. Without
    them the days that the table has now; to add a map, give these and the new one.
    """
    places = tables.load("places")
    maps = []
    for day in sorted(map(lineage.as_day, tables.load("tiles")["date"].unique() if days is None else days)):
        bodies = places["code"].isin(lineage.bodies(day)["code"])
        map_ = lay_out(places[bodies]).merge(places[["code", "source"]], on="code")
        map_.insert(0, "date", day)
        maps.append(map_)
    return pd.concat(maps, ignore_index=True)


def lay_out(places: pd.DataFrame) -> pd.DataFrame:
    """A hexagon for each place. The order of the rows does not matter.

    ``places`` has ``code``, ``longitude`` and ``latitude`` in degrees, at least four rows, no place twice.
    Returns ``code, column, row`` sorted by code: whole numbers in odd-r offset, pointy tops, column 0
    in the west, row 0 in the south, odd rows half a hexagon to the east. The hexagons form one piece
    with no hole in it. Raises ValueError if that cannot be had.
    """
    places = places.sort_values("code", ignore_index=True)
    ground = (places[["longitude", "latitude"]].to_numpy() - _MIDDLE) * _KM
    ground[:, 0] *= np.cos(np.radians(_MIDDLE[1]))
    # as many hexagons as bodies have the area of England
    ground *= np.sqrt(len(places) * RISE / _ENGLAND)
    edges = neighbours(ground)
    apart = ground[edges[:, 1]] - ground[edges[:, 0]]
    far = np.linalg.norm(apart, axis=1, keepdims=True)
    wanted = apart / far * np.clip(far, 1, 2)
    points = _spread(_steer(ground, edges, wanted), edges)
    # the closer together, the fewer gaps; much closer, and a coast has no bays
    maps = [cells for scale in (0.94, 0.9) for cells in _settle(points * scale)]
    if not maps:
        raise ValueError(f"these {len(places)} places do not make one piece; are some far from the others?")
    for cells in maps:
        _put_in_order(cells, ground)
    best = _from_zero(min(maps, key=lambda cells: _stretch(cells, edges)))
    return pd.DataFrame({"code": places["code"], "column": best[:, 0], "row": best[:, 1]})


def centres(tiles: pd.DataFrame) -> np.ndarray:
    """Middle of each tile, east and north, in hexagon widths: two tiles that touch are 1 apart. (n, 2)"""
    return _centres(tiles[["column", "row"]].to_numpy())


def neighbours(points: np.ndarray) -> np.ndarray:
    """Pairs of points with no third in the circle across them: the Gabriel graph. (pairs, 2) of indices."""
    from scipy.spatial import Delaunay, KDTree

    corners = np.sort(Delaunay(points).simplices, axis=1)
    pairs = np.unique(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=0)
    a, b = points[pairs[:, 0]], points[pairs[:, 1]]
    nearest, _ = KDTree(points).query((a + b) / 2)
    # places known to two decimals often lie on the very circle: those count as outside it
    return pairs[nearest > np.linalg.norm(a - b, axis=1) / 2 - 1e-5]


def _centres(cells: np.ndarray) -> np.ndarray:
    return np.column_stack([cells[:, 0] + cells[:, 1] % 2 / 2, cells[:, 1] * RISE])


def _stretch(cells: np.ndarray, edges: np.ndarray) -> int:
    """How far apart neighbours are, squared and summed: a whole number, so that no rounding decides."""
    at = _centres(cells)
    return int(((at[edges[:, 1]] - at[edges[:, 0]]) ** 2).sum().round())


def _steer(points: np.ndarray, edges: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Places where each neighbour lies from its neighbour as ``wanted``, as nearly as all can have it."""
    hold = 0.05  # to the place on the ground: only enough to keep the whole where it is
    rules = np.vstack([np.zeros((len(edges), len(points))), hold * np.eye(len(points))])
    rules[range(len(edges)), edges[:, 0]], rules[range(len(edges)), edges[:, 1]] = -1, 1
    steered = np.linalg.solve(rules.T @ rules, rules.T @ np.vstack([wanted, hold * points]))
    # what follows would make much of the last digits, which differ from one machine's algebra to another's
    return steered.round(6)


def _spread(points: np.ndarray, edges: np.ndarray, steps: int = 300) -> np.ndarray:
    """Push points apart that are closer than one width, and draw neighbours together that are further."""
    points, (i, j) = points.copy(), np.triu_indices(len(points), 1)
    for step in range(steps):
        for a, b, pull in ((i, j, 0.0), (*edges.T, 0.08 * (1 - step / steps))):
            apart = points[b] - points[a]
            far = np.linalg.norm(apart, axis=1, keepdims=True)
            move = apart * (1 - 1 / far) * np.where(far < 1, 0.3 if not pull else 0.0, pull)
            np.add.at(points, a, move)
            np.add.at(points, b, -move)
    return points


def _settle(points: np.ndarray) -> Iterator[np.ndarray]:
    """The hexagons, as column and row, that the points take with least movement: one piece, no hole.

    The grid is laid in sixteen positions; one that leaves the bodies in two pieces is passed over.
    """
    from scipy.optimize import linear_sum_assignment

    columns, rows = (np.ptp(points, axis=0) / (1, RISE) + 8).astype(int)
    cells = np.array([(c, r) for r in range(rows) for c in range(columns)])
    grid, points = _centres(cells), points - points.min(axis=0) + 3  # a margin, so that outside is one piece
    for east, north in itertools.product((0, 0.25, 0.5, 0.75), (0, 0.5 * RISE, RISE, 1.5 * RISE)):
        cost = ((points[:, None] + (east, north) - grid) ** 2).sum(axis=2)
        for _ in range(8):
            _, taken = linear_sum_assignment(cost)
            free = np.setdiff1d(np.arange(len(grid)), taken)
            piece = _pieces(grid[free])
            holes = free[piece != piece[0]]
            cost[:, holes] -= 1000  # must be taken
            if not len(holes):
                break
        if not len(holes) and _pieces(grid[taken]).max() == 0:
            yield cells[taken]


def _put_in_order(cells: np.ndarray, ground: np.ndarray) -> None:
    """Let bodies that touch change places while they stand the wrong way round, worst pair first.

    It comes to an end: each exchange brings the map as a whole nearer to the ground.
    """
    while True:
        at = _centres(cells)
        across, truly = at[:, None] - at, ground[:, None] - ground
        agree = np.where(np.linalg.norm(across, axis=2) < 1.01, (across * truly).sum(axis=2), 0)
        if agree.min() > -1e-6:
            return
        pair = list(np.unravel_index(agree.argmin(), agree.shape))
        cells[pair] = cells[pair[::-1]]


def _pieces(points: np.ndarray) -> np.ndarray:
    """Number of the connected piece, from 0, that each hexagon belongs to."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    i, j = KDTree(points).query_pairs(1.01, output_type="ndarray").T
    touching = coo_matrix((np.ones(len(i)), (i, j)), shape=(len(points),) * 2)
    return connected_components(touching, directed=False)[1]


def _from_zero(cells: np.ndarray) -> np.ndarray:
    """Count columns and rows from 0; half widths, because rows that were even may become odd."""
    south = cells[:, 1].min()
    row = cells[:, 1] - south
    column = (2 * cells[:, 0] + cells[:, 1] % 2 + south % 2 - row % 2) // 2
    return np.column_stack([column - column.min(), row])
