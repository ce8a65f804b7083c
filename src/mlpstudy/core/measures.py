"""The names of what is seen of a run, for those who read tables and need no torch."""

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
