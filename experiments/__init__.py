"""Experiments: one question a file, runnable as ``python -m experiments.NAME``."""
