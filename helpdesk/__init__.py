"""The house: the words, the work, the pages. Doors are in channels/, standing orders in automations/."""
