"""The questions: read only, each shaped for one screen, each asked by somebody."""
