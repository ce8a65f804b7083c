"""Why not a threshold? What each shape's slope lets a network learn, and the slopes themselves."""
