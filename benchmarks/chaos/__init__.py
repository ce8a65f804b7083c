"""What breaks on purpose: kills, flipped bits and full disks over a small real sweep."""
