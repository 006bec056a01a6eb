"""Surroundings of all tests."""

import signal

# A shell that runs tests in the background has them ignore Ctrl-C, and with them all they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
