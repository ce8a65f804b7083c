"""Runs that are trained already: what is known of one, how several compare, what one predicts."""
