"""Stochastic replicate studies: design, engines, store and findings.

A study is many replicates, each a body of its own, in which every arm (a condition) is done to the same
body with the same fluctuations. Results are the same bits wherever and in whatever pieces it runs.
"""
