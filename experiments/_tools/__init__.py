"""Common parts of experiments: harness, findings over persons, figures, fitting, screening."""
