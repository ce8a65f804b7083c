"""What is said of a project before it is trained and while it is: whether it is right, its cost, how far it is."""
