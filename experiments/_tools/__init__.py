"""What experiments share: the harness, findings over persons, pieces of figures, fitting, screening."""
