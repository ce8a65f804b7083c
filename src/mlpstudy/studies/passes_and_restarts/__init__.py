"""How many passes and how many starts? Plain gradient descent, and what a lucky start is worth."""
