"""Should the step shrink? How far the training loss wanders, and when it comes near the lowest."""
