"""The native engine: dense networks, a run at a time, compiled by Numba."""
