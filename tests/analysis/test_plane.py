"""Regions of the plane: parts and segments that leave, on shapes with answers known by hand."""

import numpy as np

from mlpstudy.analysis.plane import advantage, grid, labels, leaving, parts
from mlpstudy.rng import stream


def test_grid_runs_row_by_row_around_the_points():
    at = grid(np.array([[0.0, 0.0], [2.0, 1.0]]), 3, border=0.0)
    assert at[:3].tolist() == [[0, -0.5], [1, -0.5], [2, -0.5]]
    assert at[-1].tolist() == [2, 1.5]


def test_parts():
    # A checkerboard of 2 x 2: four parts, for corners do not hang together; a frame: two.
    assert parts(np.array([[0, 1], [1, 0]])) == 4
    frame = np.zeros((3, 3), int)
    frame[1, 1] = 1
    assert parts(frame) == 2 and parts(frame, smallest=2) == 1


def test_no_segment_leaves_half_a_plane():
    x = stream(0, "study").normal(size=(50, 2))
    assert leaving(lambda p: (p[:, 0] > 0.1).astype(int), x, 40, 9, stream(1, "study")) == 0


def test_segments_leave_what_is_around_a_hole():
    # Class 1 lies at x_1 = -1 and 1 only, and every place between them is class 0.
    x = np.array([[-1.0, 0.0], [1.0, 0.0]])
    assert leaving(lambda p: (abs(p[:, 0]) > 0.9).astype(int), x, 5, 3, stream(0, "study")) == 1


def test_a_single_point_has_no_segment():
    assert leaving(lambda p: np.zeros(len(p), int), np.zeros((1, 2)), 5, 3, stream(0, "study")) == 0


def test_labels_and_advantage_of_one_output_and_of_two():
    two = np.array([[1.0, 3.0], [2.0, 0.5]])
    assert labels(two).tolist() == [1, 0] and advantage(two).tolist() == [2, -1.5]
    one = np.array([[0.2], [-3.0]])
    assert labels(one).tolist() == [1, 0] and advantage(one).tolist() == [0.2, -3.0]
