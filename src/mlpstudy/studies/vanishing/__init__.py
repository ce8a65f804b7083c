"""Does the gradient vanish with depth? delta by layer, against mean-field theory."""
