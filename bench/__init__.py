"""`make bench`: the product's speed and size, beside what the machine can do with nothing in the way."""
