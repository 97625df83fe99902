"""Conditions: a menu of words, each with the tests of its kind; groups of all, any and none; the same for rules, views and promises."""
