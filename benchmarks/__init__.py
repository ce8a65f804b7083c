"""The core against its peers: the same networks, the same passes, in one run, as ratios."""
