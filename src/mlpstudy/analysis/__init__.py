"""Theory and measurements beside training, and figures of one style."""
