"""Is one hidden layer enough? Errors against width and depth, and linear pieces, counted exactly."""
