"""What a stop, a kill, a full disk or a flipped bit leaves, and how it is put right."""
