"""What to learn from: plain NumPy arrays, and how they are divided for one seed."""
