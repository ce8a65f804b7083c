"""What is seen of a run, and when: for every engine, and for those who read tables."""

PARTS = ("train", "validation", "test")
LAYER_MEASURES = (
    "delta_rms",
    "weight_gradient_rms",
    "weight_gradient_sample_rms",
    "weight_rms",
    "activation_mean",
    "activation_std",
    "saturated",
    "dead",
)

PROBED = 128  # training examples that the layers are probed on, the first of the run's split
SATURATED = 1 / 20  # of the steepest slope


def is_probed(epoch: int) -> bool:
    """Passes 0, 1, 2, 5, 10, 20, 50, ...: the same for every run."""
    return epoch == 0 or str(epoch).rstrip("0") in ("1", "2", "5")
