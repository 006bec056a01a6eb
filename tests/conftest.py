"""Environment of all tests."""

import signal

# A shell that runs tests in the background makes them, and their child processes, ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):  # Which nohup makes them ignore.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
