"""The pages: parse, call one action or one query, render. One resource a file."""
