"""What every page asks of a visit, the house's or a wing's: who comes, in which language and time, what was typed, where it may lead."""
