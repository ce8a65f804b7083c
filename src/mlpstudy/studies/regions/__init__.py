"""What shapes can a network draw? Whether learned regions are convex and hang together."""
