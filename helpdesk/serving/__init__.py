"""How the desk runs: one process that forks the others, the web part with its event streams, the workers, the timetable."""
